import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import {
  type Candle,
  candleKey,
  coreQueues,
  decodeBatch,
  DEFAULT_QUEUE_MAX_BYTES,
  type RawTick,
  sinkQueues,
} from '@neuraltrade/contracts';
import { seededRandom } from '@neuraltrade/exchange';
import {
  bundles,
  eventually,
  sharedRabbitMq,
  type SharedRabbitMq,
  ServiceProcess,
  whyNoRabbitMq,
} from '@neuraltrade/infra';
import { createRabbitMqBus, type MessageBus } from '@neuraltrade/messaging';
import { createProcessing, DEFAULT_PROCESSING } from '@neuraltrade/processing';
import type { TruthRecord } from '@neuraltrade/venue-simulator';
import { consumeSteadily } from './testing/consume-steadily';
import { LateServer } from './testing/late-server';
import { nameOf, owedTrades } from './testing/owed-trades';
import { publishedState } from './testing/published-state';
import { PARTITIONS, rawTick } from './testing/records';
import { SimulatedMarket } from './testing/simulated-market';
import { SinkQueues } from './testing/sink-queues';

/** How often one of the two is killed, in turns. */
const KILLS = Number(process.env['PAIR_KILLS'] ?? 2);
const SEED = Number(process.env['ADAPTER_SEED'] ?? 1);
const VENUE = 'binance';
const SYMBOLS = ['BTC/USDT', 'ETH/USDT'];
const TIMEFRAME = '1s';
const TIMEFRAME_MS = 1_000;
/** On a busy machine services take their time to start. */
const WITHIN_MS = 60_000;
/** The first instance has no name, the second one has. */
const INSTANCES = ['', 'b'] as const;
type Instance = (typeof INSTANCES)[number];

const broker = sharedRabbitMq(process.env);
jest.setTimeout(180_000 + KILLS * 20_000);
if (broker === null) test.skip(`two adapters of one venue (${whyNoRabbitMq(process.env)})`, () => undefined);
else
  describe(`two adapters of one venue, of which one is killed ${KILLS} times in turns (seed ${SEED})`, () =>
    suite(broker));

function suite(rabbitMq: SharedRabbitMq): void {
  const sink = new SinkQueues();
  const gaps = new Map<string, string>();
  const started: ServiceProcess[] = [];
  const running = new Map<Instance, ServiceProcess>();
  let url: string;
  let bus: MessageBus;
  let market: SimulatedMarket;
  let history: HistoryRefused;
  let door: LateServer;
  let processor: ServiceProcess;
  let told: readonly TruthRecord[] = [];
  let lostAndCovered: string[] = [];
  let violations: string[] = [];

  /** The second one dials through a door, and the venue serves it no trades of the past. */
  const start = (instance: Instance): void => {
    const own = market.env['BINANCE_WS_URL'] ?? '';
    const adapter = new ServiceProcess(`dist/apps/adapter-${VENUE}/main.cjs`, {
      ...market.env,
      ...(instance === '' ? {} : { ADAPTER_INSTANCE: instance, BINANCE_REST_URL: history.url }),
      ...(instance === '' ? {} : { BINANCE_WS_URL: own.replace(/:\d+\//, `:${door.port}/`) }),
      AMQP_URLS: url,
      HTTP_PORT: '0',
      PARTITIONS: String(PARTITIONS),
      SYMBOLS: SYMBOLS.join(','),
      BATCH_FLUSH_MS: '20',
      RECONNECT_BASE_MS: '50',
      RECONNECT_MAX_MS: '200',
    });
    started.push(adapter);
    running.set(instance, adapter);
  };
  const adapter = (instance: Instance): ServiceProcess => running.get(instance) as ServiceProcess;
  const isReady = (instance: Instance): Promise<void> =>
    eventually(
      async () => (await adapter(instance).readiness()).status === 200,
      async () => `an adapter to be ready: ${JSON.stringify(await adapter(instance).readiness())}`,
      WITHIN_MS,
    );
  /** Something new comes out. */
  const works = async (): Promise<void> => {
    const before = sink.trades.size;
    await eventually(() => sink.trades.size > before + 50, 'ticks from the processor', WITHIN_MS);
  };
  /** Candles that closed after now come out. */
  const candlesClose = async (): Promise<void> => {
    const now = Date.now();
    await eventually(
      () => [...sink.latest.values()].some(({ timestamp }) => timestamp > now),
      'candles that opened later',
      WITHIN_MS,
    );
  };
  const gapsOf = (instance: Instance, status: string): string[] =>
    [...gaps]
      .filter(([id, last]) => last === status && /@b$/.test(id) === (instance === 'b'))
      .map(([id]) => id);

  beforeAll(async () => {
    [url] = await Promise.all([
      rabbitMq.takeVirtualHost(),
      bundles([`apps/adapter-${VENUE}`, 'apps/processor', 'tools/simulate']),
    ]);
    market = new SimulatedMarket({ tradesPerSecond: 400, symbols: SYMBOLS });
    await market.isReady();
    history = await HistoryRefused.start(market.env['BINANCE_REST_URL'] ?? '');
    door = await LateServer.of(Number(new URL(market.env['BINANCE_WS_URL'] ?? '').port));
    await door.open();
    bus = createRabbitMqBus({
      ...{ urls: [url], heartbeatS: 5, connectTimeoutMs: 5_000, reconnectBaseMs: 50, reconnectMaxMs: 200 },
      log: { info: () => undefined, warn: () => undefined },
    });
    await bus.declare(coreQueues(PARTITIONS, DEFAULT_QUEUE_MAX_BYTES));
    await sink.start(bus);
    await collectGaps(bus, gaps);
    processor = new ServiceProcess('dist/apps/processor/main.cjs', {
      AMQP_URLS: url,
      HTTP_PORT: '0',
      PARTITIONS: String(PARTITIONS),
      TIMEFRAMES: TIMEFRAME,
      ALLOWED_LATENESS_MS: '500',
      CHECKPOINT_INTERVAL_MS: '200',
      FLUSH_INTERVAL_MS: '50',
    });
    started.push(processor);
    for (const instance of INSTANCES) start(instance);
    await Promise.all(INSTANCES.map(isReady));
    const random = seededRandom(SEED);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const instance = INSTANCES[kill % INSTANCES.length] as Instance;
      await works();
      await new Promise((resolve) => setTimeout(resolve, random() * 1_000));
      await adapter(instance).stop('SIGKILL');
      await works();
      start(instance);
      await isReady(instance);
    }
    // The second one is cut off and comes again: it cannot fill its gap.
    await door.close();
    await works();
    await door.open();
    await eventually(() => gapsOf('b', 'open').length === 0, 'closed gaps', WITHIN_MS);
    // It is cut off once more and never comes again.
    await door.close();
    await eventually(() => gapsOf('b', 'open').length > 0, 'an open gap');
    await adapter('b').stop('SIGKILL');
    await candlesClose();
    await candlesClose();
    violations = await market.violations();
    await market.hold();
    let before = -1;
    await eventually(
      async () => {
        told = owedTrades(market.told(), sink.trades);
        const isComplete = told.every((trade) => sink.trades.has(nameOf(trade)));
        // A second without anything new: the last candles are closed by clocks.
        const isQuiet = before === sink.latest.size;
        before = sink.latest.size;
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        return isComplete && isQuiet;
      },
      'every trade and candle',
      WITHIN_MS,
    ).catch(() => undefined);
    lostAndCovered = (await adapter('').stop()) === 0 ? gapsOf('b', 'filled') : [];
  });
  afterAll(async () => {
    await Promise.all(started.map((process) => process.stop('SIGKILL')));
    await bus?.close();
    await Promise.all([door?.close(), history?.stop(), market?.dispose()]);
  });

  test('each trade comes out of the processor once', () => {
    expect(told.length).toBeGreaterThan(500);
    expect(new Set(told.map(nameOf))).toEqual(sink.trades);
    expect(sink.ticks).toBe(sink.trades.size);
  });

  test('candles are those of all trades and complete, though one adapter could not fill its gaps', () => {
    const expected = expectedCandles(told);
    const latest = [...sink.latest].filter(([key]) => expected.has(key));
    expect(latest.length).toBeGreaterThan(10);
    for (const [key, candle] of latest)
      expect([key, contentOf(candle)]).toEqual([key, contentOf(expected.get(key) as Candle)]);
    // The first candle of each symbol lacks what was traded before anyone was connected.
    const firstOf = (of: string): number =>
      Math.min(...latest.filter(([, { symbol }]) => symbol === of).map(([, { timestamp }]) => timestamp));
    const first = new Map(SYMBOLS.map((symbol) => [symbol, firstOf(symbol)]));
    const incomplete = latest.filter(
      ([, { complete, symbol, timestamp }]) => !complete && timestamp > (first.get(symbol) as number),
    );
    // The open gap of the adapter that never comes again ends with the newest trade.
    const last = Math.max(...told.map(({ timestamp }) => timestamp));
    expect(incomplete.filter(([, { timestamp }]) => timestamp + TIMEFRAME_MS <= last)).toEqual([]);
    expect(sink.ambiguous).toEqual([]);
  });

  test('a gap that one could not fill and the other one covered is filled', () => {
    expect(lostAndCovered.length).toBeGreaterThanOrEqual(SYMBOLS.length);
    expect(gapsOf('b', 'unfillable')).toEqual([]);
    expect(gapsOf('', 'unfillable')).toEqual([]);
  });

  test('each has a state of its own, and no gap of one is closed by the other', async () => {
    const [own, others] = await Promise.all(
      INSTANCES.map((instance) => publishedState(bus, VENUE, instance)),
    );
    for (const symbol of SYMBOLS) {
      expect(own?.get(symbol)?.openGaps).toEqual([]);
      // It was killed right after it had opened its last gap, which may be before it saved that.
      const strange = others?.get(symbol)?.openGaps.filter(({ gapId }) => !gapId.endsWith('@b'));
      expect(strange).toEqual([]);
      expect(BigInt(own?.get(symbol)?.lastTradeId ?? 0)).toBeGreaterThan(
        BigInt(others?.get(symbol)?.lastTradeId ?? 0),
      );
    }
  });

  test('together they keep within the limits of the venue', () => {
    expect(violations).toEqual([]);
  });

  test('none complains', () => {
    expect(started.map(({ stderr }) => stderr).join('')).toBe('');
    expect(started.filter(({ stdout }) => stdout.includes('ADAPTER_INSTANCE'))).toEqual([]);
  });
}

/** Hands on what a venue's REST interface answers, except for past trades. */
class HistoryRefused {
  private constructor(private readonly server: Server) {}

  static async start(target: string): Promise<HistoryRefused> {
    const server = createServer((request, response) => {
      const path = request.url ?? '/';
      if (/trades/i.test(path)) {
        response.writeHead(404).end('{}');
        return;
      }
      fetch(`${target}${path}`).then(
        async (answer) => {
          const body = await answer.text();
          response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body);
        },
        () => response.destroy(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new HistoryRefused(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Keeps the last status of each gap, as the store would. */
async function collectGaps(bus: MessageBus, gaps: Map<string, string>): Promise<void> {
  await consumeSteadily(bus, sinkQueues(1).events.name, { prefetch: 100 }, (delivery, ack) => {
    for (const { gapId, status } of decodeBatch('gaps', delivery).records) gaps.set(gapId, status);
    ack();
  });
}

/** What one adapter that misses nothing would give, by candle key. */
function expectedCandles(told: readonly TruthRecord[]): Map<string, Candle> {
  const ticks = told
    .map(({ exchange, symbol, tradeId, timestamp, price, size }): RawTick => ({
      ...rawTick(exchange, symbol, Number(tradeId), timestamp, Number(price)),
      volume: Number(size),
    }))
    .sort((one, other) => Number(one.tradeId) - Number(other.tradeId));
  const latest = new Map<string, Candle>();
  const outputs = {
    tick: () => undefined,
    gap: () => undefined,
    refuse: () => undefined,
    candle: (candle: Candle) => latest.set(candleKey(candle), candle),
  };
  const timeframes = [TIMEFRAME];
  const processing = createProcessing({ ...DEFAULT_PROCESSING, timeframes }, 0);
  processing.apply(ticks, outputs);
  processing.finish(outputs);
  return latest;
}

function contentOf({ open, high, low, close, volume, trades, vwap }: Candle): object {
  return { open, high, low, close, volume, trades, vwap };
}
