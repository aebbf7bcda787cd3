import { PermanentError, RetryableError } from '@neuraltrade/contracts';

/** A store that does not take or give anything now, in a sentence; nothing is lost, the same is tried again. */
export class StoreUnavailableError extends RetryableError {
  /**
   * @param message names fault, place and, where a person must act, the remedy.
   * @param needsPerson whether waiting alone cures nothing: a refused token, a missing bucket.
   * @param waitMs the store asked to be left alone for so long, ms; 0 when it did not.
   */
  constructor(
    message: string,
    readonly needsPerson: boolean,
    readonly waitMs: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A batch of which some records are older than the store keeps them, and which; the others can be written. */
export class OutOfRetentionError extends PermanentError {
  /**
   * @param message the store's words, the same for all of them.
   * @param records the old records of the batch themselves, at least one.
   */
  constructor(
    message: string,
    readonly records: readonly unknown[],
  ) {
    super('out-of-retention', message);
  }
}
