import { once } from 'node:events';
import { HELP, readArguments, UsageError, type Request } from './arguments';
import { LineDecoder, summary } from './decode-lines';
import { lineBatches } from './lines';

/** Longest input line, characters: a frame at its limit, written as a text full of escapes, with its envelope. */
const MAX_LINE_LENGTH = 8 * 1_048_576;
const PROGRESS_MS = 5_000;

function request(): Request {
  try {
    return readArguments(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

async function main(): Promise<void> {
  // A reader that has seen enough (head) is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const wanted = request();
  if (wanted.help) {
    process.stdout.write(HELP);
    return;
  }
  const decoder = new LineDecoder(wanted);
  let reportedAt = Date.now();
  process.stdin.setEncoding('utf8');
  for await (const lines of lineBatches(process.stdin as AsyncIterable<string>, MAX_LINE_LENGTH)) {
    const output = lines.map((line) => decoder.decode(line)).join('');
    if (output !== '' && !process.stdout.write(output)) await once(process.stdout, 'drain');
    if (Date.now() - reportedAt >= PROGRESS_MS) {
      reportedAt = Date.now();
      process.stderr.write(`${decoder.tally.lines} lines read\n`);
    }
  }
  process.stderr.write(summary(decoder.tally));
}

main().catch((error: unknown) => {
  process.stderr.write(`Decoding stopped: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
