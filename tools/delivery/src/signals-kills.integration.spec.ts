import { createHash } from 'node:crypto';
import { type Candle, coreQueues, type MlSignal, signalsQueue } from '@neuraltrade/contracts';
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
import { MoodyReceiver } from './testing/moody-receiver';
import { PARTITIONS } from './testing/records';
import { signalKey, SignalTraffic } from './testing/signal-traffic';

const KILLS = Number(process.env['SIGNALS_KILLS'] ?? 2);
const SEED = Number(process.env['SIGNALS_SEED'] ?? 1);
const QUEUE_MAX_BYTES = 50_000_000;
/** Candles of one second, and the cooldown in them. */
const HORIZON = 3;
const COOLDOWN_MS = 4_000;
/** Deliveries that may wait: fewer than the service lets wait. */
const MOST_WAITING = 300;
/** No move of two prices with two decimals around 101 is this, so that no rounding decides. */
const BAND_BPS = 10.5;
const WITHIN_MS = 60_000;

const broker = sharedRabbitMq(process.env);
const why = broker === null ? whyNoRabbitMq(process.env) : whyNoInflux(process.env);
jest.setTimeout(120_000 + KILLS * 20_000);
if (broker === null || why !== '') test.skip(`a signals service that is killed (${why})`, () => undefined);
else
  describe(`a signals service under load that is killed ${KILLS} times, frozen and handed over (seed ${SEED})`, () =>
    suite(broker));

function suite(rabbitMq: SharedRabbitMq): void {
  const started: ServiceProcess[] = [];
  let bus: MessageBus;
  let influx: Influx;
  let receiver: MoodyReceiver;
  let traffic: SignalTraffic;
  let exits: (number | null)[] = [];

  beforeAll(async () => {
    const random = seededRandom(SEED);
    const [url, database] = await Promise.all([
      rabbitMq.takeVirtualHost(),
      startInflux({ env: process.env }),
      bundles(['apps/signals']),
    ]);
    influx = database;
    receiver = await MoodyReceiver.start(random);
    bus = createRabbitMqBus({
      ...{ urls: [url], heartbeatS: 5, connectTimeoutMs: 5_000, reconnectBaseMs: 50, reconnectMaxMs: 200 },
      log: { info: () => undefined, warn: () => undefined },
    });
    await bus.declare([...coreQueues(PARTITIONS, QUEUE_MAX_BYTES), signalsQueue(QUEUE_MAX_BYTES)]);
    // A slow machine would let more wait than may (WEBHOOK_MAX_WAITING): what is given up then is no loss.
    const isBehind = (): boolean =>
      expectedDeliveries(traffic.signals).length - receiver.taken.length > MOST_WAITING;
    traffic = new SignalTraffic(bus, hoursAgo(20), random, isBehind);
    await traffic.collect();
    const start = (): ServiceProcess => {
      const service = new ServiceProcess('dist/apps/signals/main.cjs', {
        ...{ AMQP_URLS: url, AMQP_RECONNECT_BASE_MS: '50', AMQP_RECONNECT_MAX_MS: '200', HTTP_PORT: '0' },
        // One that is frozen is found away soon.
        AMQP_HEARTBEAT_S: '1',
        ...{ INFLUX_URL: influx.url, INFLUX_TOKEN: influx.token },
        ...{ INFLUX_ORG: influx.org, INFLUX_BUCKET: influx.bucket },
        QUEUE_MAX_BYTES: String(QUEUE_MAX_BYTES),
        ...{ SIGNAL_MODELS: 'trend-1', SIGNAL_MIN_CONFIDENCE: '0.6', SIGNAL_MAX_AGE_MS: '86400000' },
        ...{ SIGNAL_COOLDOWN_MS: String(COOLDOWN_MS), OUTCOME_HORIZON: String(HORIZON) },
        OUTCOME_HOLD_BAND_BPS: String(BAND_BPS),
        ...{ WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: 'a secret of both sides' },
        ...{ WEBHOOK_RETRY_BASE_MS: '20', WEBHOOK_RETRY_MAX_MS: '100' },
      });
      started.push(service);
      return service;
    };
    const works = async (): Promise<void> => {
      const before = receiver.taken.length;
      const said = (): string => started.at(-1)?.stdout.slice(-1_000) ?? '';
      await eventually(
        () => receiver.taken.length > before + 2,
        () => `deliveries; it says ${said()}`,
        WITHIN_MS,
      );
    };
    let current = start();
    traffic.begin();
    for (let kill = 0; kill < KILLS; kill += 1) {
      await works();
      // Every other one right behind an answer of the receiver, before there is a record of it.
      if (kill % 2 === 0) await new Promise<void>((resolve) => (receiver.onTaken = resolve));
      else await new Promise((resolve) => setTimeout(resolve, random() * 800));
      await current.stop('SIGKILL');
      receiver.onTaken = () => undefined;
      current = start();
    }
    await works();
    const next = start();
    await next.isReady();
    // Woken up, it has to notice that the other one has gone on in its place.
    process.kill(current.pid, 'SIGSTOP');
    await works();
    process.kill(current.pid, 'SIGCONT');
    await current.isReady();
    await works();
    exits = [await current.stop()];
    await works();
    await traffic.end();
    receiver.moody = false;
    const wanted = expectedDeliveries(traffic.signals).length;
    // What is missing then is told by the facts below.
    await eventually(
      () => receiver.taken.length >= wanted && traffic.outcomes.size >= traffic.signals.length,
      'every delivery and outcome',
      WITHIN_MS,
    ).catch(() => undefined);
    exits.push(await next.stop());
  });
  afterAll(async () => {
    await traffic?.abandon();
    await Promise.all(started.map((service) => service.stop('SIGKILL')));
    await bus?.close();
    await receiver?.dispose();
    await influx?.dispose();
  });

  test('every accepted signal is delivered, and no other one', () => {
    const expected = expectedDeliveries(traffic.signals).map(keyOf);
    expect(expected.length).toBeGreaterThan(20);
    expect([...receiver.taken].sort()).toEqual([...expected].sort());
  });

  test('those of a symbol come in the order in which they were accepted', () => {
    for (const symbol of ['BTC/USDT', 'ETH/USDT']) {
      const expected = expectedDeliveries(traffic.signals)
        .filter((signal) => signal.symbol === symbol)
        .map(keyOf);
      const own = new Set(expected);
      expect(receiver.taken.filter((key) => own.has(key))).toEqual(expected);
    }
  });

  test('what the receiver has comes again only with the same key and body', () => {
    const bodies = new Map(
      expectedDeliveries(traffic.signals).map((signal) => {
        const id = keyOf(signal);
        return [id, JSON.stringify({ version: 1, id, signal })];
      }),
    );
    for (const { key, body } of receiver.requests) expect(body).toBe(bodies.get(key));
    // Nobody can tell whether a receiver whose answer was lost has a signal: it must come again.
    expect(receiver.requests.filter(({ taken }) => taken).length).toBeGreaterThan(receiver.taken.length);
  });

  test('every signal, accepted or not, has one outcome in content, which is that of its candles', () => {
    expect(traffic.outcomes.size).toBe(traffic.signals.length);
    const candles = new Map(traffic.candles.map((candle) => [openOf(candle), candle]));
    for (const signal of traffic.signals) {
      const contents = [...(traffic.outcomes.get(signalKey(signal)) ?? [])];
      expect(contents.map((text) => JSON.parse(text) as unknown)).toEqual([
        expect.objectContaining(outcomeOf(signal, candles)),
      ]);
    }
  });

  test('the one that was stopped for the next one, and the last one, leave in order', () => {
    expect(exits).toEqual([0, 0]);
    expect(started.map(({ stderr }) => stderr).join('')).toBe('');
  });
}

/** What the settings above accept, by the words of the documentation. */
function expectedDeliveries(signals: readonly MlSignal[]): MlSignal[] {
  const accepted: MlSignal[] = [];
  /** The newest accepted signal of a symbol and type: the market goes forward, so that no other one holds it back. */
  const newest = new Map<string, MlSignal>();
  for (const signal of signals) {
    const { symbol, signalType, timestamp } = signal;
    if (signal.modelVersion !== 'trend-1' || signalType === 'hold') continue;
    if (signal.riskLevel !== 'low' || signal.confidence < 0.6) continue;
    const before = newest.get(`${symbol} ${signalType}`);
    if (before !== undefined && timestamp - before.timestamp < COOLDOWN_MS) continue;
    newest.set(`${symbol} ${signalType}`, signal);
    accepted.push(signal);
  }
  return accepted;
}

function keyOf({ exchange, symbol, timeframe, timestamp, signalType, modelVersion }: MlSignal): string {
  const identity = [exchange, symbol, timeframe, timestamp, signalType, modelVersion].join('|');
  return createHash('sha256').update(identity).digest('hex').slice(0, 32);
}

/** What tells a candle from all others. */
function openOf({ exchange, symbol, timestamp }: Pick<Candle, 'exchange' | 'symbol' | 'timestamp'>): string {
  return `${exchange} ${symbol} ${timestamp}`;
}

function outcomeOf(signal: MlSignal, candles: ReadonlyMap<string, Candle>) {
  const candle = (ahead: number): Candle | undefined =>
    candles.get(openOf({ ...signal, timestamp: signal.timestamp + ahead * 1_000 }));
  const entry = candle(0)?.open ?? 0;
  const exit = candle(HORIZON - 1)?.close ?? 0;
  const isHit = {
    buy: exit > entry,
    sell: exit < entry,
    hold: Math.abs(exit - entry) / entry < BAND_BPS / 10_000,
  }[signal.signalType];
  return { status: isHit ? 'hit' : 'miss', entryPrice: entry, exitPrice: exit };
}

function hoursAgo(hours: number): number {
  return Math.floor(Date.now() / 1_000 - hours * 3_600) * 1_000;
}
