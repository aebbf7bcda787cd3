import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Progress } from '@neuraltrade/backtester';
import type { Candle } from '@neuraltrade/contracts';
import { featureSchemaHash, MODEL_FILES, type ModelFiles, writeModelFolder } from '@neuraltrade/inference';
import { ExpectedError } from '@neuraltrade/service';
import { FEATURES } from '@neuraltrade/strategies';
import { compareFiles } from './check-shipped';
import { candleLines } from './data/candle-lines';
import { datasetOf } from './data/dataset';
import { recordedCandles } from './data/recorded-candles';
import { simulatedCandles } from './data/simulated-candles';
import { type Recipe, SHIPPED_FOLDER, SHIPPED_MARKET, SHIPPED_RECIPE } from './recipe';
import { writeExamples } from './report/examples-csv';
import { type ReportedModel, withScores } from './report/models-page';
import { type CandleSource, HELP, readRequest, type TrainRequest } from './request';
import { type TrainedModel, trainModel } from './train-model';

/** The bundle lies in dist/tools/train of the workspace that it was built from. */
const WORKSPACE = join(__dirname, '../../..');
const SHIPPED = join(WORKSPACE, SHIPPED_FOLDER);
const PAGE = join(WORKSPACE, 'docs/models.md');

const progress = new Progress(process.stderr);
const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

async function main(): Promise<void> {
  const request = readRequest(process.argv.slice(2), process.env);
  switch (request.action) {
    case 'help':
      return void process.stdout.write(HELP);
    case 'schema':
      return void process.stdout.write(
        `${JSON.stringify({ featureSchemaSha256: featureSchemaHash(), features: FEATURES }, null, 2)}\n`,
      );
    case 'train-shipped': {
      const { files } = await trainFrom({ kind: 'simulated', market: SHIPPED_MARKET }, SHIPPED_RECIPE);
      await writeModelFolder(SHIPPED, files);
      await writeFile(PAGE, pageWith(await readFile(PAGE, 'utf8'), files));
      return say(`${SHIPPED} and the scores in ${PAGE} are written.`);
    }
    case 'check-shipped':
      return checkShipped();
    case 'train':
    case 'export':
      return ownModel(request);
  }
}

async function ownModel({
  action,
  source,
  recipe,
  out,
}: Extract<TrainRequest, { out: string }>): Promise<void> {
  if (action === 'export') {
    const { examples, leftOut } = datasetOf(
      await candlesOf(source, recipe.timeframe),
      recipe.timeframe,
      recipe.labels,
    );
    await writeExamples(out, examples);
    return say(`${out} holds ${examples.length} examples; left out: ${JSON.stringify(leftOut)}.`);
  }
  const { files, scores } = await trainFrom(source, recipe);
  await writeModelFolder(out, files).catch((error: unknown) => {
    throw new ExpectedError(
      `${out} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    );
  });
  process.stdout.write(`${JSON.stringify(scores, null, 2)}\n`);
  say(`${out} holds the model; MODEL_PATH=${out} runs it.`);
}

/** The shipped files and the page against a fresh training. */
async function checkShipped(): Promise<void> {
  const { files } = await trainFrom({ kind: 'simulated', market: SHIPPED_MARKET }, SHIPPED_RECIPE);
  const kept: ModelFiles = {
    onnx: await readFile(join(SHIPPED, MODEL_FILES.onnx)),
    manifest: await readFile(join(SHIPPED, MODEL_FILES.manifest), 'utf8'),
  };
  const comparison = compareFiles(files, kept);
  if (comparison === 'different')
    throw new ExpectedError(`${SHIPPED} is not what a training gives now: npm run train writes it anew.`);
  const page = await readFile(PAGE, 'utf8');
  if (page !== pageWith(page, kept))
    throw new ExpectedError(
      `${PAGE} does not tell the scores in ${SHIPPED}: npm run train writes them anew.`,
    );
  say(`A fresh training and ${SHIPPED_FOLDER} are ${comparison}.`);
}

function pageWith(page: string, { manifest }: ModelFiles): string {
  return withScores(page, JSON.parse(manifest) as ReportedModel);
}

async function trainFrom(source: CandleSource, recipe: Recipe): Promise<TrainedModel> {
  const candles = await candlesOf(source, recipe.timeframe);
  say(`${candles.length} candles; training.`);
  return trainModel(candles, recipe, describe(source));
}

async function candlesOf(source: CandleSource, timeframe: string): Promise<Candle[]> {
  const show = (part: number): void => progress.show('candles', part);
  try {
    switch (source.kind) {
      case 'simulated':
        return simulatedCandles(source.market, timeframe, show);
      case 'recorded':
        return await recordedCandles(source.source, source.series, timeframe, process.env, show);
      case 'candles':
        return await candleLines(source.file, timeframe);
    }
  } finally {
    progress.end();
  }
}

/** What model.json says of the data; no path of this machine. */
function describe(source: CandleSource): Record<string, unknown> {
  switch (source.kind) {
    case 'simulated':
      return {
        source: 'simulated',
        note: 'An invented market in which prices walk at random: this shows the path from data to signals and is no advice.',
        ...source.market,
        from: new Date(source.market.from).toISOString(),
      };
    case 'recorded':
      return {
        source: source.source.kind,
        series: source.series.flatMap(({ venue, symbols }) =>
          symbols.map((symbol) => `${venue.name}:${symbol}`),
        ),
      };
    case 'candles':
      return { source: 'candles' };
  }
}

main().catch((error: unknown) => {
  if (!(error instanceof ExpectedError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
});
