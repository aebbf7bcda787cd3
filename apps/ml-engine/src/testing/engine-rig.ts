import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AMQP_EXCHANGES,
  type Candle,
  decodeBatch,
  encodeBatch,
  mlEngineQueue,
  type MlSignal,
  routingKeys,
  sinkQueues,
} from '@neuraltrade/contracts';
import { buildInferenceProgram, type InferenceProgram, writeSampleModel } from '@neuraltrade/inference';
import { createInProcessBus, type MessageBus } from '@neuraltrade/messaging';
import { createMetrics, type Metrics } from '@neuraltrade/metrics';
import { mlEngineConfig } from '../config';
import { createMlEngine, type MlEngine, type MlEngineDeps } from '../create-ml-engine';

const QUEUE = mlEngineQueue(10_000_000);
const SIGNALS = sinkQueues(10_000_000).signals;

/** A bus, a sample model and what became of the candles that were published on the bus. */
export class EngineRig {
  /** Where candles are published and signals come out. */
  readonly bus: MessageBus = createInProcessBus({ dataDir: null });
  /** What the engines count. */
  readonly metrics: Metrics = createMetrics();
  /** Every signal that was confirmed, in order. */
  readonly signals: MlSignal[] = [];
  /** What the engines logged. */
  readonly log: string[] = [];
  private readonly engines: MlEngine[] = [];
  private static built: InferenceProgram | null = null;

  private constructor(
    /** For model folders and stores. */
    readonly directory: string,
    /** The folder of a model that works. */
    readonly model: string,
  ) {}

  /** Makes one, with its queues. */
  static async open(): Promise<EngineRig> {
    EngineRig.built ??= buildInferenceProgram();
    const directory = await mkdtemp(join(tmpdir(), 'ml-engine-'));
    const rig = new EngineRig(directory, await writeSampleModel(join(directory, 'model')));
    await rig.bus.declare([QUEUE, SIGNALS]);
    const subscription = await rig.bus.consume(SIGNALS.name, { prefetch: 1_000 }, (delivery) => {
      rig.signals.push(...decodeBatch('signals', delivery).records);
      subscription.ack(delivery.tag);
    });
    return rig;
  }

  /** Removes what all of them share. */
  static remove(): void {
    EngineRig.built?.remove();
    EngineRig.built = null;
  }

  /** Starts an engine, by default without a store and with candles of any age. */
  async start(changes: Partial<MlEngineDeps> = {}, env: Record<string, string> = {}): Promise<MlEngine> {
    const { program, env: programEnv } = EngineRig.built as InferenceProgram;
    const tell = (fields: object, message = ''): void =>
      void this.log.push(`${JSON.stringify(fields)} ${message}`);
    const engine = await createMlEngine({
      bus: this.bus,
      store: null,
      replay: true,
      venues: ['binance', 'kraken'],
      config: mlEngineConfig({ QUEUE_MAX_BYTES: String(QUEUE.maxBytes), ...env }),
      shippedModel: this.model,
      ...{ program, programEnv },
      metrics: this.metrics,
      log: { info: tell, warn: tell } as MlEngineDeps['log'],
      now: Date.now,
      ...changes,
    });
    this.engines.push(engine);
    return engine;
  }

  /** Publishes candles, a message each. */
  async publish(candles: readonly Candle[]): Promise<void> {
    for (const candle of candles) await this.publishBatch([candle]);
  }

  /** Publishes candles of one symbol and timeframe as one message. */
  async publishBatch(candles: readonly Candle[]): Promise<void> {
    const [{ timeframe, exchange, symbol }] = candles as [Candle];
    await this.bus.publish({
      amqpExchange: AMQP_EXCHANGES.ohlcv,
      routingKey: routingKeys.candle('final', timeframe, exchange, symbol),
      messageId: 'candles',
      ...encodeBatch('candles', candles),
    });
  }

  /** Resolves when every candle published so far has its answer. */
  async settled(): Promise<void> {
    await this.until('every answer', async () => {
      const { ready, unacked } = await this.bus.depth(QUEUE.name);
      const signals = await this.bus.depth(SIGNALS.name);
      return ready + unacked + signals.ready + signals.unacked === 0;
    });
  }

  /** Waits for a condition. */
  async until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = performance.now() + 20_000;
    while (!(await condition())) {
      if (performance.now() > deadline) throw new Error(`Waited 20 s in vain: ${what}.`);
      await sleep(5);
    }
  }

  /** The records that the engine's account has under each outcome; those of none are left out. */
  async account(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const line of (await this.metrics.registry.metrics()).split('\n')) {
      const match =
        /^neuraltrade_records_(\w+?)(?:_total)?\{stage="ml-engine"(?:,reason="([\w-]+)")?\} (\d+)/.exec(line);
      const [, outcome = '', reason = outcome, count = '0'] = match ?? [];
      if (Number(count) > 0) counts[reason] = Number(count);
    }
    return counts;
  }

  /** The value of a metric's line that begins so; 0 without it. */
  async metric(beginning: string): Promise<number> {
    const page = await this.metrics.registry.metrics();
    const line = page.split('\n').find((text) => text.startsWith(`neuraltrade_${beginning}`));
    return Number(line?.slice(line.lastIndexOf(' ') + 1) ?? 0);
  }

  /** Ends the engines and removes what was stored. */
  async dispose(): Promise<void> {
    await Promise.all(this.engines.splice(0).map((engine) => engine.stop(100)));
    await this.bus.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}
