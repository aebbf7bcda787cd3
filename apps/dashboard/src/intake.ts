import {
  type BatchKind,
  type DecodedBatch,
  decodeBatch,
  PermanentError,
  type QueueSpec,
} from '@neuraltrade/contracts';
import { type Delivery, type MessageBus, REPLICA_HEADER, type Subscription } from '@neuraltrade/messaging';
import type { Metrics } from '@neuraltrade/metrics';
import type { Logger } from '@neuraltrade/service';
import type { MarketView } from './market-view';

const PREFETCH = 256;
const RETRY_MS = 1_000;
/** Longest name of a replica that is kept. */
const MAX_REPLICA = 64;

/** What the intake works with. */
export interface IntakeDeps {
  /** Where the messages come from. */
  readonly bus: MessageBus;
  /** The dashboard's own queue. */
  readonly queue: QueueSpec;
  /** Where the records go. */
  readonly view: MarketView;
  /** Counts refused records; whole messages are counted by the bus that parks them. */
  readonly metrics: Metrics;
  /** Told about faults, once a kind. */
  readonly log: Logger;
}

/** Consumes the dashboard's queue into the market view, attaching again for as long as it is not stopped. */
export class Intake {
  private subscription: Subscription | null = null;
  private retry: NodeJS.Timeout | null = null;
  private stopped = false;
  private readonly told = new Set<string>();

  /** @param deps what it works with. */
  constructor(private readonly deps: IntakeDeps) {
    deps.view.onRefused = () =>
      this.tellOnce(
        'bound',
        {},
        'There are more symbols than the dashboard holds: the last ones are not shown',
      );
  }

  /**
   * Declares the queue and attaches its consumer; when the bus cannot do that now, it is tried again in the background.
   * @throws PermanentError when the queue exists with other settings.
   */
  async start(): Promise<void> {
    try {
      await this.attach();
    } catch (error) {
      if (error instanceof PermanentError) throw error;
      this.attachLater(error);
    }
  }

  /** Whether deliveries arrive. */
  attached(): boolean {
    return this.subscription !== null;
  }

  /** Ends the consumer for good. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.retry !== null) clearTimeout(this.retry);
    await this.subscription?.close();
    this.subscription = null;
  }

  private async attach(): Promise<void> {
    const { bus, queue } = this.deps;
    await bus.declare([queue]);
    // A bus may deliver before consume() has told us the subscription that the answers go to.
    const early: Delivery[] = [];
    let subscription: Subscription | null = null;
    const opened = await bus.consume(queue.name, { prefetch: PREFETCH }, (delivery) => {
      if (subscription === null) early.push(delivery);
      else this.take(subscription, delivery);
    });
    if (this.stopped) return opened.close();
    subscription = this.subscription = opened;
    for (const delivery of early) this.take(opened, delivery);
    void opened.ended.then((end) => {
      this.subscription = null;
      if (end === 'lost') this.attachLater(new Error('The consumer was lost.'));
    });
  }

  private attachLater(error: unknown): void {
    if (this.stopped) return;
    this.deps.log.warn({ error: String(error) }, 'The dashboard has no live data now; it tries again');
    this.retry = setTimeout(() => {
      void this.attach().catch((again: unknown) => this.attachLater(again));
    }, RETRY_MS);
  }

  private take(subscription: Subscription, delivery: Delivery): void {
    try {
      this.read(delivery);
    } catch (error) {
      this.setAside(subscription, delivery, error);
      return;
    }
    subscription.ack(delivery.tag);
  }

  private read(delivery: Delivery): void {
    const { view } = this.deps;
    const kind = String(delivery.headers['schema']);
    switch (kind) {
      case 'ticks':
        return view.acceptTicks(this.recordsOf('ticks', delivery));
      case 'candles':
        return view.acceptCandles(this.recordsOf('candles', delivery));
      case 'gaps':
        return view.acceptGaps(this.recordsOf('gaps', delivery));
      case 'status':
        return view.acceptStatus(this.recordsOf('status', delivery), replicaOf(delivery));
      case 'signals':
        return view.acceptSignals(this.recordsOf('signals', delivery));
      case 'outcomes':
        return view.acceptOutcomes(this.recordsOf('outcomes', delivery));
      default:
        throw new PermanentError('unknown-kind', `The dashboard has no use for a batch of ${kind}.`);
    }
  }

  private recordsOf<K extends BatchKind>(kind: K, delivery: Delivery): DecodedBatch<K>['records'] {
    const { records, faults } = decodeBatch(kind, delivery);
    if (faults.length > 0) {
      this.deps.metrics.parked.inc({ reason: 'malformed' }, faults.length);
      const { routingKey } = delivery;
      this.tellOnce(
        kind,
        { routingKey, fault: faults[0]?.fault },
        `Refused ${kind} are left out and counted`,
      );
    }
    return records;
  }

  private setAside(subscription: Subscription, delivery: Delivery, error: unknown): void {
    const reason = error instanceof PermanentError ? error.reason : 'malformed';
    const detail = error instanceof Error ? error.message : String(error);
    this.tellOnce(reason, { routingKey: delivery.routingKey, detail }, 'A message was set aside');
    // A copy that cannot be parked is given up: this queue is only one of those that got the message.
    subscription.park(delivery.tag, reason, detail).catch(() => subscription.ack(delivery.tag));
  }

  private tellOnce(about: string, fields: object, message: string): void {
    if (this.told.has(about)) return;
    this.told.add(about);
    this.deps.log.warn(fields, message);
  }
}

function replicaOf({ headers }: Delivery): string {
  return String(headers[REPLICA_HEADER] ?? '').slice(0, MAX_REPLICA);
}
