import { isSymbol, timeframeMs } from '@neuraltrade/contracts';
import { ExpectedError, readFlags, readInstant, USAGE_EXIT_CODE } from '@neuraltrade/service';
import { venueNamed, type Venue, venues } from '@neuraltrade/venues';

/** Most intervals of one symbol in one run. */
const MAX_INTERVALS = 20_000;
/** Intervals that are compared unless --from says otherwise. */
const DEFAULT_INTERVALS = 60;
/** An interval that ended less than this ago may not be final yet, here or there, ms. */
const SETTLE_MS = 10_000;
const DEFAULT_URL = 'http://localhost:8080';

/** Where our candles are. */
export type OurSource =
  | {
      /** Discriminant. */
      readonly kind: 'pipeline';
      /** Where a running pipeline answers, without a slash at its end. */
      readonly url: string;
    }
  | {
      /** Discriminant. */
      readonly kind: 'store';
      /** DATA_DIR. */
      readonly dataDirectory: string;
    };

/** A run of the command. */
export interface ReconcileRequest {
  /** Discriminant. */
  readonly help: false;
  /** Whose candles are compared. */
  readonly venue: Venue;
  /** BASE/QUOTE, at least one. */
  readonly symbols: readonly string[];
  /** Length of the interval ('1m'); one that the venue offers. */
  readonly timeframe: string;
  /** Its length, ms. */
  readonly lengthMs: number;
  /** Open of the first interval, ms UTC. */
  readonly from: number;
  /** Open of the first interval that is not compared any more, ms UTC. */
  readonly to: number;
  /** Where ours are. */
  readonly source: OurSource;
  /** Whether they must be of the real venue. */
  readonly live: boolean;
  /** Where the venue answers; null: where the pipeline, or with --live the venue itself, says. */
  readonly restUrl: string | null;
}

/** What the command was asked to do. */
export type Request = { readonly help: true } | ReconcileRequest;

/** The text of --help. */
export const HELP = `Holds our candles against the venue's own, interval by interval, and names each difference.

  npm run -s reconcile -- --exchange binance --symbols BTC/USDT,ETH/USDT > differences.ndjson

  --exchange NAME   ${venues.map(({ name }) => name).join(', ')}
  --symbols LIST    BASE/QUOTE, separated by commas
  --timeframe TF    1m (default), 5m, 15m, 1h or any other that both sides have
  --from, --to      instants as ISO texts (2026-11-23T04:00:00Z) or ms since 1970, cut to whole intervals;
                    default: the newest ${DEFAULT_INTERVALS} intervals that are over
Our candles come from
  --url ADDRESS     a running pipeline, default ${DEFAULT_URL} (AUTH_TOKEN in the environment is shown to it)
  --data-dir DIR    the embedded store of a pipeline that does not run
The venue's candles come from where the running pipeline's own requests go, or from
  --rest-url URL    scheme, host and port
  --live            the real venue; with --url it says that the pipeline must be live, with --data-dir that its
                    live data is meant (else the simulated, for which --rest-url is needed)
  --help            this text

Standard output: one JSON line a difference, then a summary line. Standard error: a table. Exit code 0 when all candles
agree or differ harmlessly, 1 when not or when nothing could be compared, 2 for wrong flags. docs/reconciliation.md tells
the classes.
`;

const FLAGS = ['exchange', 'symbols', 'timeframe', 'from', 'to', 'url', 'data-dir', 'rest-url'] as const;
type Values = Partial<Readonly<Record<(typeof FLAGS)[number], string>>>;

/**
 * The request that the arguments (without node and script) spell.
 * @param now our clock, ms UTC.
 * @param resolvePath makes a path of the user's absolute.
 * @throws ExpectedError with a sentence for the user of the command.
 */
export function readArguments(
  args: readonly string[],
  now: number,
  resolvePath: (path: string) => string,
): Request {
  const { help, values } = readFlags(
    args.filter((arg) => arg !== '--live'),
    FLAGS,
  );
  if (help) return { help };
  const venue = venueOf(values);
  const { timeframe, lengthMs } = timeframeOf(values, venue);
  const live = args.includes('--live');
  const source = sourceOf(values, resolvePath);
  const restUrl = values['rest-url'] === undefined ? null : addressOf('rest-url', values['rest-url']);
  if (live && restUrl !== null)
    throw usage('--live and --rest-url exclude each other: --live asks the venue at its public address.');
  if (source.kind === 'store' && !live && restUrl === null)
    throw usage(
      'With --data-dir name where the simulated venue answers, --rest-url http://HOST:PORT, or say --live for the real one.',
    );
  const symbols = symbolsOf(values);
  return {
    help,
    venue,
    symbols,
    timeframe,
    lengthMs,
    ...rangeOf(values, lengthMs, now),
    source,
    live,
    restUrl,
  };
}

function venueOf({ exchange }: Values): Venue {
  const names = venues.map(({ name }) => name).join(', ');
  if (exchange === undefined) throw usage(`Name an exchange with --exchange: ${names}.`);
  const venue = venueNamed(exchange);
  if (venue === undefined) throw usage(`There is no exchange "${exchange}"; choose one of ${names}.`);
  return venue;
}

function symbolsOf({ symbols }: Values): readonly string[] {
  if (symbols === undefined)
    throw usage('Name the symbols with --symbols, for example --symbols BTC/USDT,ETH/USDT.');
  const list = symbols.split(',').map((symbol) => symbol.trim());
  const malformed = list.find((symbol) => !isSymbol(symbol));
  if (malformed !== undefined)
    throw usage(`"${malformed}" is not a symbol: write BASE/QUOTE in upper case, for example BTC/USDT.`);
  return [...new Set(list)];
}

function timeframeOf({ timeframe = '1m' }: Values, { title, klines }: Venue) {
  const lengthMs = timeframeMs(timeframe);
  if (lengthMs === null)
    throw usage(
      `"${timeframe}" is not a timeframe: write a length that divides a day, such as 1m, 15m or 1h.`,
    );
  if (!klines.timeframes.includes(timeframe))
    throw usage(`${title} serves no candles of ${timeframe}; choose one of ${klines.timeframes.join(', ')}.`);
  return { timeframe, lengthMs };
}

function sourceOf(values: Values, resolvePath: (path: string) => string): OurSource {
  const dataDirectory = values['data-dir'];
  if (dataDirectory === undefined)
    return { kind: 'pipeline', url: addressOf('url', values.url ?? DEFAULT_URL) };
  if (values.url !== undefined)
    throw usage(
      '--url and --data-dir exclude each other: a running pipeline, or the store of one that does not run.',
    );
  if (dataDirectory === '') throw usage('--data-dir is given without a value.');
  return { kind: 'store', dataDirectory: resolvePath(dataDirectory) };
}

function addressOf(flag: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.search !== '' || url.hash !== '')
    throw usage(`--${flag} must be an address such as ${DEFAULT_URL}, not "${text}".`);
  return url.href.replace(/\/+$/, '');
}

function rangeOf(values: Values, lengthMs: number, now: number): { from: number; to: number } {
  const down = (instant: number): number => instant - (instant % lengthMs);
  const to = down(values.to === undefined ? now - SETTLE_MS : instantOf('to', values.to));
  const from =
    values.from === undefined
      ? Math.max(0, to - DEFAULT_INTERVALS * lengthMs)
      : down(instantOf('from', values.from) + lengthMs - 1);
  if (from >= to) throw usage('No whole interval lies between --from and --to.');
  if ((to - from) / lengthMs > MAX_INTERVALS)
    throw usage(
      `--from and --to are ${(to - from) / lengthMs} intervals apart: at most ${MAX_INTERVALS} at once.`,
    );
  return { from, to };
}

function instantOf(flag: string, text: string): number {
  const instant = readInstant(text);
  if (instant === null)
    throw usage(`--${flag} must be an instant such as 2026-11-23T04:00:00Z or ms since 1970, not "${text}".`);
  return instant;
}

function usage(sentence: string): ExpectedError {
  return new ExpectedError(sentence, USAGE_EXIT_CODE);
}
