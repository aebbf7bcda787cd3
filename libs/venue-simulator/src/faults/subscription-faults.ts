import type { Connection } from '../server/connection';
import type { Session } from '../server/simulated-venue';

/** What is done to a subscribe request. */
export type SubscriptionFaultName = 'refuse-subscription' | 'lose-ack';

const SUBSCRIBE = /"subscribe"/i;

/** Subscribe requests of one venue that are refused, or whose first answer is lost. */
export class SubscriptionFaults {
  readonly #listener: (fault: SubscriptionFaultName) => void;
  #refusals = 0;
  #lostAcks = 0;

  /** @param listener is told of each fault as it happens. */
  constructor(listener: (fault: SubscriptionFaultName) => void) {
    this.#listener = listener;
  }

  /** The next `count` subscribe requests are refused as a whole. */
  refuse(count: number): void {
    this.#refusals += count;
  }

  /** The next `count` subscribe requests are carried out, but the first frame of their answer is lost. */
  loseAcks(count: number): void {
    this.#lostAcks += count;
  }

  /** Hands a client's message to its session, as the faults allow. */
  pass(text: string | null, connection: Connection, session: Session): void {
    const subscribes = this.#refusals + this.#lostAcks > 0 && text !== null && SUBSCRIBE.test(text);
    if (subscribes && this.#refusals > 0) {
      this.#refusals--;
      session.refuse(text);
      this.#listener('refuse-subscription');
    } else if (subscribes) {
      this.#lostAcks--;
      connection.loseFirstFrameOf(() => session.onMessage(text));
      this.#listener('lose-ack');
    } else {
      session.onMessage(text);
    }
  }
}
