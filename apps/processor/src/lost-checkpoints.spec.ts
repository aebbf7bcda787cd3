import {
  type Candle,
  candleKey,
  type Clock,
  coreQueues,
  decodeBatch,
  encodeBatch,
  type Gap,
  logNames,
  type RawRecord,
  type RawTick,
  replaces,
  routingKeys,
  sinkQueues,
} from '@neuraltrade/contracts';
import {
  createInProcessBus,
  type Delivery,
  type MessageBus,
  type StoredLogRecord,
} from '@neuraltrade/messaging';
import { createMetrics, type Metrics } from '@neuraltrade/metrics';
import { createProcessing } from '@neuraltrade/processing';
import { createLogger } from '@neuraltrade/service';
import { processingConfig, type ProcessorConfig, processorConfig } from './config';
import { createProcessor, type Processor } from './create-processor';
import type { StoredTicks } from './stored-ticks';

const OPEN = Date.UTC(2026, 0, 15);
const SOURCE = 'kraken-1';
const QUICK = { CHECKPOINT_INTERVAL_MS: '20', FLUSH_INTERVAL_MS: '10', PARTITIONS: '1' };

jest.setTimeout(60_000);

const trade = (id: number): RawTick => ({
  exchange: 'kraken',
  symbol: 'BTC/USD',
  bid: 100 + (id % 7),
  ask: 100 + (id % 7),
  last: 100 + (id % 7),
  volume: 1 + (id % 3),
  timestamp: OPEN + id * 5_000,
  tradeId: String(id),
  takerSide: 'buy',
  receivedAt: OPEN + id * 5_000 + 20,
  quoted: false,
  quotedAt: null,
  backfilled: false,
});
const clock = (id: number): Clock => ({
  exchange: 'kraken',
  symbols: ['BTC/USD'],
  timestamp: OPEN + id * 5_000 + 1_000,
  offsetMs: 0,
});
/** Batch n: a trade, and the clock behind it. */
const batch = (id: number): RawRecord[] => [trade(id), clock(id)];
const BATCHES = Array.from({ length: 90 }, (_, index) => batch(index + 1));

/** One life of a bus: what a processor on it makes of batches, and what it left in its log. */
class Life {
  readonly ticks: RawTick[] = [];
  readonly candles: Candle[] = [];
  readonly gaps: Gap[] = [];
  readonly log: StoredLogRecord[] = [];
  readonly metrics: Metrics = createMetrics();
  readonly config: ProcessorConfig;
  private processor: Processor | null = null;

  private constructor(
    readonly bus: MessageBus,
    changes: Partial<ProcessorConfig>,
    readonly now: () => number,
  ) {
    this.config = { ...processorConfig(QUICK), ...changes };
  }

  static async begin(
    log: readonly StoredLogRecord[],
    options: { storedTicks?: StoredTicks; config?: Partial<ProcessorConfig>; now?: () => number } = {},
  ): Promise<Life> {
    const { storedTicks, config = {}, now = Date.now } = options;
    const life = new Life(createInProcessBus({ dataDir: null }), config, now);
    const { bus } = life;
    await bus.declare(coreQueues(1, life.config.QUEUE_MAX_BYTES));
    const checkpoints = await bus.openLog(logNames.checkpoint(0));
    for (const record of log) await checkpoints.append(record);
    await checkpoints.follow((record) => life.log.push(record));
    const queues = sinkQueues(1);
    const take = async (name: string, keep: (delivery: Delivery) => void): Promise<void> => {
      const subscription = await bus.consume(name, { prefetch: 50 }, (delivery) => {
        keep(delivery);
        subscription.ack(delivery.tag);
      });
    };
    await take(queues.ticks.name, (d) => life.ticks.push(...decodeBatch('ticks', d).records));
    await take(queues.ohlcv.name, (d) => life.candles.push(...decodeBatch('candles', d).records));
    await take(queues.events.name, (d) => life.gaps.push(...decodeBatch('gaps', d).records));
    life.processor = await createProcessor({
      bus,
      config: life.config,
      metrics: life.metrics,
      log: createLogger({ name: 'test', level: 'silent' }),
      now,
      startFresh: false,
      ...(storedTicks === undefined ? {} : { storedTicks }),
    });
    return life;
  }

  async take(from: number, to: number, source = SOURCE, numbered = (n: number): number => n): Promise<void> {
    for (let number = from; number <= to; number += 1) {
      const { headers, ...message } = encodeBatch('raw', BATCHES[number - 1] ?? []);
      await this.bus.publish({
        amqpExchange: 'market.raw',
        routingKey: routingKeys.raw(0, 'kraken'),
        messageId: `${source}:${number}`,
        headers: { ...headers, source, batch: numbered(number) },
        ...message,
      });
    }
    await this.processor?.drain();
  }

  async missed(): Promise<number> {
    return (await this.metrics.batchesMissing.get()).values.reduce((sum, { value }) => sum + value, 0);
  }

  latest(): Map<string, Candle> {
    return newest(this.candles);
  }

  async end(): Promise<void> {
    await this.processor?.stop();
    await this.bus.close();
  }
}

function newest(candles: readonly Candle[]): Map<string, Candle> {
  const latest = new Map<string, Candle>();
  for (const candle of candles) {
    const current = latest.get(candleKey(candle));
    if (current === undefined || replaces(candle, current)) latest.set(candleKey(candle), candle);
  }
  return latest;
}

/** The candles of an undisturbed run. */
function reference(): Map<string, Candle> {
  const candles: Candle[] = [];
  const nothing = (): void => undefined;
  createProcessing(processingConfig(processorConfig(QUICK)), 0).apply(BATCHES.flat(), {
    tick: nothing,
    gap: nothing,
    refuse: nothing,
    candle: (candle) => candles.push(candle),
  });
  return newest(candles);
}

const plain = (candles: ReadonlyMap<string, Candle>): Candle[] =>
  [...candles]
    .map(([, candle]) => ({ ...candle, epoch: 0, revision: 0, state: 'final' as const }))
    .sort((a, b) => candleKey(a).localeCompare(candleKey(b)));

describe('a log whose newest checkpoints are lost', () => {
  const lives: Life[] = [];
  let first: Life;
  let kept: StoredLogRecord[];
  const begin = async (...args: Parameters<typeof Life.begin>): Promise<Life> => {
    const life = await Life.begin(...args);
    lives.push(life);
    return life;
  };
  let reads = 0;
  const storeOf = (ticks: readonly RawTick[]): StoredTicks => ({
    ticks: ({ symbol, from, until: end }) => {
      reads += 1;
      return Promise.resolve(
        ticks.filter((tick) => tick.symbol === symbol && tick.timestamp >= from && tick.timestamp < end),
      );
    },
  });

  beforeAll(async () => {
    first = await begin([]);
    await first.take(1, 20);
    kept = [...first.log];
    // These are answered too, but what the log has of them is gone after a loss of power.
    await first.take(21, 30);
  });
  afterAll(() => Promise.all(lives.map((life) => life.end())));

  /** Whether a candle lacks no trade although it says so. */
  const claimsTooMuch = (candle: Candle): boolean => {
    const truth = reference().get(candleKey(candle));
    return candle.complete && truth !== undefined && truth.trades !== candle.trades;
  };

  it('shows itself by the batches left out, and no candle that lacks their trades says that it is complete', async () => {
    const second = await begin(kept);
    await second.take(31, 90);
    expect(await second.missed()).toBe(10);
    await until(() => second.candles.length > 5, 'candles');
    expect(second.candles.filter(claimsTooMuch)).toEqual([]);
    expect(second.candles.some(({ complete }) => !complete)).toBe(true);
    expect(second.gaps).toContainEqual(
      expect.objectContaining({ symbol: 'BTC/USD', status: 'open', cause: 'restart' }),
    );
  });

  it('gives every candle again as an undisturbed run does, complete, once the stored trades are there', async () => {
    const stored: RawTick[] = [];
    const second = await begin(kept, { storedTicks: storeOf(stored) });
    await second.take(31, 90);
    await until(() => second.latest().size > 3, 'candles');
    expect(second.candles.filter(claimsTooMuch)).toEqual([]);
    // The store is behind at first.
    stored.push(...first.ticks.slice(0, 25));
    const before = reads;
    await until(() => reads > before, 'a look into the store');
    expect(second.gaps.map(({ status }) => status)).toEqual(['open']);
    stored.push(...first.ticks.slice(25));
    const wanted = plain(reference());
    const all = (): Candle[] => plain(newest([...first.candles, ...second.candles]));
    await until(() => second.gaps.some(({ status }) => status === 'filled'), 'the end of the gap', 20_000);
    await until(() => JSON.stringify(all()) === JSON.stringify(wanted), 'all candles').catch(() => undefined);
    expect(all()).toEqual(wanted);
    expect(second.candles.filter(claimsTooMuch)).toEqual([]);
    // What was mended is in the checkpoint: the next owner finds nothing missing.
    await second.take(90, 90);
    const third = await begin(second.log);
    await third.take(90, 90);
    expect(await third.missed()).toBe(0);
    expect(third.gaps).toEqual([]);
  });

  it('leaves candles incomplete for good when the store does not have a trade', async () => {
    let now = Date.now();
    const storedTicks = storeOf(first.ticks.filter(({ tradeId }) => tradeId !== '25'));
    const second = await begin(kept, { storedTicks, now: () => now });
    await second.take(31, 90);
    await until(() => second.latest().size > 3, 'candles');
    now += second.config.REBUILD_PATIENCE_MS;
    await until(
      () => second.gaps.some(({ status }) => status === 'unfillable'),
      'the end of the gap',
      20_000,
    );
    expect(second.candles.filter(claimsTooMuch)).toEqual([]);
    expect(second.gaps.every(({ status }) => status !== 'filled')).toBe(true);
  });

  it('is made of nothing by a batch that was tried again, by another adapter or by its next run', async () => {
    const second = await begin(first.log);
    await second.take(30, 30);
    await second.take(31, 33);
    await second.take(31, 33, 'kraken-2', (number) => number - 30);
    await second.take(34, 40, 'kraken-1-again', (number) => number - 33);
    expect(await second.missed()).toBe(0);
    expect(second.gaps).toEqual([]);
  });

  it('leaves what may have begun inside the hole incomplete when the whole log is lost', async () => {
    const second = await begin([]);
    await second.take(31, 90);
    expect(await second.missed()).toBe(30);
    await until(() => second.latest().size > 3, 'candles');
    expect(second.candles.filter(claimsTooMuch)).toEqual([]);
    expect(second.gaps).toContainEqual(
      expect.objectContaining({ fromTimestamp: OPEN + 31 * 5_000, status: 'open' }),
    );
  });

  it('mends itself when the batches left out come after all', async () => {
    const second = await begin(kept);
    await second.take(31, 40);
    expect(await second.missed()).toBe(10);
    await second.take(21, 30);
    await until(() => second.gaps.some(({ status }) => status === 'filled'), 'the end of the gap', 20_000);
  });

  it('gives larger epochs than an owner whose fence was lost with the end of the log', async () => {
    const longer = [...kept, ...Array.from({ length: 10 }, () => kept.at(-1) as StoredLogRecord)];
    const lost = await begin(longer);
    await lost.take(21, 60);
    await until(() => lost.candles.length > 0, 'candles');
    const second = await begin(kept);
    await second.take(61, 90);
    await until(() => second.candles.length > 0, 'candles');
    const before = Math.max(...lost.candles.map(({ epoch }) => epoch));
    expect(second.candles.every(({ epoch }) => epoch > before)).toBe(true);
  });
});

async function until(holds: () => boolean, what: string, deadlineMs = 10_000): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`Waited ${deadlineMs / 1_000} s for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
