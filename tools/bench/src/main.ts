import { MissingServiceError, startInflux, startRabbitMq } from '@neuraltrade/infra';
import { ExpectedError, readFlags, USAGE_EXIT_CODE } from '@neuraltrade/service';
import { benchPage } from './page-suite';
import { benchSink } from './sink-suite';
import { benchStore } from './store-suite';

const HELP = `Measures parts of the pipeline; one JSON line a figure, with its peer measured in the same run.

  node tools/run.mjs tools/bench --suite store --ticks 1000000 --batch 5000

  --suite store   points a second that the store on a private InfluxDB takes, against the official client's own writer;
                  candles a second, each batch being held against what is stored; time of each query on what was written
  --suite sink    points a second that the influx-sink process takes from a backlog on a private RabbitMQ to a private
                  InfluxDB, from its start to the last stored tick, and its peak memory; against the official client's own
                  writer with its default batching
  --suite page    the dashboard's page in a browser: from npm start to the first candle, its weight, frames a second, the time
                  from a trade on the bus to the screen, and the heap, at a steady rate of trades
  --rate N        trades a second    (1000)   page only
  --seconds N     time to look at it (60)     page only
  --ticks N       ticks to write     (1000000)
  --batch N       ticks a request    (5000)   store only
  --message N     ticks a message    (100)    sink only
  --gzip true     compress requests  (false)  store only
  --help          this text
`;

async function main(): Promise<void> {
  const { help, values } = readFlags(process.argv.slice(2), [
    'suite',
    'ticks',
    'batch',
    'message',
    'gzip',
    'rate',
    'seconds',
  ]);
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const { suite = 'store' } = values;
  if (suite !== 'store' && suite !== 'sink' && suite !== 'page') {
    throw new ExpectedError(
      `There is no suite '${suite}': --suite takes store, sink or page.`,
      USAGE_EXIT_CODE,
    );
  }
  const count = (flag: 'ticks' | 'batch' | 'message' | 'rate' | 'seconds', fallback: number): number => {
    const text = values[flag] ?? String(fallback);
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    throw new ExpectedError(`--${flag} takes a whole number from 1 to 999999999.`, USAGE_EXIT_CODE);
  };
  const sizes = {
    ticks: count('ticks', 1_000_000),
    batch: count('batch', 5_000),
    gzip: values.gzip === 'true',
  };
  const message = count('message', 100);
  const tell = (figure: object): void => void process.stdout.write(`${JSON.stringify(figure)}\n`);
  if (suite === 'page') return benchPage({ rate: count('rate', 1_000), seconds: count('seconds', 60) }, tell);
  const influx = await startInflux({ env: process.env });
  try {
    if (suite === 'store') return await benchStore(influx, sizes, tell);
    const broker = await startRabbitMq({ env: process.env });
    try {
      await benchSink(broker, influx, { ticks: sizes.ticks, message }, tell);
    } finally {
      await broker.dispose();
    }
  } finally {
    await influx.dispose();
  }
}

main().catch((error: unknown) => {
  if (!(error instanceof ExpectedError || error instanceof MissingServiceError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof ExpectedError ? error.exitCode : 1;
});
