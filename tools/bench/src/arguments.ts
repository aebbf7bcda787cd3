import { ExpectedError, readFlags, USAGE_EXIT_CODE } from '@neuraltrade/service';

/** What --help prints. */
export const HELP = `Measures parts of the pipeline; one JSON line a figure, with its peer measured in the same run.

  node tools/run.mjs tools/bench --suite store --ticks 1000000 --batch 5000
  npm run bench -- --suite dashboard --clients 1000

  --suite store      points a second that the store on a private InfluxDB takes, against the official client's own writer;
                     candles a second, each batch being held against what is stored; time of each query on what was written
  --suite sink       points a second that the influx-sink process takes from a backlog on a private RabbitMQ to a private
                     InfluxDB, from its start to the last stored tick, and its peak memory; against the official client's
                     own writer with its default batching
  --suite dashboard  how late clients in a process of their own hear of trades through the dashboard process on a private
                     RabbitMQ, from the moment when they are sent to the bus, and what it costs the dashboard; against a
                     bare WebSocket server that sends as many messages of the same size
  --suite page       the dashboard's page in a browser: from npm start to the first candle, its weight, frames a second, the
                     time from a trade on the bus to the screen, and the heap, at a steady rate of trades
  --suite inference  time of the shipped model a candle, and of its answer, against ONNX Runtime called in the same process;
                     candles judged and features computed a second; memory
  --suite backtest   candles of a year backtested a second, against the Python package backtesting on the same strategy and
                     candles, with what the two do not agree on; trades a second replayed from Parquet files and from the store
  --candles N        candles judged      (20000)    inference
                     or backtested       (525600)   backtest
  --python FILE      Python of the peer  (python3)  backtest; python3 -m venv VENV && VENV/bin/pip install backtesting==0.6.6
  --ticks N          ticks to write      (1000000)  store, sink
                     or replayed         (1000000)  backtest
  --batch N          ticks a request     (5000)     store
  --message N        ticks a message     (100)      sink
  --gzip true        compress requests   (false)    store
  --clients N        WebSocket clients   (1000)     dashboard
  --rate N           trades a second     (1000)     dashboard, page
  --seconds N        length of the look  (60)       dashboard, page
  --url URL          connects the clients to a gateway that runs there and tells what they saw on one line   dashboard
  --help             this text
`;

/** What the command was asked to measure. */
export type BenchRequest =
  | { readonly suite: 'store'; readonly ticks: number; readonly batch: number; readonly gzip: boolean }
  | { readonly suite: 'sink'; readonly ticks: number; readonly message: number }
  | { readonly suite: 'page'; readonly rate: number; readonly seconds: number }
  | { readonly suite: 'dashboard'; readonly clients: number; readonly rate: number; readonly seconds: number }
  | { readonly suite: 'inference'; readonly candles: number }
  | {
      readonly suite: 'backtest';
      readonly candles: number;
      readonly ticks: number;
      readonly python: string;
    }
  | { readonly suite: 'clients'; readonly url: string; readonly clients: number; readonly seconds: number };

const DEFAULTS = {
  ticks: 1_000_000,
  batch: 5_000,
  message: 100,
  clients: 1_000,
  candles: 20_000,
  rate: 1_000,
  seconds: 60,
} as const;
/** Of a minute each. */
const CANDLES_OF_A_YEAR = 525_600;

/**
 * Reads the arguments (without node and script); null for --help.
 * @throws ExpectedError with a sentence for the user of the command.
 */
export function readArguments(args: readonly string[]): BenchRequest | null {
  const names = [
    'suite',
    'gzip',
    'url',
    'python',
    ...(Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]),
  ] as const;
  const { help, values } = readFlags(args, names);
  if (help) return null;
  const count = (flag: keyof typeof DEFAULTS, fallback: number = DEFAULTS[flag]): number => {
    const text = values[flag] ?? String(fallback);
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    throw usage(`--${flag} takes a whole number from 1 to 999999999.`);
  };
  const { suite = 'store', url } = values;
  switch (suite) {
    case 'store':
      return { suite, ticks: count('ticks'), batch: count('batch'), gzip: values.gzip === 'true' };
    case 'sink':
      return { suite, ticks: count('ticks'), message: count('message') };
    case 'inference':
      return { suite, candles: count('candles') };
    case 'backtest': {
      const candles = count('candles', CANDLES_OF_A_YEAR);
      return { suite, candles, ticks: count('ticks'), python: values.python ?? 'python3' };
    }
    case 'page':
      return { suite, rate: count('rate'), seconds: count('seconds') };
    case 'dashboard': {
      const sizes = { clients: count('clients'), seconds: count('seconds') };
      if (url === undefined) return { suite, ...sizes, rate: count('rate') };
      if (!/^https?:\/\//.test(url) || !URL.canParse(url))
        throw usage('--url takes an address such as http://127.0.0.1:8080.');
      return { suite: 'clients', ...sizes, url: url.replace(/\/$/, '') };
    }
    default:
      throw usage(
        `There is no suite '${suite}': --suite takes store, sink, dashboard, page, inference or backtest.`,
      );
  }
}

function usage(sentence: string): ExpectedError {
  return new ExpectedError(sentence, USAGE_EXIT_CODE);
}
