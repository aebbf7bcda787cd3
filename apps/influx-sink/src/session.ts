import type { Delivery, Subscription } from '@neuraltrade/messaging';
import { prefetchOf } from './config';
import { Holding } from './holding';
import type { LaneOptions, Report, StoredKind } from './lane';
import { type Received, receive, recordCount } from './received';
import { GivenUp } from './retry';
import { writeBatch } from './write-batch';

/**
 * A store that is away for longer than this, ms, is waited for without a subscription: a broker takes deliveries that nobody
 * answers for half an hour for a broken consumer.
 */
const LONGEST_HOLD_MS = 300_000;

/** Why records leave the ledger that went back to their queue: they are received again. */
const RETURNED = 'returned-to-queue';

/**
 * One subscription of a lane: gathers its messages and writes one batch at a time, in order. A message is answered only
 * when its records are stored, so what is held here when the subscription ends comes again, to whoever consumes next.
 */
export class Session<K extends StoredKind> {
  readonly #lane: LaneOptions<K>;
  readonly #report: Report;
  readonly #holding: Holding<K>;
  readonly #prefetch: number;
  readonly #cut = new AbortController();
  /** Messages of the batch that is written and that are not answered yet. */
  readonly #batch = new Set<Received<K>>();
  readonly #forgetHeld: () => void;
  #attemptedAt: number | null = null;
  #subscription: Subscription | null = null;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #outage: NodeJS.Timeout | null = null;
  #gaveUp = false;
  #overdue = false;
  #taking = true;

  /** @param report told why nothing is stored now, and '' when it is again. */
  constructor(lane: LaneOptions<K>, report: Report) {
    this.#lane = lane;
    this.#report = (fault, needsPerson) => {
      this.#watchOutage(fault !== '');
      report(fault, needsPerson);
    };
    this.#prefetch = prefetchOf(lane.config);
    this.#holding = new Holding({
      records: lane.config.WRITE_BATCH_SIZE,
      messages: Math.ceil(this.#prefetch / 2),
    });
    this.#forgetHeld = lane.ledger.holds(() => this.#holding.count + countOf(this.#batch));
  }

  /** Begins to consume. @throws what the bus throws. */
  async open(): Promise<void> {
    const { bus, queue } = this.#lane;
    // Deliveries may come before this resolves; they wait for the subscription that answers them.
    this.#subscription = await bus.consume(queue, { prefetch: this.#prefetch }, (delivery) =>
      this.#deliver(delivery),
    );
    void this.#subscription.ended.then(() => this.#abandon());
    this.#proceed();
  }

  /** Settles when the subscription has ended, for whatever reason. */
  get ended(): Promise<unknown> {
    return this.#subscription?.ended ?? Promise.resolve();
  }

  /** Whether it takes deliveries. */
  get taking(): boolean {
    return this.#taking;
  }

  /** How long the attempt to write that is under way has had no answer, ms; 0 when none is. */
  get unansweredMs(): number {
    return this.#attemptedAt === null ? 0 : performance.now() - this.#attemptedAt;
  }

  /** Whether it ended because the store was away for too long; its messages are in the queue again. */
  get gaveUp(): boolean {
    return this.#gaveUp;
  }

  /** Takes nothing more, writes what it holds with one attempt a batch, answers for what was stored, and ends. */
  async stop(): Promise<void> {
    this.#taking = false;
    this.#cut.abort();
    this.#overdue = true;
    this.#proceed();
    await this.#writing;
    this.#stopTimer();
    this.#stopOutageTimer();
    await this.#subscription?.close();
    this.#forgetHeld();
  }

  #deliver(delivery: Delivery): void {
    // A delivery without an answer goes back to the queue when the subscription ends.
    if (!this.#taking) return;
    const message = receive(this.#lane.kind, delivery);
    const count = recordCount(message);
    this.#lane.ledger.received(count);
    this.#lane.onDelivery?.(count, delivery.body.length);
    this.#holding.add(message);
    this.#showDepth();
    this.#timer ??= setTimeout(() => this.#flush(), this.#lane.config.WRITE_FLUSH_MS);
    this.#proceed();
  }

  #flush(): void {
    this.#timer = null;
    this.#overdue = true;
    this.#proceed();
  }

  #proceed(): void {
    if (this.#writing || !this.#subscription || !this.#due) return;
    this.#writing = this.#writeWhileDue(this.#subscription).finally(() => {
      this.#writing = null;
    });
  }

  get #due(): boolean {
    return !this.#holding.empty && (this.#holding.full || this.#overdue || !this.#taking);
  }

  async #writeWhileDue(subscription: Subscription): Promise<void> {
    try {
      while (this.#due) {
        await writeBatch(this.#lane, this.#takeBatch(), {
          subscription,
          cut: this.#cut.signal,
          report: this.#report,
          onAttempt: (begun) => (this.#attemptedAt = begun ? performance.now() : null),
          onAnswered: (message) => this.#batch.delete(message),
        });
      }
    } catch (error) {
      this.#lane.ledger.rejected(RETURNED, countOf(this.#batch));
      this.#batch.clear();
      this.#abandon();
      if (this.#gaveUp) await subscription.close();
      if (error instanceof GivenUp) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.#lane.log.error(
        { kind: this.#lane.kind, err: error },
        'a batch failed unexpectedly and is begun anew',
      );
      this.#report(`A batch of ${this.#lane.kind} failed: ${reason}`);
      await subscription.close();
    }
  }

  #takeBatch(): ReturnType<Holding<K>['take']> {
    const batch = this.#holding.take();
    for (const message of batch) this.#batch.add(message);
    this.#overdue = false;
    this.#stopTimer();
    if (!this.#holding.empty) {
      this.#timer = setTimeout(() => this.#flush(), this.#lane.config.WRITE_FLUSH_MS);
    }
    this.#showDepth();
    return batch;
  }

  /** Without a gate in front of it the session would only be opened again to fail again. */
  #watchOutage(failing: boolean): void {
    if (failing && this.#outage === null && this.#lane.storeReady !== undefined && this.#taking) {
      this.#outage = setTimeout(() => {
        this.#gaveUp = true;
        this.#cut.abort();
      }, this.#lane.longestHoldMs ?? LONGEST_HOLD_MS);
    } else if (!failing) this.#stopOutageTimer();
  }

  #stopOutageTimer(): void {
    if (this.#outage) clearTimeout(this.#outage);
    this.#outage = null;
  }

  #abandon(): void {
    this.#taking = false;
    this.#cut.abort();
    this.#stopTimer();
    this.#stopOutageTimer();
    this.#lane.ledger.rejected(RETURNED, this.#holding.count);
    while (!this.#holding.empty) this.#holding.take();
    this.#showDepth();
    void Promise.resolve(this.#writing).then(() => this.#forgetHeld());
  }

  #stopTimer(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #showDepth(): void {
    this.#lane.metrics.bufferDepth.set({ buffer: `sink-${this.#lane.kind}` }, this.#holding.records);
  }
}

function countOf<K extends StoredKind>(messages: Iterable<Received<K>>): number {
  let count = 0;
  for (const message of messages) count += recordCount(message);
  return count;
}
