import { processorReplicaQueue } from '@neuraltrade/contracts';
import { type Delivery, type MessageBus, REPLICA_HEADER, type Subscription } from '@neuraltrade/messaging';
import type { Logger } from '@neuraltrade/service';
import type { Partition } from './partition';
import { Replicas } from './replicas';

const CHECK_INTERVAL_MS = 500;
/** A replica stands by for a partition that is not its own only after so long: its owner shall be first in line, ms. */
const STAND_BY_DELAY_MS = 3_000;
const RECONSUME_DELAY_MS = 1_000;
const PREFETCH = 20;

/** What balancing works with. */
export interface BalanceDeps {
  /** Where replicas announce themselves. */
  readonly bus: MessageBus;
  /** The partitions of this replica. */
  readonly partitions: readonly Partition[];
  /** This replica's id, unique among all. */
  readonly replica: string;
  /** Told when the share changes. */
  readonly log: Logger;
  /** Our clock, ms. */
  readonly now: () => number;
}

/**
 * Shares the partitions among the replicas that announce themselves. The broker lets one consumer of a partition work and the
 * others wait, so that balancing decides only who should: it can be wrong for a while and no candle suffers.
 */
export class Balance {
  readonly #deps: BalanceDeps;
  readonly #replicas: Replicas;
  readonly #releasedAt = new Map<Partition, number>();
  #subscription: Subscription | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  /** A balance that has heard nobody. */
  constructor(deps: BalanceDeps) {
    this.#deps = deps;
    this.#replicas = new Replicas(deps.replica);
  }

  /** Begins to listen for other replicas. */
  async start(): Promise<void> {
    await this.#listen();
    this.#timer = setInterval(() => this.#check(), CHECK_INTERVAL_MS);
  }

  /** Ends it; the partitions stay as they are. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#subscription?.close();
  }

  async #listen(): Promise<void> {
    const { bus, replica } = this.#deps;
    const queue = processorReplicaQueue(replica);
    await bus.declare([queue]);
    const subscription = await bus.consume(queue.name, { prefetch: PREFETCH }, (delivery) =>
      this.#hear(delivery),
    );
    this.#subscription = subscription;
    void subscription.ended.then((how) => {
      if (how === 'lost' && !this.#stopped) this.#listenLater();
    });
  }

  #listenLater(): void {
    setTimeout(() => {
      if (!this.#stopped) this.#listen().catch(() => this.#listenLater());
    }, RECONSUME_DELAY_MS).unref();
  }

  #hear(delivery: Delivery): void {
    const replica = delivery.headers[REPLICA_HEADER];
    if (typeof replica === 'string' && replica !== '') this.#replicas.heard(replica, this.#deps.now());
    this.#subscription?.ack(delivery.tag);
  }

  #check(): void {
    const now = this.#deps.now();
    const before = this.#replicas.known.length;
    this.#replicas.forgetGone(now);
    for (const partition of this.#deps.partitions) this.#place(partition, now);
    const { length } = this.#replicas.known;
    if (length !== before)
      this.#deps.log.info({ replicas: length }, 'The number of processor replicas has changed.');
  }

  #place(partition: Partition, now: number): void {
    const own = this.#replicas.owns(partition.number);
    if (!own && partition.working) {
      this.#releasedAt.set(partition, now);
      void partition.release();
      return;
    }
    if (!partition.released) return;
    const waited = now - (this.#releasedAt.get(partition) ?? 0);
    if (own || waited >= STAND_BY_DELAY_MS) void partition.resume();
  }
}
