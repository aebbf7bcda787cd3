import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AMQP_EXCHANGES,
  type BatchKind,
  type BatchRecords,
  type Candle,
  type ComponentStatus,
  encodeBatch,
  type Gap,
  type MlSignal,
  parkedQueue,
  type ProcessedTick,
  routingKeys,
  type SignalOutcome,
} from '@neuraltrade/contracts';
import { createInProcessBus, type MessageBus } from '@neuraltrade/messaging';
import { createMetrics, type Metrics } from '@neuraltrade/metrics';
import { createLogger } from '@neuraltrade/service';
import { type MarketStore, openDuckDbStore } from '@neuraltrade/storage';
import { type ClientLimits, dashboardConfig } from '../config';
import { createDashboard, type Dashboard, type DashboardDeps } from '../dashboard';

const PAGE_SOURCES = join(__dirname, '../../page');

/** What a test wants to be otherwise. */
export interface RunningDashboardOptions extends Partial<
  Pick<DashboardDeps, 'mode' | 'now' | 'operations' | 'symbols' | 'storeReady' | 'readToken' | 'log'>
> {
  /** Environment variables; the port is any free one unless PORT says otherwise. */
  readonly env?: Readonly<Record<string, string>>;
  /** Other limits. */
  readonly limits?: Partial<ClientLimits>;
  /** The built page; the sources, which have no script, unless given. */
  readonly pageDirectory?: string;
  /** Called with the store before the dashboard starts. */
  readonly prepare?: (store: MarketStore) => Promise<void>;
}

/** A dashboard on a real bus and a real store, and what a test does to it. */
export class RunningDashboard {
  private messageId = 0;

  private constructor(
    /** The gateway. */
    readonly dashboard: Dashboard,
    /** Its bus. */
    readonly bus: MessageBus,
    /** Its store. */
    readonly store: MarketStore,
    /** Its metrics. */
    readonly metrics: Metrics,
    private readonly directory: string,
  ) {}

  /** Starts everything; the caller owes a stop(). */
  static async start(options: RunningDashboardOptions = {}): Promise<RunningDashboard> {
    const directory = await mkdtemp(join(tmpdir(), 'neuraltrade-dashboard-'));
    const metrics = createMetrics();
    const bus = createInProcessBus({ dataDir: null, metrics });
    const store = await openDuckDbStore({ directory });
    const config = dashboardConfig({ PORT: '0', ...options.env });
    try {
      await bus.declare([parkedQueue(10_000_000)]);
      await options.prepare?.(store);
      const dashboard = await createDashboard({
        bus,
        store,
        mode: options.mode ?? 'simulated',
        config: { ...config, limits: { ...config.limits, ...options.limits } },
        metrics,
        log: options.log ?? createLogger({ name: 'test', level: 'silent' }),
        now: options.now ?? Date.now,
        pageDirectory: options.pageDirectory ?? PAGE_SOURCES,
        ...(options.operations && { operations: options.operations }),
        ...(options.symbols && { symbols: options.symbols }),
        ...(options.storeReady && { storeReady: options.storeReady }),
        ...(options.readToken && { readToken: options.readToken }),
      });
      return new RunningDashboard(dashboard, bus, store, metrics, directory);
    } catch (error) {
      await release(bus, store, directory);
      throw error;
    }
  }

  /** Publishes trades. */
  async trade(...ticks: ProcessedTick[]): Promise<void> {
    const [first] = ticks;
    if (first === undefined) return;
    await this.publish(AMQP_EXCHANGES.ticks, routingKeys.tick(first.exchange, first.symbol), 'ticks', ticks);
  }

  /** Publishes candles. */
  async candle(...candles: Candle[]): Promise<void> {
    for (const candle of candles) {
      const { state, timeframe, exchange, symbol } = candle;
      const key =
        state === 'partial'
          ? routingKeys.partialCandles(exchange)
          : routingKeys.candle(state, timeframe, exchange, symbol);
      await this.publish(AMQP_EXCHANGES.ohlcv, key, 'candles', [candle]);
    }
  }

  /** Publishes a component's word. */
  async status(status: ComponentStatus): Promise<void> {
    await this.publish(AMQP_EXCHANGES.events, routingKeys.status(status.component), 'status', [status]);
  }

  /** Publishes a gap. */
  async gap(gap: Gap): Promise<void> {
    await this.publish(AMQP_EXCHANGES.events, routingKeys.gap(gap.exchange, gap.symbol), 'gaps', [gap]);
  }

  /** Publishes signals. */
  async signal(...signals: MlSignal[]): Promise<void> {
    for (const one of signals)
      await this.publish(AMQP_EXCHANGES.signals, routingKeys.signal(one.exchange, one.symbol), 'signals', [
        one,
      ]);
  }

  /** Publishes outcomes. */
  async outcome(...outcomes: SignalOutcome[]): Promise<void> {
    for (const one of outcomes)
      await this.publish(AMQP_EXCHANGES.signals, routingKeys.outcome(one.exchange, one.symbol), 'outcomes', [
        one,
      ]);
  }

  /** Publishes a batch of any kind under any key. */
  async publish<K extends BatchKind>(
    amqpExchange: (typeof AMQP_EXCHANGES)[keyof typeof AMQP_EXCHANGES],
    routingKey: string,
    kind: K,
    records: readonly BatchRecords[K][],
  ): Promise<void> {
    this.messageId += 1;
    const messageId = String(this.messageId);
    await this.bus.publish({ amqpExchange, routingKey, messageId, ...encodeBatch(kind, records) });
  }

  /** Asks the gateway over HTTP. */
  get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.dashboard.port}${path}`, init);
  }

  /** The JSON that a path answers with. */
  async json<T>(path: string): Promise<T> {
    return (await (await this.get(path)).json()) as T;
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    await this.dashboard.stop();
    await release(this.bus, this.store, this.directory);
  }
}

async function release(bus: MessageBus, store: MarketStore, directory: string): Promise<void> {
  await bus.close();
  await store.close();
  await rm(directory, { recursive: true, force: true });
}

/** Waits until `probe` gives something other than nothing or false, and resolves to it. @throws Error after `deadlineMs`. */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  deadlineMs = 10_000,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const found = await probe();
    if (found !== false && found !== null && found !== undefined)
      return found as Exclude<T, false | null | undefined>;
    if (Date.now() > deadline) throw new Error(`Waited ${deadlineMs} ms in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
