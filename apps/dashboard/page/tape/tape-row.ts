import { element, setText } from '../dom/elements';
import { formatPrice, formatSize } from '../format/price-format';
import { formatExactTime } from '../format/time-format';
import type { TapeTrade } from '../protocol';

const SIDES = {
  buy: { sign: '▲', word: 'buy' },
  sell: { sign: '▼', word: 'sell' },
  unknown: { sign: '·', word: 'side unknown' },
} as const;

/** One trade on the tape; rows are used again for later trades. */
export class TapeRow {
  /** The whole row. */
  readonly root = element('div', 'tape-row');
  private readonly cells = ['time', 'side', 'price', 'size'].map((name) => element('span', `tape-${name}`));

  /** An empty row. */
  constructor() {
    this.root.setAttribute('role', 'row');
    for (const cell of this.cells) cell.setAttribute('role', 'cell');
    this.root.append(...this.cells);
  }

  /** Shows a trade; `decimals` are those of the price. */
  show({ timestamp, price, size, side, backfilled }: TapeTrade, decimals: number): this {
    const { sign, word } = SIDES[side];
    const [timeCell, sideCell, priceCell, sizeCell] = this.cells as [
      HTMLElement,
      HTMLElement,
      HTMLElement,
      HTMLElement,
    ];
    setText(timeCell, formatExactTime(timestamp));
    setText(sideCell, sign);
    sideCell.title = word;
    setText(priceCell, formatPrice(price, decimals));
    setText(sizeCell, formatSize(size, price));
    this.root.dataset['side'] = side;
    this.root.dataset['backfilled'] = String(backfilled);
    timeCell.title = backfilled ? 'Fetched from the venue’s history' : '';
    return this;
  }
}
