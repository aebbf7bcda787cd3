import {
  type Candle,
  candleKey,
  coreQueues,
  DEFAULT_QUEUE_MAX_BYTES,
  type QueueSpec,
  type RawRecord,
  replaces,
} from '@neuraltrade/contracts';
import {
  sharedRabbitMq,
  type SharedRabbitMq,
  whyNoRabbitMq,
  bundles,
  eventually,
  ServiceProcess,
} from '@neuraltrade/infra';
import { createRabbitMqBus, type MessageBus } from '@neuraltrade/messaging';
import { createProcessing, DEFAULT_PROCESSING } from '@neuraltrade/processing';
import { connect } from 'amqplib';
import { LateServer } from './testing/late-server';
import { MarketTraffic } from './testing/market-traffic';
import { PARTITIONS } from './testing/records';
import { StaleReplica } from './testing/stale-replica';
import { SinkQueues } from './testing/sink-queues';

const KILLS = Number(process.env['PROCESSOR_KILLS'] ?? 3);
const SEED = Number(process.env['PROCESSOR_SEED'] ?? 1);
/** Midnight, where candles of every length open. */
const START = Date.UTC(2026, 0, 15);
/** Queue of an app that is not there, as it declares it, but small. */
const OPTIONAL: QueueSpec = {
  name: 'ml-engine.ticks',
  kind: 'optional',
  singleActiveConsumer: false,
  maxBytes: 20_000,
  bindings: [{ amqpExchange: 'market.ticks', pattern: 'tick.#' }],
};

const broker = sharedRabbitMq(process.env);
jest.setTimeout(60_000 + KILLS * 20_000);
if (broker === null) test.skip(`a processor that is killed (${whyNoRabbitMq(process.env)})`, () => undefined);
else
  describe(`a processor under load that is killed ${KILLS} times, cut off once and handed over (seed ${SEED})`, () =>
    suite(broker));

function suite(rabbitMq: SharedRabbitMq): void {
  const processors: ServiceProcess[] = [];
  const sink = new SinkQueues();
  let url: string;
  let bus: MessageBus;
  let door: LateServer;
  let traffic: MarketTraffic;
  let latest: ServiceProcess;

  const start = (): ServiceProcess => {
    const processor = new ServiceProcess('dist/apps/processor/main.cjs', {
      AMQP_URLS: url.replace(/:\d+(?=\/|$)/, `:${door.port}`),
      AMQP_RECONNECT_BASE_MS: '50',
      AMQP_RECONNECT_MAX_MS: '200',
      HTTP_PORT: '0',
      PARTITIONS: String(PARTITIONS),
      CHECKPOINT_INTERVAL_MS: '200',
      FLUSH_INTERVAL_MS: '50',
    });
    processors.push(processor);
    return processor;
  };
  /** Something new comes out. */
  const works = async (): Promise<void> => {
    const before = sink.trades.size;
    await eventually(() => sink.trades.size > before + 100, 'ticks from the processor');
  };

  beforeAll(async () => {
    [url] = await Promise.all([rabbitMq.takeVirtualHost(), bundles(['apps/processor'])]);
    door = await LateServer.of(Number(new URL(url).port));
    await door.open();
    bus = createRabbitMqBus({
      urls: [url],
      heartbeatS: 5,
      connectTimeoutMs: 5_000,
      reconnectBaseMs: 50,
      reconnectMaxMs: 200,
      log: { info: () => undefined, warn: () => undefined },
    });
    await bus.declare([...coreQueues(PARTITIONS, DEFAULT_QUEUE_MAX_BYTES), OPTIONAL]);
    const gone = await bus.consume(OPTIONAL.name, { prefetch: 1 }, () => undefined);
    await gone.close();
    await sink.start(bus);
    const random = randomFrom(SEED);
    traffic = new MarketTraffic(bus, START, random);
    let current = start();
    traffic.begin();
    const stale = await StaleReplica.watch(bus, PARTITIONS);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await works();
      await stale.fence();
      await works();
      await new Promise((resolve) => setTimeout(resolve, random() * 600));
      await stale.checkpoint();
      await current.stop('SIGKILL');
      current = start();
    }
    await works();
    await door.close();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await door.open();
    await works();
    latest = start();
    await latest.isReady();
    handedOver = await current.stop();
    await works();
    await traffic.end();
    const expected = [...expectedCandles(traffic.records)];
    // What is missing then is told by the facts below.
    await eventually(
      () => expected.every(([key, { revision }]) => sink.latest.get(key)?.revision === revision),
      'the last revision of every candle',
    ).catch(() => undefined);
    await eventually(async () => (await waiting()) === 0, 'empty queues');
  });
  afterAll(async () => {
    await Promise.all(processors.map((processor) => processor.stop('SIGKILL')));
    await bus?.close();
    await door?.close();
  });
  let handedOver: number | null = null;

  test('every trade comes out', () => {
    expect(traffic.trades.size).toBeGreaterThan(500);
    expect([...traffic.trades].filter((trade) => !sink.trades.has(trade))).toEqual([]);
    expect(sink.trades.size).toBe(traffic.trades.size);
  });

  test('the candle with the highest epoch and revision is the one that an undisturbed run gives, for each candle', () => {
    const expected = expectedCandles(traffic.records);
    expect(expected.size).toBeGreaterThan(20);
    expect(new Map([...sink.latest].map(([key, candle]) => [key, { ...candle, epoch: 0 }]))).toEqual(
      expected,
    );
    expect([...expected.values()].some(({ revision }) => revision > 0)).toBe(true);
  });

  test('no candle has two contents under one epoch and revision', () => {
    expect(sink.ambiguous).toEqual([]);
  });

  test('the replica that was asked to stop left in order, and the other one has taken over', async () => {
    expect(handedOver).toBe(0);
    expect((await latest.readiness()).status).toBe(200);
  });

  test('the full queue of an optional consumer that is gone drops its oldest, and no core message was refused for it', async () => {
    expect(await latest.metric('messages_nacked_total', 'stage="processor",reason="nacked"')).toBe(0);
    const model = await connect(url);
    const channel = await model.createChannel();
    const ids: string[] = [];
    let bytes = 0;
    for (;;) {
      const message = await channel.get(OPTIONAL.name, { noAck: true });
      if (message === false) break;
      bytes += message.content.length;
      ids.push(
        ...(
          JSON.parse(message.content.toString()) as { exchange: string; symbol: string; tradeId: string }[]
        ).map(({ exchange, symbol, tradeId }) => `${exchange}:${symbol}:${tradeId}`),
      );
    }
    await model.close();
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(OPTIONAL.maxBytes);
    const all = [...traffic.trades];
    expect(ids).not.toContain(all[0]);
    expect(ids).toContain(all.at(-1));
  });

  /** Messages that the processor has not answered yet or that nobody took from it. */
  async function waiting(): Promise<number> {
    const queues = coreQueues(PARTITIONS, DEFAULT_QUEUE_MAX_BYTES).filter(
      ({ name }) => name !== 'market.parked',
    );
    const depths = await Promise.all(queues.map(({ name }) => bus.depth(name)));
    return depths.reduce((sum, { ready }) => sum + ready, 0);
  }
}

/** What an undisturbed run makes of the same records: the newest version of each candle, of epoch 0. */
function expectedCandles(partitions: readonly (readonly RawRecord[])[]): Map<string, Candle> {
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

/** Even numbers from [0, 1), the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
