import type { Connection } from '../server/connection';
import type { Session } from '../server/simulated-venue';

/** What is done to a subscribe request. */
export type SubscriptionFaultName = 'refuse-subscription' | 'lose-ack';

/** A fault of the next subscribe requests. */
export interface SubscriptionFault {
  /** What is done to them. */
  readonly fault: SubscriptionFaultName;
  /** To how many. */
  readonly count: number;
  /** When it is over even if fewer came, ms UTC. */
  readonly untilMs: number;
  /** Is told of each request that it befell. */
  readonly note: () => void;
}

const SUBSCRIBE = /"subscribe"/i;

/** Subscribe requests of one venue that are refused, or whose first answer is lost. */
export class SubscriptionFaults {
  readonly #waiting: (SubscriptionFault & { left: number })[] = [];

  /** Lets a fault befall the next requests, after those faults that already wait. */
  add(fault: SubscriptionFault): void {
    this.#waiting.push({ ...fault, left: fault.count });
  }

  /** Whether a fault waits for a request. */
  isBusy(nowMs: number): boolean {
    return this.#next(nowMs) !== undefined;
  }

  /** Hands a client's message to its session, as the faults allow. */
  pass(text: string | null, connection: Connection, session: Session, nowMs: number): void {
    const next = this.#waiting.length === 0 ? undefined : this.#next(nowMs);
    if (next === undefined || text === null || !SUBSCRIBE.test(text)) {
      session.onMessage(text);
      return;
    }
    next.left--;
    if (next.fault === 'refuse-subscription') session.refuse(text);
    else connection.loseFirstFrameOf(() => session.onMessage(text));
    next.note();
  }

  #next(nowMs: number): (SubscriptionFault & { left: number }) | undefined {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (next.left > 0 && nowMs < next.untilMs) return next;
      this.#waiting.shift();
    }
    return undefined;
  }
}
