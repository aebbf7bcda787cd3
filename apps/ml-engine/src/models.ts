import type { MlSignal } from '@neuraltrade/contracts';
import {
  type CheckedModel,
  InferenceProcess,
  type Judgement,
  ModelRefusedError,
  readModelFolder,
} from '@neuraltrade/inference';
import type { Metrics } from '@neuraltrade/metrics';
import type { Logger } from '@neuraltrade/service';
import { type FeatureRow, modelSignal } from '@neuraltrade/strategies';
import type { MlEngineConfig } from './config';

/** Rows of one question: few enough that a budget means the same whatever came at once. */
const ROWS_TOGETHER = 64;
/** Rows that may wait for a model, far more than one turn has. */
const MAX_WAITING_ROWS = 16_384;

/** What models are run with. */
export interface ModelsOptions {
  /** Budgets. */
  readonly config: Pick<MlEngineConfig, 'INFERENCE_BUDGET_MS' | 'INFERENCE_STUCK_MS'>;
  /** Folders, the primary one first. */
  readonly folders: readonly string[];
  /** Bundle of the inference process. */
  readonly program: string;
  /** Its environment; default none. */
  readonly programEnv?: Readonly<Record<string, string>>;
  /** Counts what models do. */
  readonly metrics: Metrics;
  /** Told of lost processes. */
  readonly log: Pick<Logger, 'warn' | 'info'>;
}

/** Whether a model is the one that counts, or runs beside it. */
export type ModelRole = 'primary' | 'shadow';

interface RunningModel {
  readonly role: ModelRole;
  readonly inference: InferenceProcess;
}

/** The models that run side by side, each in a process of its own: none waits for another. */
export class Models {
  readonly #models: readonly RunningModel[];
  readonly #options: ModelsOptions;

  private constructor(models: readonly RunningModel[], options: ModelsOptions) {
    this.#models = models;
    this.#options = options;
  }

  /**
   * Reads, checks and starts the models.
   * @throws ModelRefusedError when one cannot be run; InferenceUnavailableError when none can on this machine.
   */
  static async start(options: ModelsOptions): Promise<Models> {
    const { config, folders, program, programEnv = {}, metrics, log } = options;
    const checked = await Promise.all(folders.map(readModelFolder));
    refuseEqualVersions(checked);
    const models = checked.map((model, at): RunningModel => {
      const role = at === 0 ? 'primary' : 'shadow';
      const { modelVersion } = model.manifest;
      const inference = new InferenceProcess({
        ...{ model, program, env: programEnv },
        budgetMs: config.INFERENCE_BUDGET_MS,
        stuckMs: config.INFERENCE_STUCK_MS,
        maxWaitingRows: MAX_WAITING_ROWS,
        onLost: (reason) => {
          metrics.inferenceRestarts.inc({ role });
          log.warn({ modelVersion, role, reason }, 'An inference process was lost; it is started again');
        },
      });
      return { role, inference };
    });
    const running = new Models(models, options);
    const started = await Promise.allSettled(models.map(({ inference }) => inference.start()));
    const fault = started.find((outcome) => outcome.status === 'rejected');
    if (fault === undefined) return running;
    await running.stop();
    throw fault.reason;
  }

  /** The timeframes that any model judges. */
  get timeframes(): ReadonlySet<string> {
    return new Set(this.#models.map(({ inference }) => inference.model.manifest.timeframe));
  }

  /** How many models there are. */
  get count(): number {
    return this.#models.length;
  }

  /** Why models do not judge now, of the primary one first; empty when all do. */
  faultOf(role: ModelRole): string {
    return (
      this.#models.find((model) => model.role === role && model.inference.fault !== '')?.inference.fault ?? ''
    );
  }

  /** The role of the model that gives signals of this version. */
  roleOf(modelVersion: string): ModelRole {
    const model = this.#models.find(
      ({ inference }) => inference.model.manifest.modelVersion === modelVersion,
    );
    return model?.role ?? 'shadow';
  }

  /**
   * The signals that each model gives on these rows, null where it is silent: a promise for each model, so that none has to wait
   * for another. It rejects when the models are stopped meanwhile.
   */
  judge(rows: readonly FeatureRow[]): Promise<(MlSignal | null)[]>[] {
    return this.#models.map((model) => this.#judgeBy(model, rows));
  }

  /** Ends every process. */
  async stop(): Promise<void> {
    await Promise.all(this.#models.map(({ inference }) => inference.stop()));
  }

  async #judgeBy(
    { role, inference }: RunningModel,
    rows: readonly FeatureRow[],
  ): Promise<(MlSignal | null)[]> {
    const { manifest } = inference.model;
    const places = rows.flatMap(({ candle }, at) => (candle.timeframe === manifest.timeframe ? [at] : []));
    const judged: Promise<Judgement[]>[] = [];
    for (let at = 0; at < places.length; at += ROWS_TOGETHER) {
      const some = places.slice(at, at + ROWS_TOGETHER).map((place) => rows[place] as FeatureRow);
      judged.push(inference.judge(some));
    }
    const judgements = (await Promise.all(judged)).flat();
    const signals = rows.map((): MlSignal | null => null);
    const { metrics } = this.#options;
    places.forEach((place, at) => {
      const judgement = judgements[at] as Judgement;
      if (judgement.probabilities === null) {
        // Whoever asked gives the candles back.
        if (judgement.reason === 'stopped') throw new Error('The models were stopped');
        metrics.signalsWithheld.inc({ role, reason: judgement.reason });
        return;
      }
      const { probabilities, inferenceTimeMs } = judgement;
      metrics.inferenceSeconds.observe({ role }, inferenceTimeMs / 1_000);
      signals[place] = modelSignal(rows[place] as FeatureRow, probabilities, manifest, inferenceTimeMs);
    });
    return signals;
  }
}

/** Signals are told apart by it. */
function refuseEqualVersions(models: readonly CheckedModel[]): void {
  for (const [at, { folder, manifest }] of models.entries()) {
    const other = models.slice(0, at).find((model) => model.manifest.modelVersion === manifest.modelVersion);
    if (other === undefined) continue;
    throw new ModelRefusedError(
      `The models in ${other.folder} and ${folder} are both called ${manifest.modelVersion}: give each a modelVersion of its own.`,
    );
  }
}
