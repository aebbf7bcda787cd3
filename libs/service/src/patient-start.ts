import { RetryableError } from '@neuraltrade/contracts';
import type { Logger } from './logger';
import type { Check } from './operations';

const WAIT_MS = 1_000;

/** What a patient start needs of its service. */
export interface PatientStartContext {
  /** Told of each new reason. */
  readonly log: Pick<Logger, 'warn'>;
  /** Takes the check that says why it is not started yet. */
  readonly addChecks: (checks: readonly Check[]) => void;
}

/**
 * Starts again and again what fails because a peer is not there yet or went away amid the start, such as a broker that
 * restarts: leaving would only have the process started again, over and over.
 * @param start may be called again after it has thrown a RetryableError.
 * @throws whatever else it throws.
 */
export async function startPatiently<T>(
  { log, addChecks }: PatientStartContext,
  start: () => Promise<T>,
): Promise<T> {
  let reason = '';
  addChecks([{ name: 'start', probe: () => ({ ok: reason === '', reason }) }]);
  for (;;) {
    try {
      const started = await start();
      reason = '';
      return started;
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      if (reason !== error.message) log.warn({ reason: error.message }, 'the start is tried again');
      reason = error.message;
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  }
}
