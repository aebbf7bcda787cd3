import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Candle,
  coreQueues,
  decodeBatch,
  mlEngineQueue,
  type MlSignal,
  sinkQueues,
} from '@neuraltrade/contracts';
import { seededRandom } from '@neuraltrade/exchange';
import { writeSampleModel } from '@neuraltrade/inference';
import {
  bundles,
  eventually,
  type Influx,
  ServiceProcess,
  sharedRabbitMq,
  type SharedRabbitMq,
  startInflux,
  whyNoInflux,
  whyNoRabbitMq,
} from '@neuraltrade/infra';
import { createInProcessBus, createRabbitMqBus, type MessageBus } from '@neuraltrade/messaging';
import { createMetrics } from '@neuraltrade/metrics';
import { createMlEngine, mlEngineConfig } from '@neuraltrade/ml-engine';
import { createInfluxStore, openDuckDbStore, type InfluxStore } from '@neuraltrade/storage';
import { candleMessage, minuteCandles } from './testing/minute-candles';
import { PARTITIONS } from './testing/records';

const KILLS = Number(process.env['ML_ENGINE_KILLS'] ?? 2);
const SEED = Number(process.env['ML_ENGINE_SEED'] ?? 1);
const WORKSPACE = join(__dirname, '../../..');
const QUEUE_MAX_BYTES = 50_000_000;
const MINUTE = 60_000;
/** Candles of a series between two kills: enough to judge many of them. */
const CANDLES_A_KILL = 20;
const WARM_UP = 31;
const WITHIN_MS = 60_000;
/** What a slow machine holds back is no loss, and none of this test's matter: every judgement has its time. */
const PATIENT = { INFERENCE_BUDGET_MS: '60000', INFERENCE_STUCK_MS: '60000' };

const broker = sharedRabbitMq(process.env);
const why = broker === null ? whyNoRabbitMq(process.env) : whyNoInflux(process.env);
jest.setTimeout(120_000 + KILLS * 20_000);
if (broker === null || why !== '') test.skip(`an ML engine that is killed (${why})`, () => undefined);
else
  describe(`an ML engine and its standby, killed in turn ${KILLS} times and frozen once (seed ${SEED})`, () =>
    suite(broker));

function suite(rabbitMq: SharedRabbitMq): void {
  const started: ServiceProcess[] = [];
  let directory: string;
  let bus: MessageBus;
  let influx: Influx;
  let store: InfluxStore;
  let intervals: Candle[][];
  let expected: MlSignal[];
  let stored: MlSignal[] = [];
  let exits: (number | null)[] = [];
  /** Candles that each one had when it was killed. */
  const worked: number[] = [];

  beforeAll(async () => {
    const random = seededRandom(SEED);
    directory = await mkdtemp(join(tmpdir(), 'ml-engine-kills-'));
    const models = [
      join(WORKSPACE, 'models/direction-1m'),
      await writeSampleModel(join(directory, 'shadow'), { modelVersion: 'shadow-1' }),
    ].join();
    const [url, database] = await Promise.all([
      rabbitMq.takeVirtualHost(),
      startInflux({ env: process.env }),
      bundles(['apps/ml-engine', 'apps/influx-sink']),
    ]);
    influx = database;
    store = createInfluxStore({ ...influx, token: influx.token });
    bus = createRabbitMqBus({
      ...{ urls: [url], heartbeatS: 5, connectTimeoutMs: 5_000, reconnectBaseMs: 50, reconnectMaxMs: 200 },
      log: { info: () => undefined, warn: () => undefined },
    });
    await bus.declare([...coreQueues(PARTITIONS, QUEUE_MAX_BYTES), mlEngineQueue(QUEUE_MAX_BYTES)]);
    const environment = {
      ...{ AMQP_URLS: url, AMQP_RECONNECT_BASE_MS: '50', AMQP_RECONNECT_MAX_MS: '200', HTTP_PORT: '0' },
      ...{ INFLUX_URL: influx.url, INFLUX_TOKEN: influx.token },
      ...{ INFLUX_ORG: influx.org, INFLUX_BUCKET: influx.bucket },
      QUEUE_MAX_BYTES: String(QUEUE_MAX_BYTES),
      // One that is frozen is found away soon.
      AMQP_HEARTBEAT_S: '1',
    };
    const start = (app: string): ServiceProcess => {
      const own = { MODEL_PATH: models, MAX_CANDLE_AGE_MS: '86400000', WRITE_FLUSH_MS: '100' };
      const service = new ServiceProcess(`dist/apps/${app}/main.cjs`, { ...environment, ...own, ...PATIENT });
      started.push(service);
      return service;
    };
    const sink = start('influx-sink');
    const working = start('ml-engine');
    await Promise.all([sink, working].map((service) => service.isReady()));
    // The one that has consumed for longer works, the other one stands by.
    const engines = [working, start('ml-engine')];

    intervals = market(random, WARM_UP + (KILLS + 1) * CANDLES_A_KILL);
    expected = await reference(models, intervals);
    let killing: Promise<unknown> = Promise.resolve();
    let waking: Promise<unknown> = Promise.resolve();
    for (const [at, candles] of intervals.entries()) {
      // What closed before is stored by then, as it is where a minute lies in between.
      await store.writeCandles(intervals[at - 1] ?? []);
      for (const candle of candles) expect(await bus.publish(candleMessage(candle))).toBe('confirmed');
      const behind = at - WARM_UP;
      if (behind === KILLS * CANDLES_A_KILL + 1) {
        await killing;
        await Promise.all(engines.map((engine) => engine.isReady()));
        waking = freezeUntilOvertaken(engines);
      }
      if (behind <= 0 || behind % CANDLES_A_KILL !== 0 || behind / CANDLES_A_KILL > KILLS) continue;
      await killing;
      await Promise.all(engines.map((engine) => engine.isReady()));
      // While candles come: it has some in its hands.
      killing = new Promise((resolve) => setTimeout(resolve, random() * 100)).then(async () => {
        const victim = engines.shift();
        worked.push((await victim?.metric('records_received_total', 'stage="ml-engine"')) ?? 0);
        await victim?.stop('SIGKILL');
        engines.push(start('ml-engine'));
      });
    }
    await Promise.all([killing, waking]);
    const all = { from: 0, to: Date.now() + 86_400_000, limit: 5_000 };
    await eventually(
      async () => (await store.signals(all)).length >= expected.length,
      'every signal in the database',
      WITHIN_MS,
    ).catch(() => undefined);
    // What is doubled may come a little later.
    await eventually(async () => {
      const depths = await Promise.all(
        [mlEngineQueue(QUEUE_MAX_BYTES), sinkQueues(QUEUE_MAX_BYTES).signals].map(({ name }) =>
          bus.depth(name),
        ),
      );
      return depths.every(({ ready, unacked }) => ready + unacked === 0);
    }, 'empty queues');
    exits = await Promise.all([...engines, sink].map((service) => service.stop()));
    stored = await store.signals(all);
  });
  afterAll(async () => {
    await Promise.all(started.map((service) => service.stop('SIGKILL')));
    await bus?.close();
    await store?.close();
    await influx?.dispose();
    await rm(directory, { recursive: true, force: true });
  });

  test('of every candle behind the warm-up each model has one signal in the database: none is lost, none doubled', () => {
    expect(expected).toHaveLength(intervals.slice(WARM_UP - 1).flat().length * 2);
    expect(told(stored)).toEqual(told(expected));
  });

  test('each one was killed at work', () => {
    expect(worked).toHaveLength(KILLS);
    expect(worked.filter((candles) => candles === 0)).toEqual([]);
  });

  test('the database and the embedded store count the same signals of each model and day', async () => {
    const embedded = await openDuckDbStore({ directory: join(directory, 'store') });
    await embedded.writeSignals(expected);
    const query = { from: 0, to: Date.now() + 86_400_000 };
    const [ours, theirs] = [await embedded.signalPerformance(query), await store.signalPerformance(query)];
    await embedded.close();
    expect(ours.reduce((sum, { buy, hold, sell }) => sum + buy + hold + sell, 0)).toBe(expected.length);
    expect(new Set(expected.map(({ signalType }) => signalType)).size).toBeGreaterThan(1);
    expect(theirs).toEqual(ours);
  });

  test('engines stop in order with exit code 0', () => {
    expect(exits).toEqual([0, 0, 0]);
  });
}

/** Stops the one at work from running at all until the other one works in its place: woken up, it has to notice. */
async function freezeUntilOvertaken(engines: readonly ServiceProcess[]): Promise<void> {
  const [frozen, other] = engines as [ServiceProcess, ServiceProcess];
  const worked = (): Promise<number> => other.metric('records_received_total', 'stage="ml-engine"');
  process.kill(frozen.pid, 'SIGSTOP');
  await eventually(async () => (await worked()) > 0, 'the other one at work', WITHIN_MS).finally(() =>
    process.kill(frozen.pid, 'SIGCONT'),
  );
}

/** Two symbols on two venues, by interval; within one the venues come in a drawn order. */
function market(random: () => number, count: number): Candle[][] {
  const firstOpen = Math.floor(Date.now() / MINUTE) * MINUTE - (count + 5) * MINUTE;
  const series = ['binance', 'kraken'].flatMap((exchange) =>
    ['BTC/USDT', 'ETH/USDT'].map((symbol) => minuteCandles(exchange, symbol, firstOpen, count, random)),
  );
  return Array.from({ length: count }, (_, at) => {
    const candles = series.map((own) => own[at] as Candle);
    return random() < 0.5 ? candles : candles.toReversed();
  });
}

/** What an engine makes of them that nobody disturbs. */
async function reference(models: string, intervals: readonly (readonly Candle[])[]): Promise<MlSignal[]> {
  const bus = createInProcessBus({ dataDir: null });
  const signals: MlSignal[] = [];
  const queue = sinkQueues(QUEUE_MAX_BYTES).signals;
  const engine = await createMlEngine({
    bus,
    store: null,
    replay: true,
    venues: ['binance', 'kraken'],
    config: mlEngineConfig({ MODEL_PATH: models, QUEUE_MAX_BYTES: String(QUEUE_MAX_BYTES), ...PATIENT }),
    shippedModel: '',
    program: join(WORKSPACE, 'dist/apps/ml-engine/inference.cjs'),
    metrics: createMetrics(),
    log: { info: () => undefined, warn: () => undefined },
    now: Date.now,
  });
  const subscription = await bus.consume(queue.name, { prefetch: 1_000 }, (delivery) => {
    signals.push(...decodeBatch('signals', delivery).records);
    subscription.ack(delivery.tag);
  });
  for (const candle of intervals.flat()) await bus.publish(candleMessage(candle));
  const wanted = intervals.slice(WARM_UP - 1).flat().length * 2;
  await eventually(() => signals.length >= wanted, 'the signals of an engine that nobody disturbs');
  await engine.stop(10_000);
  await bus.close();
  return signals;
}

/** Signals without what differs each time, in an order of their own. */
function told(signals: readonly MlSignal[]): string[] {
  return signals
    .map((signal) => JSON.stringify({ ...signal, inferenceTimeMs: 0 }, Object.keys(signal).sort()))
    .sort();
}
