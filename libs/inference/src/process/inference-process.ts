import { fullJitterMs } from '@neuraltrade/backpressure';
import { type FeatureRow, readProbabilities } from '@neuraltrade/strategies';
import type { CheckedModel } from '../model/model-folder';
import { Child, type RowsAnswer } from './child';
import { InferenceRequest, type Judgement, type UnjudgedReason } from './inference-request';

const RESTART_BASE_MS = 200;
const RESTART_MAX_MS = 30_000;

/** How a model is run. */
export interface InferenceOptions {
  /** The model. */
  readonly model: CheckedModel;
  /** Path of the bundle of the inference process. */
  readonly program: string;
  /** A row that is not judged after this time has no judgement, ms. */
  readonly budgetMs: number;
  /** A process that does not answer a question for this time is ended and replaced, ms. */
  readonly stuckMs: number;
  /** Most rows that wait or are judged at a time. */
  readonly maxWaitingRows: number;
  /** Told why the process was lost; it is started again after a while. */
  readonly onLost: (reason: string) => void;
  /** The environment of the process; default none. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * One model in a process of its own. A model that computes for ever can be stopped in no other way: a thread that does not return
 * from native code keeps its whole process from ending.
 */
export class InferenceProcess {
  readonly #options: InferenceOptions;
  readonly #waiting: InferenceRequest[] = [];
  #child: Child | null = null;
  #ready = false;
  #begun = false;
  #stopped = false;
  #asked: InferenceRequest | null = null;
  #stuck: NodeJS.Timeout | undefined;
  #restart: NodeJS.Timeout | undefined;
  #losses = 0;
  #rows = 0;
  #fault = 'The model is not loaded yet.';

  /** Does nothing yet. */
  constructor(options: InferenceOptions) {
    this.#options = options;
  }

  /** The model. */
  get model(): CheckedModel {
    return this.#options.model;
  }

  /** Why nothing can be judged now; empty when it can. */
  get fault(): string {
    return this.#fault;
  }

  /** Its process id; undefined while there is none. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Starts it and loads the model; when that fails nothing is tried again.
   * @throws ModelRefusedError when the model cannot be run; InferenceUnavailableError when none can on this machine.
   */
  async start(): Promise<void> {
    await this.#open();
    this.#begun = true;
  }

  /** Judges rows, at most as many at once as may wait. Never rejects: a row that cannot be judged says why. */
  judge(rows: readonly FeatureRow[]): Promise<Judgement[]> {
    return new Promise((resolve) => {
      const request = new InferenceRequest(rows, this.#options.budgetMs, (judgements) => {
        this.#rows -= rows.length;
        resolve(judgements);
      });
      this.#rows += rows.length;
      const refusal = this.#refusal();
      if (refusal !== null) return request.settle(refusal);
      this.#waiting.push(request);
      this.#proceed();
    });
  }

  /** Ends the process, whatever it is doing; rows that wait are not judged. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#fault = 'The model is not run any more.';
    clearTimeout(this.#restart);
    clearTimeout(this.#stuck);
    this.#settleAll('stopped');
    await this.#child?.kill();
  }

  #settleAll(reason: UnjudgedReason): void {
    this.#asked?.settle(reason);
    this.#asked = null;
    for (const request of this.#waiting.splice(0)) request.settle(reason);
  }

  /** What is known to come to nothing is said at once: whoever asks has other models to listen to. */
  #refusal(): UnjudgedReason | null {
    if (this.#stopped) return 'stopped';
    if (!this.#ready) return 'unavailable';
    if (this.#asked?.answered === true) return 'late';
    return this.#rows > this.#options.maxWaitingRows ? 'overloaded' : null;
  }

  async #open(): Promise<void> {
    const { model, program, env = {} } = this.#options;
    const child = new Child({
      ...{ model, program, env },
      onAnswer: (answer) => {
        if (this.#child === child) this.#take(answer);
      },
    });
    this.#child = child;
    void child.ended.then((how) => {
      if (this.#child === child) this.#lose(how);
    });
    await child.loaded;
    this.#ready = true;
    this.#fault = '';
    this.#proceed();
  }

  #proceed(): void {
    if (!this.#ready || this.#asked !== null) return;
    let next = this.#waiting.shift();
    // Nobody waits any more for those that are late already.
    while (next?.answered === true) next = this.#waiting.shift();
    if (next === undefined) return;
    this.#asked = next;
    const { stuckMs } = this.#options;
    this.#stuck = setTimeout(() => {
      void this.#child?.kill();
      this.#lose(`it did not answer for ${stuckMs} ms`);
    }, stuckMs);
    this.#child?.ask(next.rows);
  }

  #take(answer: RowsAnswer): void {
    const request = this.#asked;
    clearTimeout(this.#stuck);
    this.#asked = null;
    this.#losses = 0;
    if (answer.kind === 'failed') request?.settle('failed');
    else request?.settle(this.#read(answer.outputs, answer.timesMs));
    this.#proceed();
  }

  #read(outputs: Float32Array, timesMs: Float64Array): Judgement[] {
    const { classes } = this.model.manifest;
    return Array.from(timesMs, (inferenceTimeMs, row): Judgement => {
      const columns = outputs.subarray(row * classes.length, (row + 1) * classes.length);
      const probabilities = readProbabilities(columns, classes);
      return probabilities === null
        ? { probabilities, reason: 'invalid-output' }
        : { probabilities, inferenceTimeMs };
    });
  }

  /** Nothing that was asked will be answered. */
  #lose(reason: string): void {
    clearTimeout(this.#stuck);
    this.#child = null;
    this.#ready = false;
    this.#settleAll('failed');
    if (this.#stopped || !this.#begun) return;
    this.#losses += 1;
    this.#fault = `The inference process was lost: ${reason}.`;
    this.#options.onLost(reason);
    const waitMs = fullJitterMs(this.#losses, RESTART_BASE_MS, RESTART_MAX_MS, Math.random);
    // One that cannot load ends, which is its next loss.
    this.#restart = setTimeout(() => void this.#open().catch(() => undefined), waitMs);
  }
}
