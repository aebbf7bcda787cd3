import { byId, setSentence } from '../dom/elements';
import { atNextFrame } from '../dom/frame';
import { priceDecimals } from '../format/price-format';
import type { MarketName, TapeTrade, TradesMessage } from '../protocol';
import { TapeRow } from './tape-row';

/** So many trades are on the tape, and so many at most wait for the next frame. */
const LENGTH = 100;

/** The last trades of the chosen symbol, the newest on top. */
export class TradeTape {
  private readonly body = byId('tape-body', HTMLElement);
  private readonly sentence = byId('tape-state', HTMLElement);
  private rows: TapeRow[] = [];
  private waiting: TapeTrade[] = [];
  private market = '';
  private readonly paint = (): void => this.draw();

  /** Empties the tape for another market. */
  open({ exchange, symbol }: MarketName): void {
    const market = `${exchange}:${symbol}`;
    if (market !== this.market) this.empty();
    this.market = market;
  }

  /** Takes trades; a snapshot takes the place of all before. */
  take({ trades, from }: TradesMessage): void {
    if (from === null) this.empty();
    this.waiting.push(...trades);
    const surplus = this.waiting.length - LENGTH;
    if (surplus > 0) this.waiting.splice(0, surplus);
    if (this.waiting.length > 0) atNextFrame(this.paint);
  }

  private empty(): void {
    this.rows = [];
    this.waiting = [];
    this.body.replaceChildren();
    setSentence(this.sentence, 'Waiting for the first trade.');
  }

  private draw(): void {
    const { waiting } = this;
    if (waiting.length === 0) return;
    this.waiting = [];
    setSentence(this.sentence, '');
    const decimals = priceDecimals(waiting[0]?.price ?? 1);
    for (const trade of waiting) {
      const row = this.freeRow().show(trade, decimals);
      this.rows.push(row);
      this.body.prepend(row.root);
    }
    this.body.dataset['trades'] = String(this.rows.length);
  }

  /** A row that is free: a new one, or the oldest on the tape. */
  private freeRow(): TapeRow {
    return this.rows.length < LENGTH ? new TapeRow() : (this.rows.shift() ?? new TapeRow());
  }
}
