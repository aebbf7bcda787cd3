import { isSymbol } from '@neuraltrade/contracts';
import { ExpectedError, readFlags, USAGE_EXIT_CODE } from '@neuraltrade/service';
import { venueNamed, venues, type Venue } from '@neuraltrade/venues';

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

/**
 * The request that the arguments (without node and script) spell.
 * @throws ExpectedError with a sentence for the user of the command.
 */
export function readArguments(args: readonly string[]): Request {
  const { help, values } = readFlags(args, ['exchange', 'symbols', 'url']);
  if (help) return { help };
  const names = venues.map(({ name }) => name).join(', ');
  if (values.exchange === undefined) throw usage(`Name an exchange with --exchange: ${names}.`);
  const venue = venueNamed(values.exchange);
  if (venue === undefined) throw usage(`There is no exchange "${values.exchange}"; choose one of ${names}.`);
  if (values.symbols === undefined)
    throw usage('Name the symbols with --symbols, for example --symbols BTC/USDT,ETH/USDT.');
  const symbols = values.symbols.split(',').map((symbol) => symbol.trim());
  const malformed = symbols.find((symbol) => !isSymbol(symbol));
  if (malformed !== undefined)
    throw usage(`"${malformed}" is not a symbol: write BASE/QUOTE in upper case, for example BTC/USDT.`);
  if (values.url !== undefined && !isWebSocketUrl(values.url))
    throw usage(`"${values.url}" is not a WebSocket address: write it as it was dialled, wss://host/path.`);
  return { help, venue, symbols: [...new Set(symbols)], webSocketUrl: values.url };
}

function isWebSocketUrl(text: string): boolean {
  return URL.canParse(text) && ['ws:', 'wss:'].includes(new URL(text).protocol);
}

function usage(sentence: string): ExpectedError {
  return new ExpectedError(sentence, USAGE_EXIT_CODE);
}
