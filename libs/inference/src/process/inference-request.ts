import type { FeatureRow, ModelProbabilities } from '@neuraltrade/strategies';

/**
 * Why a row has no judgement.
 * late: it was not there within the budget, or the model is busy with rows that are late already. overloaded: too many rows wait.
 * failed: the model threw, or took its process along. unavailable: its process is being replaced. invalid-output: what it said is
 * no probability distribution. stopped: nothing is judged any more.
 */
export const UNJUDGED_REASONS = [
  'late',
  'overloaded',
  'failed',
  'unavailable',
  'invalid-output',
  'stopped',
] as const;

/** One of {@link UNJUDGED_REASONS}. */
export type UnjudgedReason = (typeof UNJUDGED_REASONS)[number];

/** What became of one row. */
export type Judgement =
  | {
      /** What the model says. */
      readonly probabilities: ModelProbabilities;
      /** Time that the model took for this row, ms. */
      readonly inferenceTimeMs: number;
    }
  | {
      /** It says nothing. */
      readonly probabilities: null;
      /** Why. */
      readonly reason: UnjudgedReason;
    };

/** Rows of one question, and who waits for them until when. */
export class InferenceRequest {
  /** The rows as they are sent, one after the other. */
  readonly rows: Float32Array;
  /** How many rows. */
  readonly count: number;
  #answered = false;
  readonly #deadline: NodeJS.Timeout;
  readonly #answer: (judgements: Judgement[]) => void;

  /**
   * @param given what is asked.
   * @param budgetMs when the time is over they are late.
   * @param answer told once.
   */
  constructor(given: readonly FeatureRow[], budgetMs: number, answer: (judgements: Judgement[]) => void) {
    this.count = given.length;
    this.rows = Float32Array.from(given.flatMap(({ values }) => [...values]));
    this.#answer = answer;
    this.#deadline = setTimeout(() => this.settle('late'), budgetMs);
  }

  /** Whether nobody waits any more. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Gives the answer, unless there was one: a judgement for each row, or one reason for all. */
  settle(answer: Judgement[] | UnjudgedReason): void {
    if (this.#answered) return;
    this.#answered = true;
    clearTimeout(this.#deadline);
    this.#answer(
      typeof answer === 'string'
        ? Array.from({ length: this.count }, () => ({ probabilities: null, reason: answer }))
        : answer,
    );
  }
}
