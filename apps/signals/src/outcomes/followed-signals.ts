import { type Candle, type MlSignal, type SignalOutcome, timeframeMs } from '@neuraltrade/contracts';
import { CandleMemory, type SavedSeries, seriesOf } from './candle-memory';
import { type FollowedSignal, judge, unjudged } from './judge';

/** How outcomes are made. Times are event times, ms. */
export interface OutcomeRules {
  /** How many candles behind a signal it is judged by, >= 1. */
  readonly horizonCandles: number;
  /** A hold is hit when the move from entry to exit is at most this, bps. */
  readonly holdBandBps: number;
  /** How far its venue goes on behind the horizon of a signal that lacks candles before it is overdue, ms. */
  readonly allowanceMs: number;
  /** Most signals that are followed at a time; of a further one nothing can be said. */
  readonly maxFollowed: number;
}

/** What is saved of the signals that are followed. */
export interface SavedFollowed {
  /** The newest close of a candle of each venue that was seen, ms UTC. */
  readonly venueTimes: readonly (readonly [exchange: string, close: number])[];
  /** Signals whose outcome is awaited. */
  readonly followed: readonly FollowedSignal[];
  /** The candles of the last while. */
  readonly candles: readonly SavedSeries[];
  /** Outcomes that were made and are not known to be published, oldest first. */
  readonly told: readonly SignalOutcome[];
}

/** Signals of one series whose time is up, though candles are missing or incomplete. */
export interface Overdue extends Pick<Candle, 'exchange' | 'symbol' | 'timeframe'> {
  /** The earliest candle that they need opens then, ms UTC. */
  readonly from: number;
  /** The last candle that they need closes then, ms UTC. */
  readonly to: number;
  /** How many candles lie between. */
  readonly candles: number;
  /** The signals. */
  readonly signals: readonly FollowedSignal[];
}

/** A venue that is silent for so long while others go on holds its signals up no longer, ms. */
const SILENT_VENUE_MS = 86_400_000;
/** Most venues whose time is kept; beyond, the one that was heard of first is forgotten. */
const MAX_VENUES = 256;

/**
 * Follows signals to their horizon. A signal is judged as soon as every candle of its horizon is known as final and complete; one
 * that still lacks some when its venue has gone on for the allowance behind its horizon is overdue. Nothing is guessed.
 */
export class FollowedSignals {
  readonly #rules: OutcomeRules;
  readonly #candles: CandleMemory;
  readonly #bySeries = new Map<string, FollowedSignal[]>();
  readonly #touched = new Set<string>();
  #told: SignalOutcome[];
  readonly #venueTimes: Map<string, number>;
  #marketTime: number;
  #count = 0;

  /** @param saved what an earlier run has exported. */
  constructor(rules: OutcomeRules, saved?: SavedFollowed) {
    this.#rules = rules;
    this.#candles = new CandleMemory(saved?.candles);
    this.#told = [...(saved?.told ?? [])];
    this.#venueTimes = new Map(saved?.venueTimes);
    this.#marketTime = Math.max(0, ...this.#venueTimes.values());
    for (const signal of saved?.followed ?? []) this.#add(signal);
  }

  /** The newest close of a candle that was seen, ms UTC; 0 = none yet. */
  get marketTime(): number {
    return this.#marketTime;
  }

  /** How many signals are followed. */
  get count(): number {
    return this.#count;
  }

  /** Outcomes that were made and are not confirmed, oldest first; changes with the next call of any method. */
  get told(): readonly SignalOutcome[] {
    return this.#told;
  }

  /** Follows a signal that was not followed before. @returns false when there is no room: it is unjudged at once. */
  follow(signal: MlSignal): boolean {
    const { exchange, symbol, timeframe, modelVersion, signalType, timestamp } = signal;
    const horizonTimestamp = timestamp + this.#rules.horizonCandles * stepOf(timeframe);
    const followed = { exchange, symbol, timeframe, modelVersion, signalType, timestamp, horizonTimestamp };
    if (this.#count + this.#told.length >= this.#rules.maxFollowed) {
      this.#told.push(unjudged(followed));
      return false;
    }
    this.#add(followed);
    this.#touched.add(seriesOf(followed));
    return true;
  }

  /** Takes a final or revised candle. */
  candle(candle: Candle): void {
    this.#candles.note(candle);
    const close = candle.timestamp + stepOf(candle.timeframe);
    this.#marketTime = Math.max(this.#marketTime, close);
    this.#venueTimes.set(candle.exchange, Math.max(close, this.#venueTimes.get(candle.exchange) ?? 0));
    const [first] = this.#venueTimes.keys();
    if (this.#venueTimes.size > MAX_VENUES && first !== undefined) this.#venueTimes.delete(first);
    this.#touched.add(seriesOf(candle));
  }

  /** Judges every signal whose candles are all there. */
  settle(): void {
    for (const series of this.#touched) {
      const signals = this.#bySeries.get(series) ?? [];
      this.#keep(
        series,
        signals.filter((signal) => !this.#judged(signal)),
      );
    }
    this.#touched.clear();
  }

  /** The signals that are overdue, by series, at most so many series. */
  overdue(limit: number): Overdue[] {
    const found: Overdue[] = [];
    for (const signals of this.#bySeries.values()) {
      const [{ exchange, symbol, timeframe }] = signals as [FollowedSignal, ...FollowedSignal[]];
      const late = this.#lateAt(exchange);
      const due = signals.filter(({ horizonTimestamp }) => horizonTimestamp <= late);
      if (due.length === 0) continue;
      const from = Math.min(...due.map(({ timestamp }) => timestamp));
      const to = Math.max(...due.map(({ horizonTimestamp }) => horizonTimestamp));
      const candles = Math.round((to - from) / stepOf(timeframe));
      found.push({ exchange, symbol, timeframe, from, to, candles, signals: due });
      if (found.length === limit) break;
    }
    return found;
  }

  /** Ends overdue signals: judged by what is known of their candles now, else unjudged. */
  end({ signals, ...series }: Overdue): void {
    const ended = new Set(signals);
    const followed = this.#bySeries.get(seriesOf(series)) ?? [];
    for (const signal of followed)
      if (ended.has(signal) && !this.#judged(signal)) this.#told.push(unjudged(signal));
    this.#keep(
      seriesOf(series),
      followed.filter((signal) => !ended.has(signal)),
    );
  }

  /** The oldest outcomes were published: so many of `told` are let go. */
  confirmed(count: number): void {
    this.#told = this.#told.slice(count);
  }

  /** What the next run needs. */
  export(): SavedFollowed {
    return {
      venueTimes: [...this.#venueTimes],
      followed: [...this.#bySeries.values()].flat(),
      candles: this.#candles.export(),
      told: this.#told,
    };
  }

  /** Signals of a venue with a horizon at or before this instant have waited for long enough, ms UTC. */
  #lateAt(exchange: string): number {
    const venueTime = this.#venueTimes.get(exchange) ?? 0;
    return Math.max(venueTime, this.#marketTime - SILENT_VENUE_MS) - this.#rules.allowanceMs;
  }

  #add(signal: FollowedSignal): void {
    const series = seriesOf(signal);
    const known = this.#bySeries.get(series);
    if (known === undefined) this.#bySeries.set(series, [signal]);
    else known.push(signal);
    this.#count += 1;
  }

  #judged(signal: FollowedSignal): boolean {
    const { timestamp, horizonTimestamp, timeframe } = signal;
    const candles = this.#candles.complete(seriesOf(signal), timestamp, horizonTimestamp, stepOf(timeframe));
    if (candles === null) return false;
    this.#told.push(judge(signal, candles, this.#rules.holdBandBps));
    return true;
  }

  /** Goes on with these signals of a series, and forgets the candles that none of them, nor a late one, can need. */
  #keep(series: string, signals: FollowedSignal[]): void {
    this.#count += signals.length - (this.#bySeries.get(series)?.length ?? 0);
    if (signals.length > 0) this.#bySeries.set(series, signals);
    else this.#bySeries.delete(series);
    const [exchange = '', , timeframe = ''] = series.split(':');
    const late = this.#lateAt(exchange) - this.#rules.horizonCandles * stepOf(timeframe);
    this.#candles.forgetBefore(series, Math.min(late, oldestOf(signals)));
  }
}

function oldestOf(signals: readonly FollowedSignal[]): number {
  return signals.reduce((oldest, { timestamp }) => Math.min(oldest, timestamp), Infinity);
}

/** A timeframe's length, ms: records that were checked against the schema have one. */
function stepOf(timeframe: string): number {
  return timeframeMs(timeframe) as number;
}
