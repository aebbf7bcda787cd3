import { timeframeMs } from '@neuraltrade/contracts';
import { DEFAULT_PROCESSING, type ProcessingConfig } from '@neuraltrade/processing';
import { ExpectedError, readFlags } from '@neuraltrade/service';

/** Ids remembered of each symbol: a file may be out of order by more than a live feed. */
const REMEMBERED_IDS = 10_000_000;

/** What `--help` prints. */
export const HELP = `Builds candles from trades with the processor's own code.

  npm run -s aggregate -- --timeframes 1m,5m < ticks.ndjson > candles.ndjson

Reads RawTick lines (one JSON object a line) from standard input until it ends and writes Candle lines: one line a
candle, its highest revision, state 'final', sorted by exchange, symbol, timeframe length and timestamp. No clock is
read: the same input gives the same bytes. Malformed and refused lines are named on standard error, the rest goes on.
The last lines on standard error count what was read, repeated, late and refused.

  --timeframes LIST   candle lengths that divide a day, such as 1m,15m,1h     (${DEFAULT_PROCESSING.timeframes.join(',')})
  --lateness-ms N     how far the watermark stays behind a symbol's newest live trade; a trade
                      behind it is late, and revises its candle when that is closed   (${DEFAULT_PROCESSING.allowedLatenessMs})
  --horizon-ms N      how far the watermark may be past the close of a candle that a late trade
                      still revises; a later one is counted and is in no such candle  (${DEFAULT_PROCESSING.revisionHorizonMs})
  --help              this text

The defaults are the processor's; ten million ids of each symbol are remembered to know a duplicate. A file whose
lines are out of order by more than the horizon needs a larger one; if so, the summary names the smallest that merges
every line.
`;

/** What the command line asks for. */
export type Arguments =
  | { readonly kind: 'help' }
  | { readonly kind: 'run'; readonly config: ProcessingConfig }
  | { readonly kind: 'fault'; readonly sentence: string };

/** Reads the command line; a fault is a sentence that names the flag and what it takes. */
export function readArguments(args: readonly string[]): Arguments {
  let values;
  try {
    const flags = readFlags(args, ['timeframes', 'lateness-ms', 'horizon-ms']);
    if (flags.help) return { kind: 'help' };
    ({ values } = flags);
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return fault(error.message);
  }
  const timeframes = values.timeframes?.split(',') ?? DEFAULT_PROCESSING.timeframes;
  for (const timeframe of timeframes) {
    if (timeframeMs(timeframe) === null)
      return fault(`--timeframes: '${timeframe}' is not a length that divides a day, such as 1m, 15m or 1h.`);
  }
  if (new Set(timeframes).size < timeframes.length)
    return fault(`--timeframes names a length twice: ${timeframes.join(',')}.`);
  const config = { ...DEFAULT_PROCESSING, timeframes, dedupeWindowIds: REMEMBERED_IDS };
  for (const [flag, field] of [
    ['lateness-ms', 'allowedLatenessMs'],
    ['horizon-ms', 'revisionHorizonMs'],
  ] as const) {
    const text = values[flag];
    if (text === undefined) continue;
    if (!/^\d{1,15}$/.test(text))
      return fault(`--${flag} takes a whole number of milliseconds, not '${text}'.`);
    config[field] = Number(text);
  }
  return { kind: 'run', config };
}

function fault(sentence: string): Arguments {
  return { kind: 'fault', sentence };
}
