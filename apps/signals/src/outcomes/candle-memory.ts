import { type Candle, replaces } from '@neuraltrade/contracts';
import type { Prices } from './judge';

/** A candle's facts as they are kept and saved. */
type Facts = readonly [
  open: number,
  high: number,
  low: number,
  close: number,
  complete: boolean,
  epoch: number,
  revision: number,
];

/** The candles of one series as they are saved. */
export type SavedSeries = readonly [
  series: string,
  candles: readonly (readonly [timestamp: number, facts: Facts])[],
];

/** Most series that are kept; beyond, the one that has had no candle for longest is forgotten. */
const MAX_SERIES = 5_000;
/** Most candles that are saved; the store knows the others. */
const MAX_SAVED = 30_000;

/** The newest version of each recent candle, by series (venue, symbol, timeframe) and open time. */
export class CandleMemory {
  readonly #series = new Map<string, Map<number, Facts>>();

  /** @param saved what another one has exported. */
  constructor(saved: readonly SavedSeries[] = []) {
    for (const [series, candles] of saved) this.#series.set(series, new Map(candles));
  }

  /** Takes a closed candle; an older version than the known one changes nothing. */
  note(candle: Candle): void {
    const series = seriesOf(candle);
    const candles = this.#series.get(series) ?? new Map<number, Facts>();
    // Moves the series behind those that have had no candle since.
    this.#series.delete(series);
    this.#series.set(series, candles);
    const [quietest] = this.#series.keys();
    if (this.#series.size > MAX_SERIES && quietest !== undefined) this.#series.delete(quietest);
    const { timestamp, open, high, low, close, complete, epoch, revision } = candle;
    const known = candles.get(timestamp);
    if (known === undefined || replaces(candle, { epoch: known[5], revision: known[6] }))
      candles.set(timestamp, [open, high, low, close, complete, epoch, revision]);
  }

  /**
   * The candles of [from, to) of a series, ascending; null when one is missing or incomplete.
   * @param stepMs the timeframe's length.
   */
  complete(series: string, from: number, to: number, stepMs: number): Prices[] | null {
    const known = this.#series.get(series);
    if (known === undefined) return null;
    const candles: Prices[] = [];
    for (let timestamp = from; timestamp < to; timestamp += stepMs) {
      const facts = known.get(timestamp);
      if (facts === undefined || !facts[4]) return null;
      const [open, high, low, close] = facts;
      candles.push({ open, high, low, close });
    }
    return candles;
  }

  /** Forgets the candles of a series that open before an instant, ms UTC. */
  forgetBefore(series: string, timestamp: number): void {
    const candles = this.#series.get(series);
    for (const known of candles?.keys() ?? []) if (known < timestamp) candles?.delete(known);
  }

  /** What the next run needs: the candles of the series that had one last, as far as there is room. */
  export(): SavedSeries[] {
    const saved: SavedSeries[] = [];
    let room = MAX_SAVED;
    for (const [series, candles] of [...this.#series].reverse()) {
      if (candles.size > 0 && candles.size <= room) saved.push([series, [...candles]]);
      room -= candles.size;
    }
    return saved.reverse();
  }
}

/** The name of a candle's or signal's series. */
export function seriesOf({
  exchange,
  symbol,
  timeframe,
}: Pick<Candle, 'exchange' | 'symbol' | 'timeframe'>): string {
  return `${exchange}:${symbol}:${timeframe}`;
}
