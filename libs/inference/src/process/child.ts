import { type ChildProcess, fork } from 'node:child_process';
import { FEATURE_COUNT } from '@neuraltrade/strategies';
import type { CheckedModel } from '../model/model-folder';
import { ModelRefusedError } from '../model/model-refused-error';
import type { InferenceAnswer, InferenceCommand } from './protocol';
import { InferenceUnavailableError } from './unavailable-error';

/** Reading a model may compute what is constant in it: one that does not end is given up, ms. */
const LOAD_DEADLINE_MS = 60_000;
const STDERR_KEPT = 2_000;

/** How an inference process is started. */
export interface ChildOptions {
  /** Path of its bundle. */
  readonly program: string;
  /** Its whole environment: none of our secrets. */
  readonly env: Readonly<Record<string, string>>;
  /** What it loads. */
  readonly model: CheckedModel;
  /** Told of each answer about rows. */
  readonly onAnswer: (answer: RowsAnswer) => void;
}

/** What it says about rows. */
export type RowsAnswer = Extract<InferenceAnswer, { kind: 'results' | 'failed' }>;

/** One inference process with one model. */
export class Child {
  /** Settles when the model is loaded. Rejects with ModelRefusedError or InferenceUnavailableError when it will not be; then it ends. */
  readonly loaded: Promise<void>;
  /** Settles when it has ended, with how. */
  readonly ended: Promise<string>;
  readonly #process: ChildProcess;
  #stderr = '';

  /** Starts it and loads the model. */
  constructor({ program, env, model, onAnswer }: ChildOptions) {
    this.#process = fork(program, [], {
      env: { ...env },
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-STDERR_KEPT);
    });
    this.ended = new Promise((resolve) => {
      this.#process.once('error', (error) => resolve(`it cannot be started (${error.message})`));
      this.#process.once('close', (code, signal) =>
        resolve(`${signal ?? `exit code ${code}`}${this.#lastWords()}`),
      );
    });
    this.loaded = this.#load(model, onAnswer);
    // Whoever stops it meanwhile does not wait for this.
    this.loaded.catch(() => this.#process.kill('SIGKILL'));
  }

  /** Its process id; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Asks about rows, one question at a time; one that has just ended is asked in vain. */
  ask(rows: Float32Array): void {
    this.#send({ kind: 'run', rows });
  }

  /** Ends it by force, whatever it is doing, and waits until it has. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.ended;
  }

  async #load({ folder, manifest, onnx }: CheckedModel, onAnswer: ChildOptions['onAnswer']): Promise<void> {
    const { input, output, classes } = manifest;
    const shape = { input, output, features: FEATURE_COUNT, columns: classes.length };
    let deadline: NodeJS.Timeout | undefined;
    const answered = new Promise<void>((resolve, reject) => {
      const refuse = (detail: string): void =>
        reject(new ModelRefusedError(`The model in ${folder} is refused: ${detail}.`));
      deadline = setTimeout(
        () => refuse(`it is not loaded after ${LOAD_DEADLINE_MS / 1_000} s`),
        LOAD_DEADLINE_MS,
      );
      this.#process.on('message', (message) => {
        const answer = message as InferenceAnswer;
        if (answer.kind === 'ready') resolve();
        else if (answer.kind !== 'refused') onAnswer(answer);
        else if (answer.fault === 'model') refuse(answer.detail);
        else reject(new InferenceUnavailableError(`${answer.detail}.`));
      });
      void this.ended.then((how) =>
        reject(
          new InferenceUnavailableError(`The inference process ended before it had loaded a model: ${how}.`),
        ),
      );
    });
    this.#send({ kind: 'load', onnx, shape });
    await answered.finally(() => clearTimeout(deadline));
  }

  #send(command: InferenceCommand): void {
    if (this.#process.connected) this.#process.send(command, () => undefined);
  }

  #lastWords(): string {
    const line = this.#stderr.trim().split('\n').at(-1) ?? '';
    return line === '' ? '' : `: ${line.slice(0, 200)}`;
  }
}
