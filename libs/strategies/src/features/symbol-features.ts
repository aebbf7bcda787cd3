import { type Candle, timeframeMs } from '@neuraltrade/contracts';
import { addExactly, type ExactSum, nearestToSum } from '@neuraltrade/processing';
import { closedCandle, type ClosedCandle } from '../closed-candle';
import type { FeatureResult, FeatureRow, NoRowReason } from './feature-row';
import { RecentCloses } from './recent-closes';
import { VenueWindow } from './venue-window';

/** Numbers between these are kept apart from overflow and underflow in every formula, and hold for any market. */
const PLAUSIBLE = { least: 1e-100, most: 1e100 };

interface VenueSeries {
  /** Since the last hole. */
  window: VenueWindow;
  readonly closes: RecentCloses;
  /** Open of the newest candle that was taken, whatever came of it. */
  newest: number;
  /** Open of the candle that the window ends with; not a number when it is empty. */
  windowEnd: number;
}

/**
 * The features of one symbol and timeframe on all its venues, candle by candle.
 *
 * A candle is used when its own venue's earlier ones were taken. An interval without a candle, an incomplete candle or one out of
 * range is a hole: nothing is guessed, the venue's window begins anew behind it. Of the other venues the candle of the interval
 * before counts, so that any order in which each candle comes behind all that closed before it gives the same features.
 */
export class SymbolFeatures {
  readonly #lengthMs: number;
  readonly #venues = new Map<string, VenueSeries>();

  /** @param timeframe the length of the candles, one that divides a day ('1m'). @throws RangeError for any other. */
  constructor(timeframe: string) {
    const lengthMs = timeframeMs(timeframe);
    if (lengthMs === null) throw new RangeError(`'${timeframe}' is no timeframe that divides a day.`);
    this.#lengthMs = lengthMs;
  }

  /** Takes the next candle of its venue and gives the features that end with it. */
  add(candle: Candle): FeatureResult {
    if (candle.state === 'partial') return none('partial');
    const series = this.#seriesOf(candle.exchange);
    const { timestamp } = candle;
    if (timestamp <= series.newest) return none(series.closes.has(timestamp) ? 'repeated' : 'older');
    series.newest = timestamp;
    const closed = closedCandle(candle);
    const usable = closed !== null && isPlausible(closed);
    series.closes.set(timestamp, usable ? Math.log(closed.close) : Number.NaN);
    if (!usable) {
      series.windowEnd = Number.NaN;
      return none(closed === null ? 'incomplete' : 'out-of-range');
    }
    if (series.windowEnd !== timestamp - this.#lengthMs) series.window = new VenueWindow(this.#lengthMs);
    series.window.push(closed);
    series.windowEnd = timestamp;
    if (!series.window.ready) return none('warming-up');
    const values = series.window.values(closed, this.#divergence(candle.exchange, series, timestamp));
    return { row: { candle: closed, values } as unknown as FeatureRow };
  }

  /** Whether the candle follows the one that its venue's window ends with, so that nothing in front of it is missed. */
  follows({ exchange, timestamp }: Pick<Candle, 'exchange' | 'timestamp'>): boolean {
    return this.#venues.get(exchange)?.windowEnd === timestamp - this.#lengthMs;
  }

  /** How many candles a venue's window holds since the last hole; 0 while it is empty. */
  windowLength(exchange: string): number {
    const series = this.#venues.get(exchange);
    return series === undefined || Number.isNaN(series.windowEnd) ? 0 : series.window.length;
  }

  /** Whether the window of another venue reaches to the candle before this one, or further. */
  reachesTo({ timestamp }: Pick<Candle, 'timestamp'>, exchange: string): boolean {
    return (this.#venues.get(exchange)?.windowEnd ?? Number.NaN) >= timestamp - this.#lengthMs;
  }

  /**
   * Replaces what is known of a venue by its stored candles.
   * @param candles ascending; those that WARM_UP_CANDLES or fewer candles later will be taken.
   */
  restore(exchange: string, candles: readonly Candle[]): void {
    const series = this.#seriesOf(exchange);
    series.windowEnd = Number.NaN;
    series.newest = Number.NEGATIVE_INFINITY;
    for (const candle of candles) this.add(candle);
  }

  #seriesOf(exchange: string): VenueSeries {
    let series = this.#venues.get(exchange);
    if (series === undefined) {
      series = {
        window: new VenueWindow(this.#lengthMs),
        closes: new RecentCloses(this.#lengthMs),
        newest: Number.NEGATIVE_INFINITY,
        windowEnd: Number.NaN,
      };
      this.#venues.set(exchange, series);
    }
    return series;
  }

  #divergence(exchange: string, own: VenueSeries, timestamp: number): number {
    const before = timestamp - this.#lengthMs;
    const sum: ExactSum = [];
    let others = 0;
    for (const [name, { closes }] of this.#venues) {
      if (name === exchange) continue;
      const logClose = closes.logCloseOf(before);
      if (Number.isNaN(logClose)) continue;
      addExactly(sum, logClose);
      others += 1;
    }
    return others === 0 ? 0 : own.closes.logCloseOf(before) - nearestToSum(sum) / others;
  }
}

function none(reason: NoRowReason): FeatureResult {
  return { row: null, reason };
}

function isPlausible({ open, high, low, close, volume, vwap }: ClosedCandle): boolean {
  return (
    isInRange(open) &&
    isInRange(high) &&
    isInRange(low) &&
    isInRange(close) &&
    isInRange(volume) &&
    isInRange(vwap)
  );
}

function isInRange(value: number): boolean {
  return value >= PLAUSIBLE.least && value <= PLAUSIBLE.most;
}
