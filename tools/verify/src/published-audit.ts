import { setTimeout as sleep } from 'node:timers/promises';
import { AMQP_EXCHANGES, type Candle, decodeBatch, type Gap, type QueueSpec } from '@neuraltrade/contracts';
import { createRabbitMqBus, type Delivery, type MessageBus, type Subscription } from '@neuraltrade/messaging';

const PREFETCH = 200;
const AGAIN_MS = 250;
const LOOK_EVERY_MS = 100;
const { ohlcv, events } = AMQP_EXCHANGES;
/** Durable, so that it survives the broker as the sink's queues do, and never refuses: it stops nobody. */
const QUEUE: QueueSpec = {
  name: 'verify.audit',
  kind: 'optional',
  singleActiveConsumer: false,
  maxBytes: 536_870_912,
  bindings: [
    { amqpExchange: ohlcv, pattern: 'ohlcv.final.#' },
    { amqpExchange: ohlcv, pattern: 'ohlcv.revised.#' },
    { amqpExchange: events, pattern: 'gap.#' },
  ],
};

/** What the contents of closed candles tell. */
export interface RevisionCounts {
  /** Different (candle, epoch, revision) that were published. */
  readonly published: number;
  /** Those of them that were published with two contents. */
  readonly conflicting: number;
}

/**
 * Reads along what the processor publishes, beside the sink: a store shows only the last content of a candle, and a dashboard
 * forgets open gaps when it starts again.
 */
export class PublishedAudit {
  readonly #bus: MessageBus;
  readonly #contents = new Map<string, string>();
  readonly #conflicts = new Map<string, string>();
  readonly #openGaps = new Set<string>();
  #subscription: Subscription | null = null;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  private constructor(bus: MessageBus) {
    this.#bus = bus;
  }

  /** Begins; everything published from now on is seen. */
  static async start(urls: readonly string[]): Promise<PublishedAudit> {
    const bus = createRabbitMqBus({
      urls,
      heartbeatS: 5,
      connectTimeoutMs: 10_000,
      reconnectBaseMs: 200,
      reconnectMaxMs: 1_000,
      name: 'verify',
      log: { info: () => undefined, warn: () => undefined },
    });
    await bus.declare([QUEUE]);
    const audit = new PublishedAudit(bus);
    audit.#running = audit.#consume();
    return audit;
  }

  /** Gaps that wait to be closed. */
  get openGaps(): number {
    return this.#openGaps.size;
  }

  /** What was seen of closed candles, and a sentence for each that has two contents. */
  get revisions(): { readonly counts: RevisionCounts; readonly sentences: readonly string[] } {
    return {
      counts: { published: this.#contents.size, conflicting: this.#conflicts.size },
      sentences: [...this.#conflicts.values()],
    };
  }

  /** Reads what is left, then ends. The queue goes with the broker. */
  async stop(withinMs: number): Promise<void> {
    for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(LOOK_EVERY_MS))
      if ((await this.#bus.depth(QUEUE.name)).ready === 0) break;
    this.#stopped = true;
    await this.#bus.close();
    await this.#running;
  }

  async #consume(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#bus.declare([QUEUE]);
        this.#subscription = await this.#bus.consume(QUEUE.name, { prefetch: PREFETCH }, (delivery) =>
          this.#take(delivery),
        );
        await this.#subscription.ended;
      } catch {
        // The broker is away: a fault is why we are here.
      }
      await sleep(AGAIN_MS);
    }
  }

  #take(delivery: Delivery): void {
    if (delivery.amqpExchange === events)
      for (const gap of decodeBatch('gaps', delivery).records) this.#noteGap(gap);
    else for (const candle of decodeBatch('candles', delivery).records) this.#noteCandle(candle);
    this.#subscription?.ack(delivery.tag);
  }

  #noteGap({ gapId, status }: Gap): void {
    if (status === 'open') this.#openGaps.add(gapId);
    else this.#openGaps.delete(gapId);
  }

  #noteCandle(candle: Candle): void {
    const { exchange, symbol, timeframe, timestamp, epoch, revision } = candle;
    const key = [exchange, symbol, timeframe, timestamp, epoch, revision].join(' ');
    const content = JSON.stringify(candle);
    const known = this.#contents.get(key);
    if (known === undefined) this.#contents.set(key, content);
    else if (known !== content)
      this.#conflicts.set(
        key,
        `candle ${exchange} ${symbol} ${timeframe} of ${timestamp} was published twice as epoch ${epoch}, revision ${revision}: ${known} and ${content}`,
      );
  }
}
