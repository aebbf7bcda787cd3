import { leaveOnOutputFault, standardInput, textLines } from '@neuraltrade/service';
import { once } from 'node:events';
import { Aggregation } from './aggregation';
import { HELP, readArguments } from './arguments';

/** Longest line that is read, in UTF-16 units; a trade takes about 400. */
const MAX_LINE_LENGTH = 65_536;
/** Lines between two words of progress: there is no clock to go by. */
const PROGRESS_LINES = 1_000_000;
/** Characters of output that are gathered into one write. */
const WRITE_CHARS = 65_536;

/** Reads standard input to its end, writes the candles; the exit code. */
async function main(): Promise<number> {
  const args = readArguments(process.argv.slice(2));
  if (args.kind === 'fault') {
    process.stderr.write(`${args.sentence}\n`);
    return 2;
  }
  if (args.kind === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  if (process.stdin.isTTY)
    process.stderr.write('Reading trades from the terminal; end the input with Ctrl-D.\n');
  const aggregation = new Aggregation(args.config, (sentence) => process.stderr.write(`${sentence}\n`));
  for await (const lines of textLines(standardInput(), MAX_LINE_LENGTH)) {
    for (const line of lines) {
      aggregation.add(line);
      if (line.number % PROGRESS_LINES === 0) process.stderr.write(`${line.number} lines read\n`);
    }
  }
  let text = '';
  for (const candle of aggregation.finish()) {
    text += `${JSON.stringify(candle)}\n`;
    if (text.length < WRITE_CHARS) continue;
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
    text = '';
  }
  process.stdout.write(text);
  process.stderr.write(`${aggregation.summary().join('\n')}\n`);
  return 0;
}

leaveOnOutputFault();
main().then(
  (code) => void (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
