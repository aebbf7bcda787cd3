import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AMQP_EXCHANGES,
  type Candle,
  decodeBatch,
  encodeBatch,
  type MlSignal,
  parkedQueue,
  routingKeys,
  type SignalOutcome,
  signalsQueue,
  sinkQueues,
} from '@neuraltrade/contracts';
import {
  createInProcessBus,
  type Delivery,
  type LogQueue,
  type LogRecord,
  type MessageBus,
  type OutgoingMessage,
  type Subscription,
} from '@neuraltrade/messaging';
import { createMetrics, type Metrics } from '@neuraltrade/metrics';
import { createLogger } from '@neuraltrade/service';
import { type EmbeddedStore, openDuckDbStore } from '@neuraltrade/storage';
import { signalsConfig } from '../config';
import { createSignals, type Signals } from '../create-signals';
import { NOON } from './records';

/** The bound of every queue, bytes. */
const MAX_BYTES = 1_000_000;
const FILLING_BYTES = 500_000;
const SECRET = 'canary-webhook-secret';

/** Signals services on a real bus and a real embedded store, whose messages and answers a test sees. */
export class SignalsRig {
  readonly #scratch = mkdtempSync(join(tmpdir(), 'neuraltrade-signals-'));
  readonly #running: Signals[] = [];
  #published = 0;
  #collecting: Subscription | null = null;
  #saves: { waiting: number; readonly gate: Promise<void> } | null = null;
  /** Counts of everything. */
  readonly metrics: Metrics = createMetrics();
  /** The bus. */
  readonly bus: MessageBus = createInProcessBus({ dataDir: null, metrics: this.metrics });
  /** The service's clock, ms UTC; stands where the test puts it. */
  now = NOON;
  /** Outcomes that were published, in their order. */
  readonly outcomes: SignalOutcome[] = [];
  /** Every line that was logged. */
  readonly logged: string[] = [];
  /** The store. */
  store!: EmbeddedStore;

  /** Opens the store and declares the queues, so that signals and outcomes have somewhere to go. */
  static async open(): Promise<SignalsRig> {
    const rig = new SignalsRig();
    rig.store = await openDuckDbStore({ directory: rig.#scratch });
    const { signals, outcomes } = sinkQueues(MAX_BYTES);
    await rig.bus.declare([signals, outcomes, parkedQueue(MAX_BYTES), signalsQueue(MAX_BYTES)]);
    const subscription = await rig.bus.consume(signals.name, { prefetch: 100 }, ({ tag }) =>
      subscription.ack(tag),
    );
    await rig.collectOutcomes();
    return rig;
  }

  /** Takes outcomes from the store's queue. */
  async collectOutcomes(): Promise<void> {
    const queue = sinkQueues(MAX_BYTES).outcomes.name;
    const subscription = await this.bus.consume(queue, { prefetch: 100 }, (delivery) => {
      if (delivery.body.length < FILLING_BYTES)
        this.outcomes.push(...decodeBatch('outcomes', delivery).records);
      subscription.ack(delivery.tag);
    });
    this.#collecting = subscription;
  }

  /** Leaves outcomes in the store's queue and fills it up, so that it refuses every further one. */
  async refuseOutcomes(): Promise<void> {
    await this.#collecting?.close();
    const filling = {
      amqpExchange: AMQP_EXCHANGES.signals,
      routingKey: routingKeys.outcome('binance', 'BTC/USDT'),
      body: Buffer.alloc(FILLING_BYTES),
      contentType: 'application/octet-stream',
      headers: {},
      messageId: 'filling',
    };
    while ((await this.bus.publish(filling)) === 'confirmed');
  }

  /** Starts a service that accepts every signal, whatever its age, and judges by two candles, unless told otherwise. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<Signals> {
    const write = (line: string): void => void this.logged.push(line);
    const signals = await createSignals({
      bus: this.#busWithHeldSaves(),
      store: this.store,
      config: signalsConfig({
        QUEUE_MAX_BYTES: String(MAX_BYTES),
        SIGNAL_MAX_AGE_MS: '86400000',
        SIGNAL_COOLDOWN_MS: '0',
        OUTCOME_HORIZON: '2',
        OUTCOME_ALLOWANCE_MS: '600000',
        SIGNALS_REPAIR_INTERVAL_MS: '50',
        WEBHOOK_SECRET: SECRET,
        WEBHOOK_RETRY_BASE_MS: '5',
        WEBHOOK_RETRY_MAX_MS: '5',
        ...env,
      }),
      metrics: this.metrics,
      log: createLogger({ name: 'signals', level: 'info', destination: { write } }),
      now: () => this.now,
      isReplay: false,
    });
    this.#running.push(signals);
    return signals;
  }

  /** Lets saves wait from now on, as a broker that is slow to confirm. @returns how many wait, and lets them go. */
  holdSaves(): { readonly waiting: () => number; readonly release: () => void } {
    let release: () => void = () => undefined;
    this.#saves = { waiting: 0, gate: new Promise((resolve) => (release = resolve)) };
    return { waiting: () => this.#saves?.waiting ?? 0, release };
  }

  /** Publishes signals of one symbol as the ML engine does. */
  async signals(...signals: MlSignal[]): Promise<void> {
    const [{ exchange, symbol }] = signals as [MlSignal];
    const routingKey = routingKeys.signal(exchange, symbol);
    await this.send({ ...encodeBatch('signals', signals), amqpExchange: AMQP_EXCHANGES.signals, routingKey });
  }

  /** Publishes closed candles of one series as the processor does. */
  async candles(...candles: Candle[]): Promise<void> {
    const [{ exchange, symbol, timeframe }] = candles as [Candle];
    const routingKey = routingKeys.candle('final', timeframe, exchange, symbol);
    await this.send({ ...encodeBatch('candles', candles), amqpExchange: AMQP_EXCHANGES.ohlcv, routingKey });
  }

  /** Publishes a message as told. */
  async send(message: Omit<OutgoingMessage, 'messageId'>): Promise<void> {
    this.#published += 1;
    expect(await this.bus.publish({ ...message, messageId: `test-${this.#published}` })).toBe('confirmed');
  }

  /** Waits until everything that was published to the service is answered. */
  async answered(): Promise<void> {
    await until(async () => {
      const { ready, unacked } = await this.bus.depth(signalsQueue(MAX_BYTES).name);
      expect([ready, unacked]).toEqual([0, 0]);
    });
  }

  /** The messages that were set aside; they stay there. */
  async parked(): Promise<Delivery[]> {
    const parked: Delivery[] = [];
    const { ready } = await this.bus.depth(parkedQueue(MAX_BYTES).name);
    const reader = await this.bus.consume(parkedQueue(MAX_BYTES).name, { prefetch: 1_000 }, (delivery) =>
      parked.push(delivery),
    );
    await until(() => expect(parked.length).toBe(ready));
    await reader.close();
    return parked;
  }

  #busWithHeldSaves(): MessageBus {
    const openLog = async (name: string): Promise<LogQueue> => {
      const log = await this.bus.openLog(name);
      const append = async (record: LogRecord): Promise<void> => {
        if (this.#saves !== null) this.#saves.waiting += 1;
        await this.#saves?.gate;
        await log.append(record);
      };
      return { append, follow: (onRecord) => log.follow(onRecord) };
    };
    return new Proxy(this.bus, {
      get: (bus, name) => {
        if (name === 'openLog') return openLog;
        const value: unknown = Reflect.get(bus, name);
        return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(bus) : value;
      },
    });
  }

  /** Stops everything that was started. */
  async dispose(): Promise<void> {
    for (const signals of this.#running) await signals.stop(0);
    await this.bus.close();
    await this.store.close();
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}

/** Waits until the expectation holds; after ten seconds it fails with the expectation's own words. */
export async function until(expectation: () => void | Promise<void>): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      await expectation();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
