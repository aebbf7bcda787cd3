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
  type MessageBus,
  type OutgoingMessage,
} from '@neuraltrade/messaging';
import { createMetrics, type Metrics } from '@neuraltrade/metrics';
import { createLogger } from '@neuraltrade/service';
import { type EmbeddedStore, openDuckDbStore } from '@neuraltrade/storage';
import { signalsConfig } from '../config';
import { createSignals, type Signals } from '../create-signals';
import { NOON } from './records';

/** A bound that no test reaches, bytes. */
const MAX_BYTES = 100_000_000;
const SECRET = 'canary-webhook-secret';

/** Signals services on a real bus and a real embedded store, whose messages and answers a test sees. */
export class SignalsRig {
  readonly #scratch = mkdtempSync(join(tmpdir(), 'neuraltrade-signals-'));
  readonly #running: Signals[] = [];
  #published = 0;
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

  /** Opens the store and begins to collect outcomes. */
  static async open(): Promise<SignalsRig> {
    const rig = new SignalsRig();
    rig.store = await openDuckDbStore({ directory: rig.#scratch });
    const { signals, outcomes } = sinkQueues(MAX_BYTES);
    // As the sink declares them, so that signals have somewhere to go.
    await rig.bus.declare([signals, outcomes, parkedQueue(MAX_BYTES), signalsQueue(MAX_BYTES)]);
    for (const [queue, take] of [
      [signals.name, () => undefined],
      [
        outcomes.name,
        (delivery: Delivery) => rig.outcomes.push(...decodeBatch('outcomes', delivery).records),
      ],
    ] as const) {
      const subscription = await rig.bus.consume(queue, { prefetch: 100 }, (delivery) => {
        take(delivery);
        subscription.ack(delivery.tag);
      });
    }
    return rig;
  }

  /** Starts a service that accepts every signal, whatever its age, and judges by two candles, unless told otherwise. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<Signals> {
    const write = (line: string): void => void this.logged.push(line);
    const signals = await createSignals({
      bus: this.bus,
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
