import { isSymbol, quoteAsset, timeframeMs } from '@neuraltrade/contracts';
import { readFlags } from '@neuraltrade/service';
import { type Venue, venueNamed, venues } from '@neuraltrade/venues';
import { FLAGS, given, instantOf, numberOf, usage, type Values, wholeOf } from './flag-values';
import { DEFAULTS } from './help';
import type { BacktestRequest, Request, SourceRequest } from './request';
import { rankOf, strategyOf } from './strategy-arguments';

const DAY_MS = 86_400_000;
/** Longest invented market, ms: it takes about a minute a year. */
const LONGEST_SIMULATION_MS = 5 * 366 * DAY_MS;
const MOST_WORKERS = 64;

/**
 * The request that the arguments (without node and script) spell.
 * @param cores how many threads a grid gets unless it is told.
 * @param resolvePath makes a path of the user's absolute.
 * @throws ExpectedError with a sentence for the user of the command.
 */
export function readArguments(
  args: readonly string[],
  cores: number,
  resolvePath: (path: string) => string,
): Request {
  const live = args.includes('--live');
  const { help, values } = readFlags(
    args.filter((arg) => arg !== '--live'),
    FLAGS,
  );
  if (help) return { help };
  const source = sourceOf(values, live, resolvePath);
  const strategy = strategyOf(values, resolvePath);
  const symbols = symbolsOf(values);
  const timeframe = timeframeOf(values);
  const split = values.split === undefined ? null : numberOf(values, 'split', 0.1, 0.9, 0);
  return {
    help,
    source,
    venue: venueOf(values),
    symbols,
    timeframe,
    ...rangeOf(values, source, timeframeMs(timeframe) as number),
    candles: candlesOf(values, source),
    ...strategy,
    rankBy: rankOf(values),
    split,
    account: {
      cash: numberOf(values, 'cash', 1e-6, 1e12, DEFAULTS.cash),
      feeBps: numberOf(values, 'fee-bps', 0, 1_000, DEFAULTS.feeBps),
      slippageBps: numberOf(values, 'slippage-bps', 0, 1_000, DEFAULTS.slippageBps),
      lotSize: numberOf(values, 'lot-size', 0, 1e12, DEFAULTS.lotSize),
    },
    timing: {
      latencyMs: wholeOf(values, 'latency-ms', 0, DAY_MS, DEFAULTS.latencyMs),
      latenessMs: wholeOf(values, 'lateness-ms', 0, DAY_MS, DEFAULTS.latenessMs),
    },
    report: values.report === undefined ? null : resolvePath(given(values, 'report')),
    workers: wholeOf(values, 'workers', 1, MOST_WORKERS, Math.min(MOST_WORKERS, Math.max(1, cores))),
  };
}

function sourceOf(values: Values, live: boolean, resolvePath: (path: string) => string): SourceRequest {
  const kind = values.source ?? 'store';
  if (live && kind !== 'store')
    throw usage('--live belongs to --source store: it names the live data there.');
  if (values.seed !== undefined && kind !== 'simulated')
    throw usage('--seed belongs to --source simulated: a recorded market has none.');
  const withData = ['store', 'parquet', 'capture'];
  if (values.data !== undefined && !withData.includes(kind))
    throw usage(`--data has no effect with --source ${kind}: it belongs to ${withData.join(', ')}.`);
  switch (kind) {
    case 'store':
      return { kind, path: resolvePath(values.data === undefined ? 'data' : given(values, 'data')), live };
    case 'influx':
      return { kind };
    case 'parquet':
      if (values.data === undefined) throw usage('Name the folder of the Parquet files with --data DIR.');
      return { kind, path: resolvePath(given(values, 'data')) };
    case 'capture':
      if (values.data === undefined) throw usage('Name the recordings with --data FILE[,FILE].');
      return { kind, files: given(values, 'data').split(',').map(resolvePath) };
    case 'simulated':
      return { kind, seed: wholeOf(values, 'seed', 0, Number.MAX_SAFE_INTEGER, DEFAULTS.seed) };
    default:
      throw usage(
        `There is no source '${kind}': --source takes store, influx, parquet, capture or simulated.`,
      );
  }
}

function candlesOf({ candles = 'replayed' }: Values, { kind }: SourceRequest): BacktestRequest['candles'] {
  if (candles !== 'replayed' && candles !== 'stored')
    throw usage(`--candles takes replayed or stored, not '${candles}'.`);
  if (candles === 'stored' && kind !== 'store' && kind !== 'influx')
    throw usage(`--source ${kind} holds no candles: they are made of its trades (--candles replayed).`);
  return candles;
}

function venueOf({ exchange }: Values): Venue {
  const names = venues.map(({ name }) => name).join(', ');
  if (exchange === undefined) throw usage(`Name an exchange with --exchange: ${names}.`);
  const venue = venueNamed(exchange);
  if (venue === undefined) throw usage(`There is no exchange '${exchange}': choose one of ${names}.`);
  return venue;
}

function symbolsOf({ symbols }: Values): readonly string[] {
  if (symbols === undefined) throw usage('Name the symbols with --symbols, for example --symbols BTC/USDT.');
  const list = [...new Set(symbols.split(',').map((symbol) => symbol.trim()))];
  const malformed = list.find((symbol) => !isSymbol(symbol));
  if (malformed !== undefined)
    throw usage(`'${malformed}' is no symbol: write BASE/QUOTE in upper case, for example BTC/USDT.`);
  const currencies = [...new Set(list.map(quoteAsset))];
  if (currencies.length > 1)
    throw usage(
      `${list.join(', ')} are counted in ${currencies.join(' and ')}: one account has one currency, so run them apart.`,
    );
  return list;
}

function timeframeOf({ timeframe = DEFAULTS.timeframe }: Values): string {
  if (timeframeMs(timeframe) !== null) return timeframe;
  throw usage(`'${timeframe}' is no timeframe: write a length that divides a day, such as 1m, 15m or 1h.`);
}

function rangeOf(
  values: Values,
  source: SourceRequest,
  lengthMs: number,
): Pick<BacktestRequest, 'from' | 'to'> {
  const simulated = source.kind === 'simulated';
  const firstText = values.from ?? (simulated ? DEFAULTS.simulatedFrom : undefined);
  const first = firstText === undefined ? undefined : instantOf('from', firstText);
  const from = first === undefined ? undefined : Math.ceil(first / lengthMs) * lengthMs;
  const last =
    values.to !== undefined
      ? instantOf('to', values.to)
      : simulated
        ? (from as number) + DEFAULTS.simulatedDays * DAY_MS
        : undefined;
  const to = last === undefined ? undefined : Math.floor(last / lengthMs) * lengthMs;
  if (first !== undefined && last !== undefined && first > last)
    throw usage(`--from ${values.from ?? firstText ?? ''} lies after --to ${values.to ?? ''}.`);
  if (from !== undefined && to !== undefined && from >= to)
    throw usage('The range is empty: no whole candle lies between --from and --to.');
  if (simulated && (to as number) - (from as number) > LONGEST_SIMULATION_MS)
    throw usage('A simulated market is five years long at most: bring --from and --to closer together.');
  return { from, to };
}
