import type { QueueSpec } from '@neuraltrade/contracts';
import { Deque } from '../deque';
import type { QueueEntry, StoredMessage } from './stored-message';

/** Where a queue's messages go. */
export interface QueueTaker {
  /** Whether one more may be outstanding. */
  readonly hasCredit: boolean;
  /** Messages taken and not yet answered. */
  readonly outstanding: number;
  /** Takes one over; it is handed out later. */
  take(entry: QueueEntry): void;
}

/** What a queue tells its bus. */
export interface QueueEvents {
  /** A full drop-head queue dropped its oldest message. */
  dropped(): void;
  /** A message was given back more often than allowed. @returns whether it was set aside; if not it stays in the queue. */
  overLimit(message: StoredMessage): boolean;
}

/**
 * One queue by a broker's rules. A message goes to a consumer with credit at once, else it waits in order; only waiting
 * bodies count against maxBytes, and a queue is full once they reach it. A full core queue refuses, others drop their
 * oldest. What a consumer gives back takes its old place among those that wait.
 */
export class InProcessQueue {
  private readonly ready = new Deque<QueueEntry>();
  private readyBytes = 0;
  private nextPosition = 0;
  private readonly takers: QueueTaker[] = [];
  private nextTaker = 0;
  private droppedCount = 0;

  constructor(
    readonly spec: QueueSpec,
    private readonly deliveryLimit: number,
    private readonly events: QueueEvents,
  ) {}

  /** Consumers attached, waiting ones of a single-active-consumer queue included. */
  get consumerCount(): number {
    return this.takers.length;
  }

  /** Messages dropped at the head since the queue was made. */
  get dropped(): number {
    return this.droppedCount;
  }

  /** Messages that wait, expired ones left out as far as they are at the head. */
  get readyCount(): number {
    this.discardExpired();
    return this.ready.length;
  }

  /** Messages that consumers hold. */
  get unackedCount(): number {
    return this.takers.reduce((sum, taker) => sum + taker.outstanding, 0);
  }

  /** Stores a message at the tail. @returns false when the queue is full and refuses. */
  offer(message: StoredMessage): boolean {
    const { kind, maxBytes } = this.spec;
    if (kind === 'core' && this.readyBytes >= maxBytes) {
      this.discardExpired();
      if (this.readyBytes >= maxBytes) return false;
    }
    this.ready.push({ message, position: this.nextPosition++, returns: 0 });
    this.readyBytes += message.body.length;
    this.pump();
    if (kind !== 'core') this.dropOldest();
    return true;
  }

  /** Adds a consumer; on a single-active-consumer queue it waits behind those that came before. */
  attach(taker: QueueTaker): void {
    this.takers.push(taker);
    this.pump();
  }

  /** Takes a consumer away with everything it held, which is back in place before another consumer gets anything. */
  detach(taker: QueueTaker, held: readonly QueueEntry[]): void {
    this.takers.splice(this.takers.indexOf(taker), 1);
    // From the last to the first, each usually lands right at the head.
    for (let i = held.length - 1; i >= 0; i--) this.putBack(held[i] as QueueEntry);
    this.pump();
    if (this.spec.kind !== 'core') this.dropOldest();
  }

  /** Gives one message back that was handed out. */
  giveBack(entry: QueueEntry): void {
    this.putBack(entry);
    this.pump();
  }

  /** Hands waiting messages to consumers with credit; to be called when credit came free. */
  pump(): void {
    for (;;) {
      const head = this.ready.at(0);
      if (head === undefined) return;
      if (isExpired(head)) {
        this.removeHead();
        continue;
      }
      const taker = this.takerWithCredit();
      if (taker === undefined) return;
      this.removeHead();
      taker.take(head);
    }
  }

  private takerWithCredit(): QueueTaker | undefined {
    const { takers } = this;
    if (this.spec.singleActiveConsumer) return takers[0]?.hasCredit === true ? takers[0] : undefined;
    for (let i = 0; i < takers.length; i++) {
      const index = (this.nextTaker + i) % takers.length;
      const taker = takers[index];
      if (taker?.hasCredit !== true) continue;
      this.nextTaker = index + 1;
      return taker;
    }
    return undefined;
  }

  private putBack(entry: QueueEntry): void {
    if (
      this.spec.kind === 'core' &&
      entry.returns > this.deliveryLimit &&
      this.events.overLimit(entry.message)
    )
      return;
    let index = 0;
    for (let other = this.ready.at(0); other !== undefined && other.position < entry.position;) {
      other = this.ready.at(++index);
    }
    this.ready.insert(index, entry);
    this.readyBytes += entry.message.body.length;
  }

  private dropOldest(): void {
    this.discardExpired();
    while (this.readyBytes > this.spec.maxBytes) {
      this.removeHead();
      this.droppedCount += 1;
      this.events.dropped();
    }
  }

  private discardExpired(): void {
    for (let head = this.ready.at(0); head !== undefined && isExpired(head); head = this.ready.at(0))
      this.removeHead();
  }

  private removeHead(): void {
    const head = this.ready.shift();
    if (head !== undefined) this.readyBytes -= head.message.body.length;
  }
}

function isExpired(entry: QueueEntry): boolean {
  const { expiresAt } = entry.message;
  return expiresAt !== Infinity && performance.now() >= expiresAt;
}
