import { MissingServiceError, startInflux } from '@neuraltrade/infra';
import { ExpectedError, readFlags, USAGE_EXIT_CODE } from '@neuraltrade/service';
import { benchStore } from './store-suite';

const HELP = `Measures parts of the pipeline; one JSON line a figure, with its peer measured in the same run.

  node tools/run.mjs tools/bench --suite store --ticks 1000000 --batch 5000

  --suite store   points a second that the store on a private InfluxDB takes, against the official client's own writer;
                  candles a second, each batch being held against what is stored; time of each query on what was written
  --ticks N       ticks to write     (1000000)
  --batch N       ticks a request    (5000)
  --gzip true     compress requests  (false)
  --help          this text
`;

async function main(): Promise<void> {
  const { help, values } = readFlags(process.argv.slice(2), ['suite', 'ticks', 'batch', 'gzip']);
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  if ((values.suite ?? 'store') !== 'store') {
    throw new ExpectedError(
      `There is no suite '${values.suite ?? ''}': --suite takes store.`,
      USAGE_EXIT_CODE,
    );
  }
  const count = (flag: 'ticks' | 'batch', fallback: number): number => {
    const text = values[flag] ?? String(fallback);
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    throw new ExpectedError(`--${flag} takes a whole number from 1 to 999999999.`, USAGE_EXIT_CODE);
  };
  const sizes = {
    ticks: count('ticks', 1_000_000),
    batch: count('batch', 5_000),
    gzip: values.gzip === 'true',
  };
  const influx = await startInflux({ env: process.env });
  try {
    await benchStore(influx, sizes, (figure) => process.stdout.write(`${JSON.stringify(figure)}\n`));
  } finally {
    await influx.dispose();
  }
}

main().catch((error: unknown) => {
  if (!(error instanceof ExpectedError || error instanceof MissingServiceError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof ExpectedError ? error.exitCode : 1;
});
