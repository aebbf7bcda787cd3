import { type Candle, type MlSignal, timeframeMs } from '@neuraltrade/contracts';
import type { Decision, FilterRules } from '../filters/filter-rules';
import { type SavedFilter, SignalFilter } from '../filters/signal-filter';
import { FollowedSignals, type OutcomeRules, type SavedFollowed } from '../outcomes/followed-signals';
import { type SavedStream, SeenSignals } from './seen-signals';

/** What a book holds of its signals, as it is saved. */
export interface SavedBook {
  /** The newest instant that is known of, ms UTC. */
  readonly eventTime: number;
  /** Which signals have come. */
  readonly seen: readonly SavedStream[];
  /** What the filter remembers. */
  readonly filter: SavedFilter;
  /** What is followed. */
  readonly followed: SavedFollowed;
}

/** What a signal or candle cannot be used for. */
export interface Unusable {
  /** A reason for parking. */
  readonly reason: 'malformed' | 'future-timestamp';
  /** What exactly is wrong, a sentence. */
  readonly detail: string;
}

/** What became of a signal that was taken: it came before, it cannot be used, or it was decided about. */
export type Taken = 'repeat' | Unusable | { readonly decision: Decision; readonly followed: boolean };

/** How far ahead of the present a record may be, ms: more than any clock that is only wrong. */
const MAX_AHEAD_MS = 3_600_000;

/**
 * Everything that the service knows of signals: which have come, which are acted on, and which are followed to their outcome. It
 * reads no clock: event time is the newest close of a candle, or the newest instant that it was told.
 */
export class SignalBook {
  /** The signals that are followed, and what became of them. */
  readonly outcomes: FollowedSignals;
  readonly #filter: SignalFilter;
  readonly #seen: SeenSignals;
  #told: number;

  /** @param saved what an earlier run has exported. */
  constructor(rules: FilterRules, outcomeRules: OutcomeRules, saved?: SavedBook) {
    this.#filter = new SignalFilter(rules, saved?.filter);
    this.#seen = new SeenSignals(saved?.seen);
    this.outcomes = new FollowedSignals(outcomeRules, saved?.followed);
    this.#told = saved?.eventTime ?? 0;
  }

  /** The newest instant that is known of, ms UTC; 0 = none yet. */
  get eventTime(): number {
    return Math.max(this.#told, this.outcomes.marketTime);
  }

  /** It is at least this instant, ms UTC: signals age even while no candle comes. */
  reached(now: number): void {
    this.#told = Math.max(this.#told, now);
  }

  /** Takes a signal: decides whether it is acted on, and follows it in any case. */
  signal(signal: MlSignal): Taken {
    const step = timeframeMs(signal.timeframe) as number;
    if (signal.timestamp % step !== 0)
      return {
        reason: 'malformed',
        detail: `No candle of ${signal.timeframe} closes at ${signal.timestamp}.`,
      };
    const unusable = ahead('A signal', signal.timestamp, this.eventTime);
    if (unusable !== null) return unusable;
    if (!this.#seen.isNew(signal)) return 'repeat';
    const decision = this.#filter.decide(signal, this.eventTime);
    return { decision, followed: this.outcomes.follow(signal) };
  }

  /** Takes a closed candle. @returns what it cannot be used for; null when it was used. */
  candle(candle: Candle): Unusable | null {
    if (candle.state === 'partial')
      return { reason: 'malformed', detail: 'A candle that is not closed judges no signal.' };
    // Candles move the event time themselves: only a clock can tell that one is from the future.
    const close = candle.timestamp + (timeframeMs(candle.timeframe) as number);
    const unusable = ahead('A candle', close, this.#told);
    if (unusable === null) this.outcomes.candle(candle);
    return unusable;
  }

  /** What the next run needs. */
  export(): SavedBook {
    return {
      eventTime: this.#told,
      seen: this.#seen.export(),
      filter: this.#filter.export(this.eventTime),
      followed: this.outcomes.export(),
    };
  }
}

/** Whether a record is too far ahead of the present to be believed; not known while there is no present. */
function ahead(what: string, timestamp: number, present: number): Unusable | null {
  if (present === 0 || timestamp - present <= MAX_AHEAD_MS) return null;
  return {
    reason: 'future-timestamp',
    detail: `${what} of ${new Date(timestamp).toISOString()} is ${timestamp - present} ms ahead of the present.`,
  };
}
