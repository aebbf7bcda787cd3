import { ExpectedError, leaveOnOutputFault, standardInput, textLines } from '@neuraltrade/service';
import { once } from 'node:events';
import { HELP, readArguments } from './arguments';
import { LineDecoder, summary } from './decode-lines';

/** Longest input line, characters: a frame at its limit, written as a text full of escapes, with its envelope. */
const MAX_LINE_LENGTH = 8 * 1_048_576;
const PROGRESS_MS = 5_000;

async function main(): Promise<void> {
  leaveOnOutputFault();
  const wanted = readArguments(process.argv.slice(2));
  if (wanted.help) {
    process.stdout.write(HELP);
    return;
  }
  const decoder = new LineDecoder(wanted);
  let reportedAt = Date.now();
  for await (const lines of textLines(standardInput(), MAX_LINE_LENGTH)) {
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
  const expected = error instanceof ExpectedError;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${expected ? '' : 'Decoding stopped: '}${message}\n`);
  process.exitCode = expected ? error.exitCode : 1;
});
