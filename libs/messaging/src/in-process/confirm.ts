import type { PublishOutcome } from '../message-bus';
import type { Receipt } from '../queue-files/queue-journal';

/** The outcome of one message over all queues that it goes to: known when the last of them has stored it or not. */
export class Confirm implements Receipt {
  private waiting = 0;
  private refused = false;
  private resolve: (outcome: PublishOutcome) => void = () => undefined;

  /** A queue was asked: it has refused, or will settle later. */
  expect(accepted: boolean): void {
    if (accepted) this.waiting += 1;
    else this.refused = true;
  }

  /** A queue that accepted has stored the message, or could not. */
  settled(stored: boolean): void {
    if (!stored) this.refused = true;
    this.waiting -= 1;
    if (this.waiting === 0) this.resolve(this.known());
  }

  /** To be called when every queue was asked. @returns the outcome, or its promise while a queue has to settle. */
  outcome(): PublishOutcome | Promise<PublishOutcome> {
    if (this.waiting === 0) return this.known();
    return new Promise((resolve) => (this.resolve = resolve));
  }

  private known(): PublishOutcome {
    return this.refused ? 'nacked' : 'confirmed';
  }
}
