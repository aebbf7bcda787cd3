import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AMQP_EXCHANGES,
  encodeBatch,
  type ProcessedTick,
  recorderQueue,
  routingKeys,
} from '@neuraltrade/contracts';
import { seededRandom } from '@neuraltrade/exchange';
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
import { createRabbitMqBus, type MessageBus } from '@neuraltrade/messaging';
import { createInfluxStore, type InfluxStore, openParquetHistory } from '@neuraltrade/storage';

const KILLS = Number(process.env['RECORDER_KILLS'] ?? 2);
const SEED = Number(process.env['RECORDER_SEED'] ?? 1);
/** So small that the queue drops messages while the recorder is away. */
const QUEUE_MAX_BYTES = 65_536;
/** Between two kills it is away for many messages, and at work for more. */
const MESSAGES = 200 * KILLS;
const MESSAGE_TICKS = 20;
/** Time from a tick to the next, ms. */
const TICK_MS = 20;
const WITHIN_MS = 60_000;

const broker = sharedRabbitMq(process.env);
const why = broker === null ? whyNoRabbitMq(process.env) : whyNoInflux(process.env);
jest.setTimeout(120_000 + KILLS * 20_000);
if (broker === null || why !== '') test.skip(`a recorder that is killed (${why})`, () => undefined);
else
  describe(`a recorder that is killed ${KILLS} times and whose queue drops messages (seed ${SEED})`, () =>
    suite(broker));

function suite(rabbitMq: SharedRabbitMq): void {
  const directory = mkdtempSync(join(tmpdir(), 'neuraltrade-recorder-'));
  const started: ServiceProcess[] = [];
  const published: ProcessedTick[] = [];
  const exits: (number | null)[] = [];
  let bus: MessageBus;
  let influx: Influx;
  let store: InfluxStore;

  beforeAll(async () => {
    const random = seededRandom(SEED);
    const [url, database] = await Promise.all([
      rabbitMq.takeVirtualHost(),
      startInflux({ env: process.env }),
      bundles(['apps/backtester']),
    ]);
    influx = database;
    store = createInfluxStore(influx);
    bus = createRabbitMqBus({
      ...{ urls: [url], heartbeatS: 5, connectTimeoutMs: 5_000, reconnectBaseMs: 50, reconnectMaxMs: 200 },
      log: { info: () => undefined, warn: () => undefined },
    });
    await bus.declare([recorderQueue(QUEUE_MAX_BYTES)]);
    const start = (): ServiceProcess => {
      const service = new ServiceProcess('dist/apps/backtester/main.cjs', {
        ...{ AMQP_URLS: url, AMQP_RECONNECT_BASE_MS: '50', AMQP_RECONNECT_MAX_MS: '200', HTTP_PORT: '0' },
        ...{ INFLUX_URL: influx.url, INFLUX_TOKEN: influx.token },
        ...{ INFLUX_ORG: influx.org, INFLUX_BUCKET: influx.bucket },
        ...{ DATA_DIR: directory, MODE: 'simulated', QUEUE_MAX_BYTES: String(QUEUE_MAX_BYTES) },
        ...{ RECORD_FLUSH_MS: '50', REPAIR_INTERVAL_MS: '500' },
      });
      started.push(service);
      return service;
    };
    // Old enough that nothing of it is on its way any more.
    const first = Date.now() - 600_000 - MESSAGES * MESSAGE_TICKS * TICK_MS;
    let current = start();
    const killBefore = new Set(
      Array.from({ length: KILLS }, (_, kill) =>
        Math.floor(((kill + 0.3 + random() * 0.4) * MESSAGES) / KILLS),
      ),
    );
    for (let message = 0; message < MESSAGES; message++) {
      if (killBefore.has(message)) {
        // It is at work: on what came while it was away, and what comes now.
        await current.isReady();
        await current.stop('SIGKILL');
      }
      const exchange = message % 2 === 0 ? 'binance' : 'bybit';
      const ticks = Array.from({ length: MESSAGE_TICKS }, (_, index) =>
        tickOf(exchange, message, index, first),
      );
      published.push(...ticks);
      await store.writeTicks(ticks);
      // Every fifth message comes twice: a repeat is normal.
      for (let copy = 0; copy < (message % 5 === 0 ? 2 : 1); copy++) await publish(bus, ticks);
      // Away for so many messages that the queue cannot hold them all.
      if (killBefore.has(message - 60)) current = start();
    }
    await current.isReady();
    const held = (): Promise<number> => recordedIds(directory).then((ids) => ids.length);
    await eventually(async () => (await held()) >= published.length, 'every tick in a file', WITHIN_MS).catch(
      () => undefined,
    );
    exits.push(await current.stop());
  });
  afterAll(async () => {
    await Promise.all(started.map((service) => service.stop('SIGKILL')));
    await store?.close();
    await bus?.close();
    await influx?.dispose();
    rmSync(directory, { recursive: true, force: true });
  });

  test('has every tick that the store has in its files, and each once', async () => {
    const ids = await recordedIds(directory);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.sort()).toEqual(published.map(idOf).sort());
  });

  test('got some of them by its queue, and took some from the store', () => {
    const said = started.map(({ stdout }) => stdout).join('\n');
    expect(said).toContain('Ticks that were not recorded were taken from the store.');
    expect(exits).toEqual([0]);
    expect(started).toHaveLength(KILLS + 1);
  });
}

/** A tick; the ids of Bybit have holes. */
function tickOf(exchange: string, message: number, index: number, first: number): ProcessedTick {
  const number = message * MESSAGE_TICKS + index;
  const timestamp = first + number * TICK_MS;
  return {
    ...{ exchange, symbol: 'BTC/USDT', bid: 100, ask: 102, last: 101, volume: 1 + (number % 7), timestamp },
    ...{ tradeId: String(exchange === 'bybit' ? 1_000 + number * 3 : 1_000 + number), takerSide: 'buy' },
    ...{ receivedAt: timestamp + 5, quoted: true, quotedAt: timestamp, backfilled: false },
    ...{ mid: 101, spread: 2, spreadBps: (2 / 101) * 10_000 },
  };
}

async function publish(bus: MessageBus, ticks: readonly ProcessedTick[]): Promise<void> {
  const { exchange, symbol, tradeId } = ticks[0] as ProcessedTick;
  await bus.publish({
    amqpExchange: AMQP_EXCHANGES.ticks,
    routingKey: routingKeys.tick(exchange, symbol),
    messageId: `${exchange}:${tradeId}`,
    ...encodeBatch('ticks', ticks),
  });
}

function idOf({ exchange, tradeId }: Pick<ProcessedTick, 'exchange' | 'tradeId'>): string {
  return `${exchange} ${tradeId}`;
}

async function recordedIds(directory: string): Promise<string[]> {
  const history = await openParquetHistory(join(directory, 'simulated/parquet'));
  const ids: string[] = [];
  for (const exchange of ['binance', 'bybit'])
    await history.readTicks(
      { exchange, symbol: 'BTC/USDT', from: 0, to: Number.MAX_SAFE_INTEGER },
      (ticks) => void ids.push(...ticks.map(idOf)),
    );
  await history.close();
  return ids;
}
