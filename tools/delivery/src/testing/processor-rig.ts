import {
  type Candle,
  candleKey,
  coreQueues,
  DEFAULT_QUEUE_MAX_BYTES,
  type RawRecord,
  rawQueue,
  replaces,
} from '@neuraltrade/contracts';
import { seededRandom } from '@neuraltrade/exchange';
import { bundles, eventually, ServiceProcess } from '@neuraltrade/infra';
import { createRabbitMqBus, type MessageBus } from '@neuraltrade/messaging';
import { createProcessing, DEFAULT_PROCESSING } from '@neuraltrade/processing';
import { MarketTraffic } from './market-traffic';
import { PARTITIONS } from './records';
import { SinkQueues } from './sink-queues';

/** Midnight, where candles of every length open. */
const START = Date.UTC(2026, 0, 15);

/** Processors as processes of their own on a broker, the market that feeds them, and the store's end of their queues. */
export class ProcessorRig {
  /** Takes what comes out; begun by the test. */
  readonly sink = new SinkQueues();
  /** Every processor that was started. */
  readonly processors: ServiceProcess[] = [];
  /** What comes in; begun by the test. */
  readonly traffic: MarketTraffic;

  private constructor(
    /** The broker's address, or those of a cluster's nodes with commas between them. */
    readonly url: string,
    /** A connection of the test's own. */
    readonly bus: MessageBus,
    /** Draws evenly from [0, 1). */
    readonly random: () => number,
    private readonly queueMaxBytes: number,
  ) {
    this.traffic = new MarketTraffic(bus, START, random);
  }

  /** Builds the processor and declares the core queues of an empty virtual host. */
  static async on(url: string, seed: number, queueMaxBytes = DEFAULT_QUEUE_MAX_BYTES): Promise<ProcessorRig> {
    await bundles(['apps/processor']);
    const bus = createRabbitMqBus({
      urls: url.split(','),
      heartbeatS: 5,
      connectTimeoutMs: 5_000,
      reconnectBaseMs: 50,
      reconnectMaxMs: 200,
      log: { info: () => undefined, warn: () => undefined },
    });
    await bus.declare(coreQueues(PARTITIONS, queueMaxBytes));
    return new ProcessorRig(url, bus, seededRandom(seed), queueMaxBytes);
  }

  /** Starts a processor. @param url where it finds the broker, when not where this test does. */
  start(env: Readonly<Record<string, string>> = {}, url = this.url): ServiceProcess {
    const processor = new ServiceProcess('dist/apps/processor/main.cjs', {
      AMQP_URLS: url,
      AMQP_RECONNECT_BASE_MS: '50',
      AMQP_RECONNECT_MAX_MS: '200',
      HTTP_PORT: '0',
      PARTITIONS: String(PARTITIONS),
      QUEUE_MAX_BYTES: String(this.queueMaxBytes),
      CHECKPOINT_INTERVAL_MS: '200',
      FLUSH_INTERVAL_MS: '50',
      BATCH_SIZE: '50',
      ...env,
    });
    this.processors.push(processor);
    return processor;
  }

  /** Waits until something new comes out of every partition. */
  async works(): Promise<void> {
    const newest = this.traffic.newest();
    await eventually(
      () => newest.every((trade) => this.sink.trades.has(trade)),
      () => `ticks from every partition; the processors say ${this.faults()}`,
      60_000,
    );
  }

  /**
   * Ends the market and waits until all of it has come out and every input is answered, or for a while.
   * @param isOut whether a candle is the one that an undisturbed run gives at last.
   */
  async end(isOut = (candle: Candle, wanted: Candle) => candle.revision >= wanted.revision): Promise<void> {
    await this.traffic.end();
    const expected = [...this.expected()];
    // What is missing then is told by the facts of the test.
    await eventually(
      () =>
        expected.every(([key, wanted]) => {
          const candle = this.sink.latest.get(key);
          return candle !== undefined && isOut(candle, wanted);
        }),
      'the last version of every candle',
      60_000,
    ).catch(() => undefined);
    await eventually(async () => (await this.waiting()) === 0, 'empty queues', 60_000).catch(() => undefined);
  }

  /** The newest version of each candle of an undisturbed run over the same records, of epoch 0. */
  expected(): Map<string, Candle> {
    return expectedCandles(this.traffic.records);
  }

  /** What came out as the newest version of each candle, with epoch 0. */
  latest(): Map<string, Candle> {
    return new Map([...this.sink.latest].map(([key, candle]) => [key, { ...candle, epoch: 0 }]));
  }

  /** Trades that did not come out. */
  missing(): string[] {
    return [...this.traffic.trades].filter((trade) => !this.sink.trades.has(trade));
  }

  /** Messages that the processor has not taken. */
  async waiting(): Promise<number> {
    const names = Array.from({ length: PARTITIONS }, (_, index) => rawQueue(index, this.queueMaxBytes).name);
    const depths = await Promise.all(names.map((name) => this.bus.depth(name)));
    return depths.reduce((sum, { ready }) => sum + ready, 0);
  }

  /** Kills what still runs and lets the broker go. */
  async stop(): Promise<void> {
    await this.traffic.abandon();
    await Promise.all(
      this.processors.map((processor) => {
        // A process that is frozen is killed all the same.
        return processor.stop('SIGKILL');
      }),
    );
    await this.bus.close();
  }

  private faults(): string {
    const running = this.processors.filter(({ ended }) => !ended);
    return running.map(({ log }) => JSON.stringify(log.at(-1))).join(' ');
  }
}

/** What an undisturbed run makes of the same records: the newest version of each candle, of epoch 0. */
export function expectedCandles(partitions: readonly (readonly RawRecord[])[]): Map<string, Candle> {
  const latest = new Map<string, Candle>();
  for (const records of partitions) {
    createProcessing(DEFAULT_PROCESSING, 0).apply(records, {
      tick: () => undefined,
      gap: () => undefined,
      refuse: (_, reason, detail) => {
        throw new Error(`${reason}: ${detail}`);
      },
      candle: (candle) => {
        const current = latest.get(candleKey(candle));
        if (current === undefined || replaces(candle, current)) latest.set(candleKey(candle), candle);
      },
    });
  }
  return latest;
}
