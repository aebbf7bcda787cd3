import { element, setText } from '../dom/elements';
import { capitalized, formatBps, formatPrice, priceDecimals } from '../format/price-format';
import type { BestQuotes, BestSide } from './best-quotes';

/** The best bid and ask of one symbol over all venues, and how far they are apart. */
export class BestCell {
  /** The whole cell. */
  readonly root = element('div', 'best');
  private readonly bid = new SideLine('bid');
  private readonly ask = new SideLine('ask');
  private readonly apart = element('span', 'apart');
  private readonly word = element('span', 'apart-word');

  /** Nothing is shown until there is something to compare. */
  constructor() {
    this.root.append(...this.bid.parts, this.apart, ...this.ask.parts, this.word);
  }

  /** Shows the best quotes. */
  draw({ bid, ask, spreadBps }: BestQuotes): void {
    this.bid.draw(bid);
    this.ask.draw(ask);
    const isCrossed = spreadBps !== null && spreadBps < 0;
    this.root.classList.toggle('crossed', isCrossed);
    setText(this.apart, formatBps(spreadBps));
    setText(this.word, isCrossed ? 'crossed' : spreadBps === null ? '' : 'bps');
  }
}

/** One side's line: its name, its price and who quotes it. */
class SideLine {
  /** The elements of the line, in order. */
  readonly parts: readonly HTMLElement[];
  private readonly price = element('b', 'price', '–');
  private readonly who: HTMLElement;

  constructor(side: 'bid' | 'ask') {
    const name = element('span', `side-name ${side}-name`, side === 'bid' ? 'Bid' : 'Ask');
    this.price.classList.add(`best-${side}`);
    this.who = element('span', `who ${side}-who`);
    this.parts = [name, this.price, this.who];
  }

  draw(side: BestSide | null): void {
    setText(this.price, side === null ? '–' : formatPrice(side.price, priceDecimals(side.price)));
    const [first = '', ...others] = side?.exchanges ?? [];
    setText(this.who, others.length === 0 ? capitalized(first) : `${capitalized(first)} +${others.length}`);
    this.who.title = side === null ? '' : side.exchanges.map(capitalized).join(', ');
  }
}
