import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import {
  AMQP_EXCHANGES,
  type BatchKind,
  type BatchRecords,
  encodeBatch,
  parkedQueue,
  routingKeys,
  type sinkQueues,
} from '@neuraltrade/contracts';
import {
  createInProcessBus,
  type Delivery,
  type MessageBus,
  type OutgoingMessage,
} from '@neuraltrade/messaging';
import { createMetrics, type Metrics } from '@neuraltrade/metrics';
import { type MarketStore, openDuckDbStore } from '@neuraltrade/storage';
import { sinkConfig } from '../config';
import type { StoredKind } from '../lane';
import { createSink, type Sink, type SinkDeps } from '../sink';
import { MINUTE } from './records';
import { ScriptedStore } from './scripted-store';

type SinkQueue = keyof ReturnType<typeof sinkQueues>;

/** A bound that no test reaches, bytes. */
const MAX_BYTES = 100_000_000;

/** A sink on a real bus and a real embedded store, whose writes a test can fail, hold and see. */
export class SinkRig {
  readonly #scratch = mkdtempSync(join(tmpdir(), 'neuraltrade-sink-'));
  readonly #sinks: Sink[] = [];
  #published = 0;
  /** Counts of everything. */
  readonly metrics: Metrics = createMetrics();
  /** The bus. */
  readonly bus: MessageBus = createInProcessBus({ dataDir: null, metrics: this.metrics });
  /** What was logged: level and message. */
  readonly logged: string[] = [];
  /** The store with the faults of the test. */
  store!: ScriptedStore;

  /** Opens the embedded store, or takes another one over. */
  async open(store?: MarketStore): Promise<this> {
    this.store = new ScriptedStore(store ?? (await openDuckDbStore({ directory: this.#scratch })));
    return this;
  }

  /** Starts a sink with quick retries; the others settings as told. */
  async start(
    env: Record<string, string> = {},
    bus: MessageBus = this.bus,
    gate: Pick<SinkDeps, 'storeReady' | 'longestHoldMs' | 'peer'> = {},
  ): Promise<Sink> {
    const write = (level: string) => (_fields: object, message: string) =>
      void this.logged.push(`${level} ${message}`);
    const sink = await createSink({
      ...gate,
      bus,
      store: this.store,
      log: { info: write('info'), warn: write('warn'), error: write('error') },
      metrics: this.metrics,
      now: () => MINUTE + 5_020,
      config: sinkConfig({ WRITE_FLUSH_MS: '20', RETRY_JITTER_MS: '1', MAX_RETRY_DELAY_MS: '5', ...env }),
    });
    this.#sinks.push(sink);
    return sink;
  }

  /** Publishes records of one kind as the processor does, in one message. */
  async publish<K extends StoredKind>(kind: K, records: readonly BatchRecords[K][]): Promise<void> {
    await this.send({ ...encodeBatch<BatchKind>(kind, records), ...ROUTES[kind] });
  }

  /** Publishes a message as told. */
  async send(message: Omit<OutgoingMessage, 'messageId'>): Promise<void> {
    this.#published += 1;
    const outcome = await this.bus.publish({ ...message, messageId: `test-${this.#published}` });
    expect(outcome).toBe('confirmed');
  }

  /** How full a queue of the sink is. */
  async depth(queue: SinkQueue): Promise<{ ready: number; unacked: number }> {
    const { ready, unacked } = await this.bus.depth(`influx-sink.${queue}`);
    return { ready, unacked };
  }

  /** Waits until nothing is left in a queue. */
  async drained(queue: SinkQueue): Promise<void> {
    await eventually(async () => expect(await this.depth(queue)).toEqual({ ready: 0, unacked: 0 }));
  }

  /** The account of what came for one kind of record, as a scrape shows it. */
  async ledger(
    kind: StoredKind,
  ): Promise<{ received: number; settled: Record<string, number>; inFlight: number }> {
    const page = await this.metrics.registry.metrics();
    const stage = `stage="sink-${kind}"`;
    const valueOf = (name: string): number =>
      Number(new RegExp(`^neuraltrade_records_${name}\\{${stage}\\} (\\d+)$`, 'm').exec(page)?.[1] ?? NaN);
    const rejected = page.matchAll(
      new RegExp(`^neuraltrade_records_rejected_total\\{${stage},reason="([a-z-]+)"\\} (\\d+)$`, 'gm'),
    );
    return {
      received: valueOf('received_total'),
      settled: {
        confirmed: valueOf('confirmed_total'),
        ...Object.fromEntries([...rejected].map(([, reason = '', count]) => [reason, Number(count)])),
      },
      inFlight: valueOf('in_flight'),
    };
  }

  /** The messages that were set aside. */
  async parked(): Promise<Delivery[]> {
    const parked: Delivery[] = [];
    const queue = parkedQueue(MAX_BYTES).name;
    const { ready } = await this.bus.depth(queue);
    const reader = await this.bus.consume(queue, { prefetch: 1_000 }, (delivery) => parked.push(delivery));
    await eventually(() => expect(parked.length).toBe(ready));
    await reader.close();
    return parked;
  }

  /** Closes the store and reads the ids of its ticks past it, in order. */
  async storedTradeIds(): Promise<number[]> {
    await this.store.close();
    const instance = await DuckDBInstance.create(join(this.#scratch, 'market.duckdb'));
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll('SELECT trade_id::DOUBLE FROM ticks ORDER BY 1');
    connection.closeSync();
    instance.closeSync();
    return reader.getRows().map(([id]) => id as number);
  }

  /** Stops everything that was started. */
  async dispose(): Promise<void> {
    this.store.heal();
    for (const sink of this.#sinks) await sink.stop();
    await this.store.close();
    await this.bus.close();
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}

const ROUTES = {
  ticks: {
    amqpExchange: AMQP_EXCHANGES.ticks,
    routingKey: routingKeys.tick('binance', 'BTC/USDT'),
  },
  candles: {
    amqpExchange: AMQP_EXCHANGES.ohlcv,
    routingKey: routingKeys.candle('final', '1m', 'binance', 'BTC/USDT'),
  },
  gaps: { amqpExchange: AMQP_EXCHANGES.events, routingKey: routingKeys.gap('binance', 'BTC/USDT') },
  signals: { amqpExchange: AMQP_EXCHANGES.signals, routingKey: routingKeys.signal('binance', 'BTC/USDT') },
  outcomes: { amqpExchange: AMQP_EXCHANGES.signals, routingKey: routingKeys.outcome('binance', 'BTC/USDT') },
} as const;

/** Waits until the expectation holds; after ten seconds it fails with the expectation's own words. */
export async function eventually(expectation: () => void | Promise<void>): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      await expectation();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** The candles that a store holds of the series that the example records belong to. */
export function storedCandles(store: MarketStore): ReturnType<MarketStore['candles']> {
  return store.candles({ exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1m', limit: 100 });
}
