import { say } from './console-text';
import { ExpectedError } from './expected-error';
import type { ClosableDestination, Logger } from './logger';
import type { Check } from './operations';
import { hideSecrets } from './secrets';
import { createShutdown } from './shutdown';
import type { ShutdownOutcome, StopStep } from './shutdown';

/** After an unexpected error the state is doubtful: long enough for confirms and acks, short enough to be restarted soon. */
const CRASH_STOP_MS = 3_000;
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** The life of this process from start to exit. */
export interface ProcessLife {
  /** Ready only between start and stop. */
  readonly check: Check;
  /** Registers a named part of the ordered stop; the last registered is stopped first. */
  readonly onStop: (step: string, stop: StopStep) => void;
  /** Everything is up: ready from now on. */
  readonly started: () => void;
  /** Leaves with the fault, unless a stop is under way: then the start failed because of it. */
  readonly startFailed: (error: unknown) => void;
  /** Begins the ordered stop that ends with exit code 0; later calls are noted only. */
  readonly requestStop: (reason: string) => void;
  /** Logs the error as the last line, tries to stop in order and leaves with a fault. */
  readonly crash: (error: unknown) => void;
}

/** What a process life is made of. */
export interface ProcessLifeOptions {
  /** The service, for the sentences on stderr. */
  readonly name: string;
  /** Where starts, stops and faults are logged. */
  readonly log: Logger;
  /** The logger's destination, closed after the fatal line so that it stays the last. */
  readonly stdout: ClosableDestination;
  /** Budget of an ordered stop, ms. */
  readonly timeoutMs: number;
}

/** Takes over the signals and unexpected errors of this process; once a process. */
export function createProcessLife({ name, log, stdout, timeoutMs }: ProcessLifeOptions): ProcessLife {
  const shutdown = createShutdown();
  let phase: 'starting' | 'running' | 'stopping' | 'crashed' = 'starting';

  const requestStop = (reason: string): void => {
    if (phase === 'stopping' || phase === 'crashed') {
      log.warn({ reason }, 'asked again to stop: the stop under way goes on and is not cut short');
      return;
    }
    phase = 'stopping';
    log.info({ reason, timeoutMs }, 'stopping');
    void shutdown.run(timeoutMs).then((outcome) => {
      const faults = describeFaults(outcome, timeoutMs);
      for (const { step, error } of outcome.failed)
        log.error({ step, err: error }, 'a step of the stop failed');
      if (faults.length > 0) log.error({ ...outcome, failed: outcome.failed.length }, faults.join(' '));
      else log.info('stopped');
      leave(name, faults, faults.length === 0 ? 0 : 1);
    });
  };

  const crash = (error: unknown): void => {
    if (phase === 'crashed') {
      say(2, hideSecrets(`${name}: another error while stopping: ${messageOf(error)}`));
      return;
    }
    const alreadyStopping = phase === 'stopping';
    phase = 'crashed';
    const expected = error instanceof ExpectedError;
    if (expected) log.fatal(error.message);
    else
      log.fatal(
        { err: error instanceof Error ? error : new Error(String(error)) },
        'unexpected error, leaving',
      );
    stdout.close();
    const faults = [expected ? error.message : `Unexpected error, leaving: ${messageOf(error)}`];
    const budgetMs = Math.min(CRASH_STOP_MS, timeoutMs);
    const exitCode = expected ? error.exitCode || 1 : 1;
    // A stop that is already under way keeps its larger budget, so the crash needs a deadline of its own.
    if (alreadyStopping) setTimeout(() => leave(name, faults, exitCode), budgetMs);
    void shutdown.run(budgetMs).then((outcome) => {
      leave(name, [...faults, ...describeFaults(outcome, budgetMs)], exitCode);
    });
  };

  for (const signal of SIGNALS) process.on(signal, () => requestStop(signal));
  process.on('uncaughtException', crash);

  return {
    check: {
      name: 'service',
      probe: () =>
        phase === 'running' ? { ok: true, reason: '' } : { ok: false, reason: `The service is ${phase}.` },
    },
    onStop: (step, stop) => shutdown.add(step, stop),
    started: () => {
      if (phase !== 'starting') return;
      phase = 'running';
      log.info('started');
    },
    startFailed: (error) => {
      if (phase === 'starting') crash(error);
      else log.info({ reason: messageOf(error) }, 'the start was cut short by the stop');
    },
    requestStop,
    crash,
  };
}

function describeFaults({ hung, skipped, failed }: ShutdownOutcome, budgetMs: number): string[] {
  const faults = failed.map(({ step, error }) => `Stopping '${step}' failed: ${messageOf(error)}`);
  if (hung === null) return faults;
  const rest = skipped.length === 0 ? '' : ` Not stopped because of it: ${skipped.join(', ')}.`;
  return [...faults, `'${hung}' did not stop within ${budgetMs} ms (SHUTDOWN_TIMEOUT_MS).${rest}`];
}

function leave(name: string, faults: readonly string[], exitCode: number): never {
  for (const fault of faults) say(2, hideSecrets(`${name}: ${fault}`));
  process.exit(exitCode);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
