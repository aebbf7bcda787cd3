import { join } from 'node:path';
import type { MessageBus } from '@neuraltrade/messaging';
import { InferenceUnavailableError } from '@neuraltrade/inference';
import { createMlEngine, type MlEngine, tellStatus } from '@neuraltrade/ml-engine';
import type { Check, ServiceContext } from '@neuraltrade/service';
import type { MarketStore } from '@neuraltrade/storage';
import { venues } from '@neuraltrade/venues';
import type { StandaloneConfig } from './config';

/** What the engine shares with the rest of the pipeline. */
export interface MlEngineSurroundings {
  /** Where candles come from and signals go. */
  readonly bus: MessageBus;
  /** Where candles are stored. */
  readonly store: MarketStore;
  /** Whether the market is a replayed one: features then rest on what is replayed alone, and candles of any age give signals. */
  readonly isReplay: boolean;
}

/**
 * Starts the ML engine. Where no model can be run on this machine, that is said, and the pipeline goes on without signals.
 * @returns the engine's checks; none without it.
 * @throws ModelRefusedError when a model of the configuration cannot be run.
 */
export async function startMlEngine(
  { config, log, metrics, onStop }: ServiceContext<StandaloneConfig>,
  { bus, store, isReplay }: MlEngineSurroundings,
): Promise<readonly Check[]> {
  try {
    const engine: MlEngine = await createMlEngine({
      bus,
      store: isReplay ? null : store,
      replay: isReplay,
      venues: venues.map(({ name }) => name),
      config: config.mlEngine,
      shippedModel: join(__dirname, 'model'),
      program: join(__dirname, 'inference.cjs'),
      ...{ metrics, log, now: Date.now },
    });
    onStop('ml-engine', (remainingMs) => engine.stop(remainingMs / 3));
    return engine.checks;
  } catch (error) {
    if (!(error instanceof InferenceUnavailableError)) throw error;
    const detail = `There are no model signals: ${error.message}`;
    log.warn(detail);
    process.stderr.write(`${detail} Everything else works.\n`);
    const status = { state: 'down', detail, figures: {} } as const;
    onStop(
      'status of the ml-engine',
      tellStatus(bus, Date.now, () => status),
    );
    return [];
  }
}
