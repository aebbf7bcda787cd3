import { mlEngineQueue, type MlSignal, parkedQueue, sinkQueues } from '@neuraltrade/contracts';
import { BatchConsumer, type MessageBus } from '@neuraltrade/messaging';
import type { Metrics } from '@neuraltrade/metrics';
import type { Check, Logger } from '@neuraltrade/service';
import type { MarketStore } from '@neuraltrade/storage';
import { CandleHistory } from './candle-history';
import { CandleJudge } from './candle-judge';
import type { MlEngineConfig } from './config';
import { FeatureBook } from './feature-book';
import { type EngineStatus, InferenceTimes, tellStatus } from './figures';
import { Models } from './models';

/** Unanswered messages: enough for the candles that many symbols close at the same instant. */
const PREFETCH = 1_024;
/** Messages of a turn. */
const MAX_BATCH = 256;

/** What an ML engine is made of. */
export interface MlEngineDeps {
  /** Where final candles come from and signals go. */
  readonly bus: MessageBus;
  /** Where stored candles are read for features to begin with; null = features depend on the candles that come alone. */
  readonly store: Pick<MarketStore, 'candles'> | null;
  /** Whether candles are of the past by nature, so that any age gives a signal. */
  readonly replay: boolean;
  /** Names of the venues whose candles may come. */
  readonly venues: readonly string[];
  /** Settings. */
  readonly config: MlEngineConfig;
  /** The folder of the model that comes with the project. */
  readonly shippedModel: string;
  /** Bundle of the inference process. */
  readonly program: string;
  /** Its environment; default none. */
  readonly programEnv?: Readonly<Record<string, string>>;
  /** Where everything is counted. */
  readonly metrics: Metrics;
  /** Where faults are told. */
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** The wall clock, ms UTC. */
  readonly now: () => number;
}

/** A running ML engine. */
export interface MlEngine {
  /** Ready when final candles are consumed and the primary model judges. */
  readonly checks: readonly Check[];
  /** Finishes the candles at hand, at most `timeoutMs` long, and ends: the rest stays in the queue. */
  stop(timeoutMs: number): Promise<void>;
}

/**
 * Starts the engine: final candles in, signals of every model out.
 * @throws ModelRefusedError when a model cannot be run; InferenceUnavailableError when none can on this machine; what the bus
 *   throws when the queue exists with other settings.
 */
export async function createMlEngine(deps: MlEngineDeps): Promise<MlEngine> {
  const { bus, config, log, metrics, now } = deps;
  const folders = config.MODEL_PATH.length === 0 ? [deps.shippedModel] : config.MODEL_PATH;
  const models = await Models.start({ ...deps, folders });
  const history = deps.store === null ? null : new CandleHistory({ store: deps.store, metrics, log });
  const book = new FeatureBook({ maxSeries: config.MAX_SERIES, venues: deps.venues, history, metrics });
  const cut = new AbortController();
  const times = new InferenceTimes();
  let signalled = 0;
  const onSignals = (signals: readonly MlSignal[]): void => {
    signalled += signals.length;
    for (const { modelVersion, signalType, inferenceTimeMs } of signals) {
      times.add(inferenceTimeMs);
      metrics.signals.inc({ role: models.roleOf(modelVersion), type: signalType });
    }
  };
  const judge = new CandleJudge({
    ...{ bus, book, models, metrics, log, now, onSignals, venues: deps.venues },
    cut: cut.signal,
    maxCandleAgeMs: deps.replay ? null : config.MAX_CANDLE_AGE_MS,
  });
  const queue = mlEngineQueue(config.QUEUE_MAX_BYTES);
  const consumer = new BatchConsumer({
    ...{ bus, queue, prefetch: PREFETCH, maxBatch: MAX_BATCH },
    topology: [queue, sinkQueues(config.QUEUE_MAX_BYTES).signals, parkedQueue(config.QUEUE_MAX_BYTES)],
    handle: (deliveries) => judge.judge(deliveries),
    onFault: (fault) => {
      if (fault === '') log.info('Final candles are consumed.');
      else log.warn({ fault }, 'Final candles are not consumed now');
    },
  });
  const fault = (): string => consumer.fault || models.faultOf('primary');
  const status = (): EngineStatus => ({
    state: fault() === '' ? 'up' : 'degraded',
    detail: fault() || models.faultOf('shadow'),
    figures: {
      models: models.count,
      signals: signalled,
      series: book.size,
      waitingMessages: consumer.waiting,
      inferenceP50Ms: times.quantile(0.5),
      inferenceP99Ms: times.quantile(0.99),
    },
  });
  try {
    await consumer.start();
  } catch (error) {
    await models.stop();
    throw error;
  }
  const endStatus = tellStatus(bus, now, status);
  return {
    checks: [{ name: 'ml-engine', probe: () => ({ ok: fault() === '', reason: fault() }) }],
    stop: async (timeoutMs) => {
      // A model may take its whole budget, and a broker that is away any time: neither is waited for beyond this.
      const timer = setTimeout(() => {
        cut.abort();
        void models.stop();
      }, timeoutMs);
      await consumer.stop();
      clearTimeout(timer);
      endStatus();
      await models.stop();
    },
  };
}
