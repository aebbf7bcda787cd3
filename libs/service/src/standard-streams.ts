import { fstatSync } from 'node:fs';
import { say } from './console-text';
import { ExpectedError } from './expected-error';

const STDIN = 0;
const STDERR = 2;

/**
 * The bytes of standard input to its end, for a command that filters.
 * @throws ExpectedError with a plain sentence when it cannot be read.
 */
export async function* standardInput(): AsyncGenerator<Uint8Array> {
  // Node takes a directory for an empty input.
  if (fstatSync(STDIN).isDirectory())
    throw new ExpectedError('Standard input is a directory: give a file or a pipe.');
  try {
    yield* process.stdin as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new ExpectedError(`Standard input cannot be read (${codeOf(error)}).`);
  }
}

/**
 * From now on a fault of standard output ends the process: without a word and with 0 where the reader had enough (head),
 * else with a sentence and 1. What standard error does not take is lost.
 */
export function leaveOnOutputFault(): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error) => {
    if (codeOf(error) === 'EPIPE') process.exit(0);
    say(STDERR, `Standard output cannot be written (${codeOf(error)}).`);
    process.exit(1);
  });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}
