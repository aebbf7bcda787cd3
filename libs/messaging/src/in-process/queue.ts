import type { QueueSpec } from '@neuraltrade/contracts';
import { Deque } from '../deque';
import type { DurableMessage } from '../queue-files/durable-message';
import type { OpenedQueue } from '../queue-files/queue-store';
import type { Receipt } from '../queue-files/queue-journal';
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
  /**
   * A message was given back more often than allowed. @returns whether it was taken over, to be followed by `finish` or
   * `keep`; if not it stays in the queue.
   */
  overLimit(entry: QueueEntry): boolean;
}

/**
 * One queue by a broker's rules. A message goes to a consumer with credit at once, else it waits in order; only waiting
 * bodies count against maxBytes, and a queue is full once they reach it. A full core queue refuses, others drop their
 * oldest. What a consumer gives back takes its old place among those that wait. A queue in files shows its consumers only
 * what is stored, and begins with what its files held.
 */
export class InProcessQueue {
  private readonly ready = new Deque<QueueEntry>();
  private readyBytes = 0;
  private nextPosition = 0;
  private readonly takers: QueueTaker[] = [];
  private nextTaker = 0;
  private droppedCount = 0;
  /** Bodies that are on their way into files. */
  private arrivingBytes = 0;

  constructor(
    readonly spec: QueueSpec,
    private readonly deliveryLimit: number,
    private readonly events: QueueEvents,
    private readonly files: OpenedQueue | null = null,
  ) {
    // Whether they were delivered is not known any more, so they count as given back once.
    for (const message of files?.messages ?? []) this.add(message, message.offset, 1);
  }

  /** Whether its messages are in files. */
  get isDurable(): boolean {
    return this.files !== null;
  }

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

  /** Stores a message at the tail of a queue in memory. @returns false when the queue is full and refuses. */
  offer(message: StoredMessage): boolean {
    const isCore = this.spec.kind === 'core';
    if (isCore && !this.hasRoom()) return false;
    this.add(message, this.nextPosition++, 0);
    this.pump();
    if (!isCore) this.dropOldest();
    return true;
  }

  /**
   * Stores a message at the tail of a queue in files; offsets ascend from call to call.
   * @param receipt told later whether it is stored.
   * @returns false when the queue is full and refuses; the receipt is told nothing then.
   */
  store(message: DurableMessage, receipt: Receipt): boolean {
    if (this.files === null) throw new Error(`Queue ${this.spec.name} is not in files.`);
    if (!this.hasRoom()) return false;
    this.arrivingBytes += message.body.length;
    this.files.journal.append({ message, receipt, queue: this });
    return true;
  }

  /** Told by the files what became of a message that was to be stored. */
  arrived(message: DurableMessage, stored: boolean): void {
    this.arrivingBytes -= message.body.length;
    if (!stored) return;
    this.add(message, message.offset, 0);
    this.pump();
  }

  /** Takes a message that was handed out off the queue for good. */
  finish(entry: QueueEntry): void {
    this.files?.journal.answer(entry.position);
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

  /** Puts one message back that was over the limit and could not be set aside. */
  keep(entry: QueueEntry): void {
    this.insert(entry);
    this.pump();
  }

  /** Hands waiting messages to consumers with credit; to be called when credit came free. */
  pump(): void {
    for (;;) {
      const head = this.ready.at(0);
      if (head === undefined) return;
      if (isExpired(head)) {
        this.removeHead();
        this.finish(head);
        continue;
      }
      const taker = this.takerWithCredit();
      if (taker === undefined) return;
      this.removeHead();
      taker.take(head);
    }
  }

  private hasRoom(): boolean {
    const { maxBytes } = this.spec;
    if (this.readyBytes + this.arrivingBytes < maxBytes) return true;
    this.discardExpired();
    return this.readyBytes + this.arrivingBytes < maxBytes;
  }

  private add(message: StoredMessage, position: number, returns: number): void {
    this.ready.push({ message, position, returns });
    this.readyBytes += message.body.length;
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
    if (this.spec.kind === 'core' && entry.returns > this.deliveryLimit && this.events.overLimit(entry))
      return;
    this.insert(entry);
  }

  private insert(entry: QueueEntry): void {
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
    for (let head = this.ready.at(0); head !== undefined && isExpired(head); head = this.ready.at(0)) {
      this.removeHead();
      this.finish(head);
    }
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
