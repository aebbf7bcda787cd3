import { faultText } from './broker-fault';
import type { LinkRole } from './broker-link';

/** Shortest time between two repairs that nobody waits for, ms. */
const INTERVAL_MS = 1_000;
/** How long a message without a queue counts against health when its routing key is not used again, ms. */
const UNROUTABLE_MEMORY_MS = 60_000;

/** Declares the topology again when it turns out that somebody has removed a part of it, and says so meanwhile. */
export class TopologyRepair {
  private running: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;
  private lastAt = -Infinity;
  private fault = '';
  private unroutableKey: string | null = null;
  private unroutableSentence = '';
  private unroutableAt = 0;

  /**
   * @param assertAll declares everything that belongs to connections of a role; nothing while there is none.
   * @param wallClock ms UTC, for sentences.
   */
  constructor(
    private readonly assertAll: (role: LinkRole) => Promise<void>,
    private readonly wallClock: () => number,
  ) {}

  /** Empty while the topology is whole as far as is known; else what is wrong, in one sentence. */
  get problem(): string {
    if (this.fault !== '') return this.fault;
    const isRecent = performance.now() - this.unroutableAt < UNROUTABLE_MEMORY_MS;
    return this.unroutableKey !== null && isRecent ? this.unroutableSentence : '';
  }

  /** A message came back: no queue is bound for it. */
  unroutable(amqpExchange: string, routingKey: string): void {
    const key = `${amqpExchange} ${routingKey}`;
    if (this.unroutableKey !== key) {
      const since = new Date(this.wallClock()).toISOString();
      this.unroutableSentence = `No queue takes ${routingKey} on ${amqpExchange === '' ? 'the default amqp exchange' : amqpExchange} since ${since}: the queues are declared again.`;
    }
    this.unroutableKey = key;
    this.unroutableAt = performance.now();
    this.request();
  }

  /** A message found its queues. */
  routed(amqpExchange: string, routingKey: string): void {
    if (this.unroutableKey !== null && this.unroutableKey === `${amqpExchange} ${routingKey}`)
      this.unroutableKey = null;
  }

  /** Repairs soon, at most once an interval. */
  request(): void {
    if (this.timer !== null || this.running !== null || this.stopped) return;
    const wait = Math.max(0, this.lastAt + INTERVAL_MS - performance.now());
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.now().catch(() => undefined);
    }, wait);
  }

  /** Repairs at once. @throws what declaring throws. */
  now(): Promise<void> {
    this.running ??= this.run().finally(() => {
      this.running = null;
      if (this.fault !== '') this.request();
    });
    return this.running;
  }

  /** Repairs no more. */
  stop(): void {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    this.lastAt = performance.now();
    try {
      await this.assertAll('publish');
      await this.assertAll('consume');
      this.fault = '';
    } catch (error) {
      this.fault = `The queues cannot be declared: ${faultText(error)}`;
      throw error;
    }
  }
}
