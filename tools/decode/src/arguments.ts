import { isSymbol } from '@neuraltrade/contracts';
import { venueNamed, venues, type Venue } from '@neuraltrade/venues';
import { parseArgs } from 'node:util';

/** What the command was asked to do. */
export type Request = { readonly help: true } | DecodeRequest;

/** A run over standard input. */
export interface DecodeRequest {
  /** Discriminant. */
  readonly help: false;
  /** Whose frames they are. */
  readonly venue: Venue;
  /** BASE/QUOTE, at least one. */
  readonly symbols: readonly string[];
  /** The address that was dialled when the frames were recorded; undefined for the venue's own. */
  readonly webSocketUrl: string | undefined;
}

/** A fault in the command line, as a sentence for its user. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The text of --help. */
export const HELP = `Decodes recorded frames of one exchange, offline.

  npm run -s decode -- --exchange binance --symbols BTC/USDT,ETH/USDT < capture.jsonl > events.ndjson

  --exchange NAME   ${venues.map(({ name }) => name).join(', ')}
  --symbols LIST    BASE/QUOTE, separated by commas
  --url ADDRESS     the WebSocket address the frames came from, where it changes their meaning
                    (Binance: one that asks for timeUnit=MICROSECOND)
  --help            this text

Standard input holds one frame a line: bare, or {"recv_ms":...,"frame":...}; lines of other exchanges and
"event" lines of a capture are skipped. Each event is one JSON line on standard output with the number of its
input line: trade, quote, control, refused, unknown, invalid or unlisted. A summary goes to standard error.
`;

/** The request that the arguments (without node and script) spell. @throws UsageError */
export function readArguments(args: readonly string[]): Request {
  const values = parsedFlags(args);
  if (values.help === true) return { help: true };
  const names = venues.map(({ name }) => name).join(', ');
  if (values.exchange === undefined) throw new UsageError(`Name an exchange with --exchange: ${names}.`);
  const venue = venueNamed(values.exchange);
  if (venue === undefined)
    throw new UsageError(`There is no exchange "${values.exchange}"; choose one of ${names}.`);
  if (values.symbols === undefined)
    throw new UsageError('Name the symbols with --symbols, for example --symbols BTC/USDT,ETH/USDT.');
  const symbols = values.symbols.split(',').map((symbol) => symbol.trim());
  const malformed = symbols.find((symbol) => !isSymbol(symbol));
  if (malformed !== undefined)
    throw new UsageError(
      `"${malformed}" is not a symbol: write BASE/QUOTE in upper case, for example BTC/USDT.`,
    );
  return { help: false, venue, symbols: [...new Set(symbols)], webSocketUrl: values.url };
}

function parsedFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        exchange: { type: 'string' },
        symbols: { type: 'string' },
        url: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error);
    throw new UsageError(`${reason.replace(/\.$/, '')}. See --help.`);
  }
}
