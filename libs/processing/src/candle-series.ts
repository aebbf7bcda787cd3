import type { RawTick } from '@neuraltrade/contracts';
import { CandleBuilder, type CandleBuilderState } from './candle-builder';
import type { Timeframe } from './config';

/** What became of a trade in one series. */
export type MergeOutcome =
  /** Its candle is still open. */
  | 'merged'
  /** Its candle had closed and will be published again. */
  | 'revised'
  /** Its candle can no longer be changed. */
  | 'unmerged'
  /** Its interval began before this series did. */
  | 'outside';

/** Closed candles that one series keeps at most while an open gap asks for them: bounds memory and exported state. */
export const MAX_HELD_CANDLES = 32_768;

/** {@link CandleSeries} as data. */
export interface CandleSeriesState {
  /** The timeframe's name. */
  readonly timeframe: string;
  /** {@link CandleSeries.since}; null for -Infinity. */
  readonly since: number | null;
  /** Open time before which candles are released; null for -Infinity. */
  readonly releasedBefore: number | null;
  /** Every candle before this instant (ms UTC) has been closed; null for -Infinity. */
  readonly closedBefore: number | null;
  /** The candles that are open or can still be revised, in the order in which they arose. */
  readonly candles: readonly CandleBuilderState[];
}

/** The candles of one symbol and timeframe: those open, and those that late trades or a filled gap may still change. */
export class CandleSeries {
  private readonly candles = new Map<number, CandleBuilder>();
  private newest: CandleBuilder | null = null;
  private pending: CandleBuilder[] = [];
  private releasedBefore = -Infinity;
  private closedBefore = -Infinity;

  /**
   * @param timeframe length of the candles.
   * @param since first instant (ms UTC) from which every trade passes here; later than the symbol's first trade only
   *   where a timeframe was added to a running configuration.
   */
  constructor(
    readonly timeframe: Timeframe,
    readonly since = -Infinity,
  ) {}

  /** Adds a trade to the candle of its interval. Call {@link release} before, when the trade is late. */
  add(tick: RawTick, watermark: number, product: number, productError: number): MergeOutcome {
    const { lengthMs } = this.timeframe;
    const openAt = tick.timestamp - (tick.timestamp % lengthMs);
    if (openAt < this.releasedBefore) return 'unmerged';
    if (openAt + lengthMs <= this.since) return 'outside';
    let candle = this.newest?.openAt === openAt ? this.newest : this.candles.get(openAt);
    if (candle === undefined) {
      candle = new CandleBuilder(openAt);
      this.candles.set(openAt, candle);
    }
    this.newest = candle;
    candle.add(tick, product, productError);
    if (candle.revision < 0 && openAt + lengthMs > watermark) return 'merged';
    this.publishLater(candle);
    return 'revised';
  }

  /** Puts a candle among those of the next moment of publication. */
  publishLater(candle: CandleBuilder): void {
    if (candle.pending) return;
    candle.pending = true;
    this.pending.push(candle);
  }

  /** The candles to publish now, in order of time: those that the watermark has closed, and those that changed since. */
  takeDue(watermark: number): readonly CandleBuilder[] {
    const { lengthMs } = this.timeframe;
    const closedBefore = Math.floor(watermark / lengthMs) * lengthMs;
    if (closedBefore > this.closedBefore) {
      this.closedBefore = closedBefore;
      for (const candle of this.candles.values())
        if (candle.revision < 0 && candle.openAt < closedBefore) this.publishLater(candle);
    }
    if (this.pending.length === 0) return NONE;
    const due = this.pending.sort((a, b) => a.openAt - b.openAt);
    this.pending = [];
    return due;
  }

  /** Puts every candle that was never published among those of the next moment: the end of input. */
  closeAll(): void {
    for (const candle of this.candles.values()) if (candle.revision < 0) this.publishLater(candle);
  }

  /**
   * Releases the candles whose close is more than the horizon behind the watermark, save those from `keepFrom` on.
   * A released interval never comes back: its later trades are 'unmerged'.
   */
  release(watermark: number, horizonMs: number, keepFrom: number): void {
    const { lengthMs } = this.timeframe;
    const byHorizon = Math.ceil((watermark - horizonMs) / lengthMs) * lengthMs - lengthMs;
    const byGap = keepFrom === Infinity ? Infinity : keepFrom - (keepFrom % lengthMs);
    this.releaseBefore(Math.min(byHorizon, byGap));
    if (this.candles.size > MAX_HELD_CANDLES) this.releaseBefore(this.boundOfHeld());
  }

  /** Takes note that a candle was published; one that was released meanwhile goes. */
  settle(candle: CandleBuilder): void {
    candle.pending = false;
    if (candle.openAt < this.releasedBefore) this.drop(candle);
  }

  /** No candle that opened before this instant (ms UTC) will be published any more. */
  earliest(): number {
    let earliest = this.releasedBefore;
    for (const { openAt } of this.candles.values()) if (openAt < earliest) earliest = openAt;
    return earliest;
  }

  /** Candles that opened before this instant (ms UTC) never change again; -Infinity while every one may. */
  get unchangedBefore(): number {
    return this.releasedBefore;
  }

  /** Every candle that is held, in the order in which they arose. */
  held(): Iterable<CandleBuilder> {
    return this.candles.values();
  }

  /** The series as data. */
  export(): CandleSeriesState {
    return {
      timeframe: this.timeframe.name,
      since: finiteOrNull(this.since),
      releasedBefore: finiteOrNull(this.releasedBefore),
      closedBefore: finiteOrNull(this.closedBefore),
      candles: Array.from(this.candles.values(), (candle) => candle.export()),
    };
  }

  /** Continues the series that {@link export} wrote. */
  static restore(timeframe: Timeframe, state: CandleSeriesState): CandleSeries {
    const series = new CandleSeries(timeframe, state.since ?? -Infinity);
    series.releasedBefore = state.releasedBefore ?? -Infinity;
    series.closedBefore = state.closedBefore ?? -Infinity;
    for (const data of state.candles) {
      const candle = CandleBuilder.restore(data);
      series.candles.set(candle.openAt, candle);
      if (candle.pending) series.pending.push(candle);
    }
    return series;
  }

  private releaseBefore(openAt: number): void {
    if (openAt <= this.releasedBefore) return;
    this.releasedBefore = openAt;
    for (const candle of this.candles.values())
      if (candle.openAt < openAt && !candle.pending && candle.revision >= 0) this.drop(candle);
  }

  private drop(candle: CandleBuilder): void {
    this.candles.delete(candle.openAt);
    if (this.newest === candle) this.newest = null;
  }

  /** The open time from which on the newest MAX_HELD_CANDLES are; never beyond a candle that was not published yet. */
  private boundOfHeld(): number {
    const opens = [...this.candles.keys()].sort((a, b) => a - b);
    let bound = opens[opens.length - MAX_HELD_CANDLES] as number;
    for (const candle of this.candles.values())
      if (candle.revision < 0 || candle.pending) bound = Math.min(bound, candle.openAt);
    return bound;
  }
}

const NONE: readonly CandleBuilder[] = [];

function finiteOrNull(value: number): number | null {
  return value === -Infinity ? null : value;
}
