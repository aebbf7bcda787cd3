import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildInferenceProgram,
  decodeOnnx,
  InferenceProcess,
  type OnnxModel,
  readModelFolder,
  regressionProbabilities,
  type SoftmaxRegression,
} from '@neuraltrade/inference';
import { candlesOf } from './testing/candles';
import { compareFiles } from './check-shipped';
import { datasetOf } from './data/dataset';
import { SHIPPED_FOLDER, SHIPPED_RECIPE } from './recipe';
import { type ReportedModel, withScores } from './report/models-page';
import { trainModel } from './train-model';

jest.setTimeout(60_000);

const WORKSPACE = join(__dirname, '../../..');
const SHIPPED = join(WORKSPACE, SHIPPED_FOLDER);
const kept = (folder: string) => ({
  onnx: readFileSync(join(folder, 'model.onnx')),
  manifest: readFileSync(join(folder, 'model.json'), 'utf8'),
});

describe('a small training', () => {
  const FIXTURE = join(__dirname, 'fixtures/small-model');
  const COMMAND = '--source simulated --seed 2 --hours 4 --model-version small-1 --out';
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'train-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test('by the command gives the files that are kept of it: bit for bit on the Node that made them, within the tolerance elsewhere', () => {
    const out = join(directory, 'model');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['tools/run.mjs', 'tools/train', ...COMMAND.split(' '), out],
      { cwd: WORKSPACE, encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringContaining(`MODEL_PATH=${out} runs it`) as string,
    });
    expect(JSON.parse(stdout)).toMatchObject({ logLoss: expect.any(Number) as number });
    expect(['identical', 'within tolerance']).toContain(compareFiles(kept(out), kept(FIXTURE)));
  });

  test('gives the same bytes again, in whatever order its candles come', () => {
    const closes = Array.from(
      { length: 1_500 },
      (_, at) => 100 + Math.sin(at) + 3 * Math.sin(at / 40) + Math.sin(at * at),
    );
    const candles = candlesOf(closes);
    const first = trainModel(candles, SHIPPED_RECIPE, {}).files;
    expect(compareFiles(trainModel(candles.toReversed(), SHIPPED_RECIPE, {}).files, first)).toBe('identical');
    expect(compareFiles(trainModel(candles.slice(1), SHIPPED_RECIPE, {}).files, first)).toBe('different');
    expect(
      compareFiles({ ...first, manifest: first.manifest.replace('"bandBps": 8', '"bandBps": 9') }, first),
    ).toBe('different');
    expect(compareFiles({ ...first, onnx: Uint8Array.of(1) }, first)).toBe('different');
  });

  test('is in ONNX Runtime what it is in our own forward pass, within a millionth', async () => {
    const built = buildInferenceProgram();
    const model = await readModelFolder(FIXTURE);
    const inference = new InferenceProcess({
      ...{ model, program: built.program, env: built.env },
      ...{ budgetMs: 60_000, stuckMs: 60_000, maxWaitingRows: 1_000 },
      onLost: () => undefined,
    });
    await inference.start();
    const closes = Array.from({ length: 300 }, (_, at) => 100 + 0.1 * Math.sin(at) + Math.sin(at / 40));
    const rows = datasetOf(candlesOf(closes), '1m', SHIPPED_RECIPE.labels).examples.map(({ row }) => row);
    const judgements = await inference.judge(rows);
    await inference.stop();
    built.remove();
    const regression = regressionOf(decodeOnnx(model.onnx));
    expect(rows.length).toBeGreaterThan(200);
    judgements.forEach(({ probabilities }, at) => {
      const own = regressionProbabilities(regression, Float32Array.from(rows[at]?.values ?? []));
      const theirs = [probabilities?.buy, probabilities?.hold, probabilities?.sell].map(Number);
      theirs.forEach((value, column) => expect(Math.abs(value - (own[column] as number))).toBeLessThan(1e-6));
    });
  });
});

/** The numbers of a regression as they stand in its ONNX form. */
function regressionOf({ graph }: OnnxModel): SoftmaxRegression {
  const numbers = (name: string): number[] =>
    graph.initializer?.find((tensor) => tensor.name === name)?.floatData ?? [];
  const means = numbers('means');
  const weights = numbers('weights');
  return {
    means,
    scales: numbers('scales'),
    limit: numbers('most')[0] ?? Number.NaN,
    weights: [0, 1, 2].map((name) => weights.slice(name * means.length, (name + 1) * means.length)),
    biases: numbers('biases'),
  };
}

test('too few candles, and a band that nothing leaves, are told in a sentence', () => {
  const still = candlesOf(Array<number>(3_000).fill(100));
  expect(() => trainModel(still.slice(0, 100), SHIPPED_RECIPE, {})).toThrow(
    'Give it more candles without holes.',
  );
  expect(() => trainModel(still, SHIPPED_RECIPE, {})).toThrow("No example to train on is 'buy'");
});

describe('the model that comes with the project', () => {
  test('fits the features as they are computed here', async () => {
    const { manifest } = await readModelFolder(SHIPPED);
    expect(manifest.modelVersion).toBe(SHIPPED_RECIPE.modelVersion);
  });

  test('has its scores on the page about models', () => {
    const page = readFileSync(join(WORKSPACE, 'docs/models.md'), 'utf8');
    expect(withScores(page, JSON.parse(kept(SHIPPED).manifest) as ReportedModel)).toBe(page);
  });
});
