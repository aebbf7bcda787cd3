import { element, setText } from '../dom/elements';
import { capitalized, formatBps, formatPrice, priceDecimals } from '../format/price-format';
import { formatAge } from '../format/time-format';
import type { PriceRow } from '../protocol';

/** A trade older than this is dimmed: on most venues a symbol trades more often, ms. */
const OLD_MS = 60_000;
/** The figures of a cell with their headings, in the order of reading. */
export const CELL_FIELDS = { last: 'Last', bid: 'Bid', ask: 'Ask', bps: 'bps', age: 'Age' } as const;

type FieldName = keyof typeof CELL_FIELDS;

/** The figures of one symbol at one venue, and the button that chooses it. */
export class PriceCell {
  /** The whole cell. */
  readonly button = element('button', 'quote');
  /** The newest row; null before the first. */
  row: PriceRow | null = null;
  private readonly fields: Readonly<Record<FieldName, HTMLElement>>;
  /** The price on the screen, to see which way it went. */
  private shown: number | null = null;

  /**
   * @param exchange the venue.
   * @param symbol BASE/QUOTE.
   * @param onChoose told when it is pressed.
   */
  constructor(
    readonly exchange: string,
    readonly symbol: string,
    onChoose: () => void,
  ) {
    const { button } = this;
    button.type = 'button';
    button.tabIndex = -1;
    button.setAttribute('aria-pressed', 'false');
    Object.assign(button.dataset, { exchange, symbol });
    button.addEventListener('click', onChoose);
    button.append(element('span', 'hidden-label', `${capitalized(exchange)} ${symbol}`));
    const field = (name: FieldName): HTMLElement => {
      const made = element('span', name);
      made.title = CELL_FIELDS[name];
      button.append(made);
      return made;
    };
    this.fields = {
      last: field('last'),
      bid: field('bid'),
      ask: field('ask'),
      bps: field('bps'),
      age: field('age'),
    };
  }

  /** Shows the newest row. Returns whether the price changed: such a cell flashes until {@link calm}. */
  draw(): boolean {
    const { row, fields, shown, button } = this;
    if (row === null) return false;
    const decimals = priceDecimals(row.last);
    setText(fields.last, formatPrice(row.last, decimals));
    setText(fields.bid, row.quoted ? formatPrice(row.bid, decimals) : '–');
    setText(fields.ask, row.quoted ? formatPrice(row.ask, decimals) : '–');
    setText(fields.bps, formatBps(row.spreadBps));
    button.dataset['last'] = String(row.last);
    this.shown = row.last;
    if (shown === null || shown === row.last) return false;
    fields.last.dataset['direction'] = row.last > shown ? 'up' : 'down';
    fields.last.classList.add('flash');
    return true;
  }

  /** Ends the flash. */
  calm(): void {
    this.fields.last.classList.remove('flash');
  }

  /** Shows how old the trade is at `now`, ms UTC, and returns it; null without any. */
  drawAge(now: number): number | null {
    if (this.row === null) return null;
    const ageMs = now - this.row.timestamp;
    setText(this.fields.age, formatAge(ageMs));
    this.button.classList.toggle('old', ageMs > OLD_MS);
    return ageMs;
  }

  /** Marks bid and ask as the best of all venues, or not. */
  markBest(bid: boolean, ask: boolean): void {
    this.fields.bid.classList.toggle('leading', bid);
    this.fields.ask.classList.toggle('leading', ask);
  }

  /** Marks the cell as the one that the chart shows. */
  choose(chosen: boolean): void {
    this.button.setAttribute('aria-pressed', String(chosen));
  }
}
