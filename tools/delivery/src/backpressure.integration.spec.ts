import { openTime } from '@neuraltrade/contracts';
import {
  eventually,
  sharedRabbitMq,
  type SharedRabbitMq,
  whyNoInflux,
  whyNoRabbitMq,
} from '@neuraltrade/infra';
import { createInfluxStore } from '@neuraltrade/storage';
import { ledgersOf, type StageLedger } from './testing/ledgers';
import { memoryOf, type ToldTrade, WholePipeline } from './testing/whole-pipeline';

/** How long InfluxDB stands still once the venue's socket was given up, s; and how many trades there are a second meanwhile. */
const SECONDS = Number(process.env['BACKPRESSURE_SECONDS'] ?? 1);
const RATE = Number(process.env['BACKPRESSURE_RATE'] ?? 500);
/** What a process may grow by while everything stands still, MB: the garbage of some seconds, and not what the venue tells meanwhile. */
const GROWTH_MB = 80;
const BUFFER_MAX_TICKS = 400;
/** Records of a message at most, from the adapter and from the processor. */
const MESSAGE_RECORDS = 50;
/** Messages that the processor may have unanswered. */
const PREFETCH = 8;
const WRITE_BATCH_SIZE = 100;
/** Messages that the sink may have unanswered: two batches, at 20 records a message. */
const SINK_PREFETCH = (2 * WRITE_BATCH_SIZE) / 20;
const CANDLE_MS = 1_000;
const NACKED = 'messages_nacked_total';
const SERVICES = ['processor', 'influx-sink', 'adapter-binance'] as const;

const broker = sharedRabbitMq(process.env);
const why = broker === null ? whyNoRabbitMq(process.env) : whyNoInflux(process.env);

jest.setTimeout(300_000 + SECONDS * 5_000);
if (broker === null || why !== '') test.skip(`an InfluxDB that stands still (${why})`, () => undefined);
else describe(`an InfluxDB that stands still under ${RATE} trades a second`, () => suite(broker));

function suite(rabbitMq: SharedRabbitMq): void {
  const pipeline = new WholePipeline({
    services: SERVICES,
    tradesPerSecond: RATE,
    symbols: ['BTC/USDT'],
    env: {
      // The smallest queue that may be asked for, and windows and batches in proportion.
      QUEUE_MAX_BYTES: '65536',
      WRITE_BATCH_SIZE: String(WRITE_BATCH_SIZE),
      BATCH_SIZE: String(MESSAGE_RECORDS),
      PREFETCH: String(PREFETCH),
      BATCH_MAX_TICKS: String(MESSAGE_RECORDS),
      BUFFER_MAX_TICKS: String(BUFFER_MAX_TICKS),
      PAUSE_MAX_MS: '500',
      TIMEFRAMES: '1s',
      ALLOWED_LATENESS_MS: '500',
    },
  });
  const grown = new Map<string, number>();
  const depths: number[] = [];
  let settled: Awaited<ReturnType<typeof pipeline.settle>>;

  const service = (name: (typeof SERVICES)[number]) => pipeline.service(name);
  const statusOf = (name: (typeof SERVICES)[number], peer: string): Promise<number> =>
    service(name).metric('connection_status', `peer="${peer}"`);

  /** The accounts of every stage, from one scrape of each service. */
  const accounts = async (): Promise<ReadonlyMap<string, StageLedger>> => {
    const pages = await Promise.all(SERVICES.map((name) => ledgersOf(service(name))));
    return new Map(pages.flatMap((page) => [...page]));
  };

  beforeAll(async () => {
    await pipeline.start(rabbitMq);
    await pipeline.isReady();
    await eventually(
      async () => (await pipeline.stored()).length > 200,
      'the first trades in InfluxDB',
      60_000,
    );
    const before = new Map<string, number>();
    for (const name of SERVICES) before.set(name, await memoryOf(service(name)));

    await pipeline.influx.freeze();
    await eventually(
      async () => {
        refused = {
          processor: await service('processor').metric(NACKED, 'stage="processor",reason="nacked"'),
          adapter: await service('adapter-binance').metric(NACKED, 'stage="adapter",reason="queue-full"'),
          venueStatus: await statusOf('adapter-binance', 'binance'),
        };
        return refused.processor > 0 && refused.adapter > 0 && refused.venueStatus === 0;
      },
      () => `everybody to be refused and the venue to be left: ${JSON.stringify(refused)}`,
      60_000,
    );
    const until = performance.now() + SECONDS * 1_000;
    do {
      depths.push(await service('adapter-binance').metric('buffer_depth', 'buffer="adapter-binance"'));
      for (const name of SERVICES) {
        const growth = (await memoryOf(service(name))) - (before.get(name) ?? 0);
        grown.set(name, Math.max(grown.get(name) ?? 0, growth));
      }
      await new Promise((resolve) => setTimeout(resolve, 250));
    } while (performance.now() < until);
    await eventually(
      async () => (await statusOf('influx-sink', 'influxdb')) === 0.5,
      'the sink to show the pause',
    );
    reasons = (await service('influx-sink').readiness()).faults.map(({ reason }) => reason);

    held = await accounts();

    await pipeline.influx.thaw();
    await pipeline.isReady();
    // What was traded meanwhile is fetched within the limits of the venue.
    settled = await pipeline.settle(120_000 + SECONDS * 2_000);
  });
  let refused = { processor: 0, adapter: 0, venueStatus: 1 };
  let held: ReadonlyMap<string, StageLedger>;
  let reasons: string[];
  afterAll(() => pipeline.dispose());

  test('the sink says so, queues fill, the processor and then the adapter are refused, and the venue is left', () => {
    expect(reasons).toEqual(expect.arrayContaining([expect.stringContaining('no answer')]));
    expect(refused.processor).toBeGreaterThan(0);
    expect(refused.adapter).toBeGreaterThan(0);
    expect(refused.venueStatus).toBe(0);
    expect(service('adapter-binance').stdout).toContain('disconnecting until it can go on');
  });

  test('memory stays bounded in every process meanwhile', () => {
    expect(Math.max(...depths)).toBeLessThanOrEqual(1.1 * BUFFER_MAX_TICKS);
    // What the broker delivers unanswered is all that the others hold.
    expect(held.get('processor')?.inFlight).toBeLessThanOrEqual(PREFETCH * MESSAGE_RECORDS);
    expect(held.get('sink-ticks')?.inFlight).toBeLessThanOrEqual(SINK_PREFETCH * MESSAGE_RECORDS);
    for (const [name, growth] of grown)
      expect([name, growth < GROWTH_MB, growth]).toEqual([name, true, growth]);
  });

  test('afterwards it all goes on by itself: every trade is stored once, those of the pause too', async () => {
    expect(settled).toEqual({ told: settled.told, missing: [], doubled: [] });
    const ids = pipeline
      .told()
      .map(({ tradeId }) => Number(tradeId))
      .sort((a, b) => a - b);
    // The venue numbers its trades without a hole: nothing was left out between the first and the last.
    expect((ids.at(-1) ?? 0) - (ids[0] ?? 0) + 1).toBe(ids.length);
    expect(pipeline.complaints).toEqual([]);
  });

  test('the accounts of every service add up while everything stands still, and nothing is held in the end', async () => {
    const stages = [
      'processor',
      'sink-ticks',
      'sink-candles',
      'sink-gaps',
      'sink-signals',
      'sink-outcomes',
      'adapter-binance',
    ];
    expect([...held.keys()]).toEqual(stages);
    for (const [stage, { unaccounted }] of held) expect([stage, unaccounted]).toEqual([stage, 0]);
    for (const stage of ['processor', 'sink-ticks', 'adapter-binance'])
      expect(held.get(stage)?.inFlight).toBeGreaterThan(0);
    let settledAccounts = new Map<string, StageLedger>() as ReadonlyMap<string, StageLedger>;
    await eventually(
      async () => {
        settledAccounts = await accounts();
        return [...settledAccounts.values()].every(({ inFlight }) => inFlight === 0);
      },
      () => `nothing to be held: ${JSON.stringify([...settledAccounts])}`,
    );
    for (const [stage, { unaccounted }] of settledAccounts) expect([stage, unaccounted]).toEqual([stage, 0]);
    const of = (stage: string): StageLedger => settledAccounts.get(stage) as StageLedger;
    // A publish that was repeated because its outcome was unknown arrives more than once.
    expect(of('processor').received).toBeGreaterThanOrEqual(of('adapter-binance').confirmed);
    expect(of('sink-ticks').received).toBeGreaterThanOrEqual(of('processor').confirmed);
    expect(of('sink-ticks').confirmed).toBeGreaterThanOrEqual(settled.told);
  });

  test('the pause is a gap with its cause, and it was filled', async () => {
    const rows = await pipeline.query(
      `filter(fn: (r) => r._measurement == "market_gaps") |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")`,
    );
    const gaps = rows.map(({ cause, status }) => ({ cause, status }));
    expect(gaps).toContainEqual({ cause: 'backpressure', status: 'filled' });
    expect(gaps.filter(({ status }) => status !== 'filled')).toEqual([]);
  });

  test('every candle is exact and complete', async () => {
    const { url, token, org, bucket } = pipeline.influx;
    const store = createInfluxStore({ url, token, org, bucket });
    const expected = expectedCandles(pipeline.told());
    let stored: unknown[] = [];
    await eventually(
      async () => {
        const candles = await store.candles({
          exchange: 'binance',
          symbol: 'BTC/USDT',
          timeframe: '1s',
          limit: 5_000,
        });
        stored = candles
          .slice(1)
          .filter(({ timestamp }) => expected.has(timestamp))
          .map(({ timestamp, open, high, low, close, trades, complete }) => ({
            timestamp,
            open,
            high,
            low,
            close,
            trades,
            complete,
          }));
        return JSON.stringify(stored) === JSON.stringify([...expected.values()].slice(1));
      },
      'the last candle',
      15_000,
    ).catch(() => undefined);
    await store.close();
    expect(stored).toEqual([...expected.values()].slice(1));
    expect(stored.length).toBeGreaterThan(1);
  });
}

/** The candles that had closed when trading ended, by their open time; the market went on for a while behind the last trade. */
function expectedCandles(trades: readonly ToldTrade[]) {
  const sorted = [...trades].sort(
    (a, b) => a.timestamp - b.timestamp || Number(a.tradeId) - Number(b.tradeId),
  );
  const candles = new Map<
    number,
    {
      timestamp: number;
      open: number;
      high: number;
      low: number;
      close: number;
      trades: number;
      complete: boolean;
    }
  >();
  for (const { timestamp, price } of sorted) {
    const at = openTime(timestamp, CANDLE_MS);
    const value = Number(price);
    const candle = candles.get(at);
    if (candle === undefined) {
      candles.set(at, {
        timestamp: at,
        open: value,
        high: value,
        low: value,
        close: value,
        trades: 1,
        complete: true,
      });
      continue;
    }
    candle.high = Math.max(candle.high, value);
    candle.low = Math.min(candle.low, value);
    candle.close = value;
    candle.trades += 1;
  }
  return candles;
}
