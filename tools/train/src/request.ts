import { resolve } from 'node:path';
import type { SourceRequest } from '@neuraltrade/backtester';
import { isSymbol, timeframeMs } from '@neuraltrade/contracts';
import { type Env, ExpectedError, readFlags, USAGE_EXIT_CODE } from '@neuraltrade/service';
import { venueNamed, venues } from '@neuraltrade/venues';
import type { VenueSeries } from './data/recorded-candles';
import { type Recipe, SHIPPED_MARKET, SHIPPED_RECIPE, type SimulatedMarket } from './recipe';

/** Where the candles come from. */
export type CandleSource =
  | {
      /** An invented market. */
      readonly kind: 'simulated';
      /** Which. */
      readonly market: SimulatedMarket;
    }
  | {
      /** A recorded market. */
      readonly kind: 'recorded';
      /** Where it is. */
      readonly source: SourceRequest;
      /** What of it. */
      readonly series: readonly VenueSeries[];
    }
  | {
      /** A file of candles. */
      readonly kind: 'candles';
      /** Which; absolute. */
      readonly file: string;
    };

/** What the command was asked to do. */
export type TrainRequest =
  | { readonly action: 'help' | 'schema' | 'train-shipped' | 'check-shipped' }
  | {
      readonly action: 'train' | 'export';
      /** Where the candles come from. */
      readonly source: CandleSource;
      /** How it is trained. */
      readonly recipe: Recipe;
      /** The model folder, or the file of examples; absolute. */
      readonly out: string;
    };

const FLAGS = [
  'source',
  'data',
  'series',
  'seed',
  'hours',
  'timeframe',
  'horizon',
  'band',
  'model-version',
  'out',
  'export',
] as const;
type Values = Partial<Readonly<Record<(typeof FLAGS)[number], string>>>;

/** The text of --help. */
export const HELP = `Trains a model of direction on candles, judges it on later ones and writes model.onnx and model.json.

  npm run train                    the model that comes with the project, on an invented market: ${SHIPPED_MARKET.hours} hours of seed ${SHIPPED_MARKET.seed};
                                   writes its folder and the scores in docs/models.md
  npm run train -- --check         trains it and compares with what is there
  npm run train -- --schema        the features: their hash, and each with formula, parameters, warm-up and unit

  npm run train -- --source store --series binance:BTC/USDT,kraken:BTC/USD --out my-model

  --source KIND         where the candles come from
    store               trades in the embedded store of a pipeline that does not run now; --data names its data directory (data),
                        --live its live data
    influx              trades in the InfluxDB of the environment (INFLUX_*)
    parquet             Parquet files of the recorder, below --data DIR
    capture             recordings of npm run record, --data FILE,...
    candles             a file with a candle a line, as npm run aggregate prints them, --data FILE
    simulated           another invented market, of --seed N and --hours N
  --series LIST         EXCHANGE:BASE/QUOTE, comma-separated; not for candles and simulated
  --timeframe TEXT      length of the candles (${SHIPPED_RECIPE.timeframe})
  --horizon N           candles that are looked ahead (${SHIPPED_RECIPE.labels.horizonCandles})
  --band N              the move from which on it is buy or sell, bps (${SHIPPED_RECIPE.labels.bandBps})
  --model-version TEXT  name and version of the model (mine-1)
  --out DIR             the model folder that is written
  --export FILE         instead of training: the examples as CSV, for training elsewhere
  --help                this text
docs/models.md tells how a model of any make is brought in. MODEL_PATH=DIR runs it.
`;

/** The request that the arguments (without node and script) spell. @throws ExpectedError with a sentence for the user. */
export function readRequest(args: readonly string[], env: Env): TrainRequest {
  const switches = ['--check', '--schema', '--live'].filter((name) => args.includes(name));
  const rest = args.filter((arg) => !switches.includes(arg));
  const { help, values } = readFlags(rest, FLAGS);
  if (help) return { action: 'help' };
  const [first] = switches.filter((name) => name !== '--live');
  if (first !== undefined) {
    if (args.length > 1)
      throw usage(`${first} stands alone: it is about the model that comes with the project.`);
    return { action: first === '--check' ? 'check-shipped' : 'schema' };
  }
  if (args.length === 0) return { action: 'train-shipped' };
  const path = (text: string): string => resolve(env['INIT_CWD'] ?? '.', text);
  if ((values.out === undefined) === (values.export === undefined))
    throw usage('Name the model folder with --out DIR, or the file of examples with --export FILE.');
  return {
    action: values.out === undefined ? 'export' : 'train',
    out: path((values.out ?? values.export) as string),
    recipe: recipeOf(values),
    source: sourceOf(values, switches.includes('--live'), path),
  };
}

function recipeOf(values: Values): Recipe {
  const { timeframe = SHIPPED_RECIPE.timeframe, 'model-version': modelVersion = 'mine-1' } = values;
  if (timeframeMs(timeframe) === null)
    throw usage(`'${timeframe}' is no timeframe: write a length that divides a day, such as 1m, 15m or 1h.`);
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(modelVersion))
    throw usage(`--model-version takes 1 to 64 letters, digits, . _ or -, not '${modelVersion}'.`);
  const { horizonCandles, bandBps } = SHIPPED_RECIPE.labels;
  return {
    ...SHIPPED_RECIPE,
    ...{ modelVersion, timeframe },
    labels: {
      horizonCandles: wholeOf(values, 'horizon', 1, 10_000, horizonCandles),
      bandBps: wholeOf(values, 'band', 0, 10_000, bandBps),
    },
  };
}

function sourceOf(values: Values, live: boolean, path: (text: string) => string): CandleSource {
  const { source: kind, data, series } = values;
  const dataOf = (what: string): string => {
    if (data !== undefined) return data;
    throw usage(`--source ${kind ?? ''} needs --data: ${what}.`);
  };
  if (live && kind !== 'store') throw usage('--live belongs to --source store.');
  const needsSeries = kind !== 'simulated' && kind !== 'candles';
  if (!needsSeries && series !== undefined)
    throw usage(`--series has no effect with --source ${kind}: all there is counts.`);
  const recorded = (source: SourceRequest): CandleSource => ({
    kind: 'recorded',
    source,
    series: seriesOf(series),
  });
  switch (kind) {
    case 'store':
      return recorded({ kind, path: path(data ?? 'data'), live });
    case 'influx':
      return recorded({ kind });
    case 'parquet':
      return recorded({ kind, path: path(dataOf('the folder of the files')) });
    case 'capture':
      return recorded({ kind, files: dataOf('the recordings').split(',').map(path) });
    case 'candles':
      return { kind, file: path(dataOf('the file of candles')) };
    case 'simulated':
      return {
        kind,
        market: {
          ...SHIPPED_MARKET,
          seed: wholeOf(values, 'seed', 0, Number.MAX_SAFE_INTEGER, SHIPPED_MARKET.seed),
          hours: wholeOf(values, 'hours', 1, 8_760, SHIPPED_MARKET.hours),
        },
      };
    default:
      throw usage(
        `Name a source with --source: store, influx, parquet, capture, candles or simulated${kind === undefined ? '' : `, not '${kind}'`}.`,
      );
  }
}

function seriesOf(text: string | undefined): VenueSeries[] {
  if (text === undefined)
    throw usage('Name what to train on with --series, for example --series binance:BTC/USDT.');
  const byVenue = new Map<string, string[]>();
  for (const item of new Set(text.split(',').map((part) => part.trim()))) {
    const [exchange = '', symbol = ''] = item.split(':');
    if (venueNamed(exchange) === undefined || !isSymbol(symbol))
      throw usage(
        `'${item}' is no series: write EXCHANGE:BASE/QUOTE, the exchange one of ${venues.map(({ name }) => name).join(', ')}.`,
      );
    byVenue.set(exchange, [...(byVenue.get(exchange) ?? []), symbol]);
  }
  return venues.flatMap((venue) => {
    const symbols = byVenue.get(venue.name);
    return symbols === undefined ? [] : [{ venue, symbols }];
  });
}

function wholeOf(
  values: Values,
  flag: (typeof FLAGS)[number],
  min: number,
  max: number,
  fallback: number,
): number {
  const text = values[flag];
  if (text === undefined) return fallback;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw usage(`--${flag} takes a whole number from ${min} to ${max}, not '${text}'.`);
}

function usage(sentence: string): ExpectedError {
  return new ExpectedError(sentence, USAGE_EXIT_CODE);
}
