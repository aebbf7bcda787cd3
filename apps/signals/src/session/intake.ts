import type { MlSignal, RecordFault } from '@neuraltrade/contracts';
import type { SignalBook, Unusable } from '../book/signal-book';
import type { Received } from './received';
import type { SignalFigures } from './figures';

/** Some records of a message that cannot be used, for one reason. */
export interface RefusedRecords {
  /** Why. */
  readonly reason: Unusable['reason'];
  /** The records, each with what is wrong. */
  readonly records: RecordFault[];
}

/** Takes signals and candles into the book, and gathers what is to be delivered. */
export class Intake {
  #accepted: MlSignal[] = [];

  /** @param figures counts what is decided. */
  constructor(
    private readonly book: SignalBook,
    private readonly figures: SignalFigures,
  ) {}

  /** Accepted signals that are not handed on, the oldest first. */
  get accepted(): readonly MlSignal[] {
    return this.#accepted;
  }

  /** Hands on the oldest accepted signals. */
  takeAccepted(count: number): MlSignal[] {
    return this.#accepted.splice(0, count);
  }

  /** Takes a message. @returns the records that cannot be used, by reason. */
  message({ signals, candles, faults, toDeliver }: Received): RefusedRecords[] {
    const refused = new Map<Unusable['reason'], RefusedRecords>();
    const refuse = (value: unknown, { reason, detail }: Unusable): void => {
      const known = refused.get(reason) ?? { reason, records: [] };
      refused.set(reason, known);
      known.records.push({ value, fault: detail });
    };
    for (const { value, fault } of faults) refuse(value, { reason: 'malformed', detail: fault });
    for (const candle of candles) {
      const unusable = this.book.candle(candle);
      if (unusable !== null) refuse(candle, unusable);
    }
    for (const signal of signals) {
      const unusable = this.signal(signal);
      if (unusable !== null) refuse(signal, unusable);
      else if (toDeliver && !this.#accepted.includes(signal)) this.#accepted.push(signal);
    }
    return [...refused.values()];
  }

  /** Takes a signal. @returns what it cannot be used for; null when it was taken, or had come before. */
  signal(signal: MlSignal): Unusable | null {
    const taken = this.book.signal(signal);
    if (taken === 'repeat') return null;
    if ('reason' in taken) return taken;
    this.figures.decided(taken.decision);
    if (taken.decision === 'accepted') this.#accepted.push(signal);
    return null;
  }
}
