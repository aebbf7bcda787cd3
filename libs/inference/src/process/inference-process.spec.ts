import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import type { FeatureRow } from '@neuraltrade/strategies';
import { readModelFolder } from '../model/model-folder';
import { regressionProbabilities } from '../onnx/softmax-regression';
import type { OnnxModel } from '../onnx/onnx-types';
import { sampleRows } from '../testing/feature-rows';
import { buildInferenceProgram, type InferenceProgram } from '../testing/inference-program';
import {
  failingOnnx,
  loopingOnnx,
  notANumberOnnx,
  otherWidthOnnx,
  SAMPLE_REGRESSION,
  sampleOnnx,
  writeSampleModel,
} from '../testing/sample-models';
import type { ModelDescription } from '../model/write-model-folder';
import { type InferenceOptions, InferenceProcess } from './inference-process';

const NEVER = 1e15;
const LONG_MS = 60_000;

let root: string;
let built: InferenceProgram;
const open: InferenceProcess[] = [];
const lost: string[] = [];

beforeAll(() => {
  built = buildInferenceProgram();
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'inference-models-'));
  lost.length = 0;
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((inference) => inference.stop()));
  await rm(root, { recursive: true, force: true });
});
afterAll(() => built.remove());

async function processOf(
  onnx: OnnxModel = sampleOnnx(),
  changes: Partial<InferenceOptions> = {},
  described: Partial<ModelDescription> = {},
): Promise<InferenceProcess> {
  const model = await readModelFolder(
    await writeSampleModel(join(root, `model-${open.length}`), described, onnx),
  );
  const inference = new InferenceProcess({
    model,
    ...{ program: built.program, env: built.env },
    ...{ budgetMs: LONG_MS, stuckMs: LONG_MS, maxWaitingRows: 1_000 },
    onLost: (reason) => lost.push(reason),
    ...changes,
  });
  open.push(inference);
  return inference;
}

async function started(...given: Parameters<typeof processOf>): Promise<InferenceProcess> {
  const inference = await processOf(...given);
  await inference.start();
  return inference;
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('It did not come about in 20 s.');
    await sleep(10);
  }
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const single = (row: FeatureRow): Float32Array => Float32Array.from(row.values);

test('the probabilities of ONNX Runtime are those of our own forward pass within a millionth', async () => {
  const rows = sampleRows(50);
  const inference = await started();
  const judgements = await inference.judge(rows);
  expect(judgements).toHaveLength(rows.length);
  judgements.forEach((judgement, at) => {
    const [buy, hold, sell] = regressionProbabilities(SAMPLE_REGRESSION, single(rows[at] as FeatureRow));
    if (judgement.probabilities === null) throw new Error(judgement.reason);
    expect(Math.abs(judgement.probabilities.buy - (buy as number))).toBeLessThan(1e-6);
    expect(Math.abs(judgement.probabilities.hold - (hold as number))).toBeLessThan(1e-6);
    expect(Math.abs(judgement.probabilities.sell - (sell as number))).toBeLessThan(1e-6);
    expect(judgement.inferenceTimeMs).toBeGreaterThan(0);
  });
});

test('a row has the same probabilities alone and among others, to the last bit, and the classes may come in any order', async () => {
  const rows = sampleRows(5);
  const inference = await started();
  const together = await inference.judge(rows);
  const [alone] = await inference.judge(rows.slice(3, 4));
  expect(alone?.probabilities).toEqual(together[3]?.probabilities);
  const turned = await started(sampleOnnx(), {}, { classes: ['sell', 'buy', 'hold'] });
  const [other] = await turned.judge(rows.slice(3, 4));
  expect(other?.probabilities?.sell).toBe(alone?.probabilities?.buy);
});

test.each([
  [
    'of another input shape',
    otherWidthOnnx,
    {},
    "its input 'features' has the shape [rows, 2] where [rows, 15]",
  ],
  [
    'without the input that it names',
    sampleOnnx,
    { input: 'x' },
    'it asks for the inputs features where x alone is fed',
  ],
  ['without the output that it names', sampleOnnx, { output: 'y' }, "it has no output 'y'"],
  [
    'of a graph that does not hold together',
    (): OnnxModel => ({ ...sampleOnnx(), graph: { ...sampleOnnx().graph, initializer: [] } }),
    {},
    'ONNX Runtime cannot load it',
  ],
])('a model %s is refused at the start, in a sentence', async (_, onnx, described, sentence) => {
  const inference = await processOf(onnx(), {}, described);
  await expect(inference.start()).rejects.toMatchObject({
    name: 'ModelRefusedError',
    exitCode: 78,
    message: expect.stringContaining(sentence) as string,
  });
  expect(lost).toEqual([]);
});

test('where ONNX Runtime cannot be loaded that is said, and it is not the fault of the model', async () => {
  const inference = await processOf(sampleOnnx(), { env: {} });
  await expect(inference.start()).rejects.toMatchObject({
    name: 'InferenceUnavailableError',
    message: expect.stringContaining('ONNX Runtime does not run on this machine') as string,
  });
});

test('a process that ends before it has loaded a model is not started again and again', async () => {
  const program = join(root, 'ends.cjs');
  await writeFile(program, "process.stderr.write('no room\\n'); process.exit(3);");
  const inference = await processOf(sampleOnnx(), { program });
  await expect(inference.start()).rejects.toMatchObject({
    name: 'InferenceUnavailableError',
    message: 'The inference process ended before it had loaded a model: exit code 3: no room.',
  });
  expect([inference.pid, lost]).toEqual([undefined, []]);
});

test('a model that says no number, or fails, gives no judgement and goes on', async () => {
  const [row] = sampleRows(1) as [FeatureRow];
  const silent = await started(notANumberOnnx());
  const failing = await started(failingOnnx());
  for (let turn = 0; turn < 2; turn += 1) {
    expect(await silent.judge([row])).toEqual([{ probabilities: null, reason: 'invalid-output' }]);
    expect(await failing.judge([row])).toEqual([{ probabilities: null, reason: 'failed' }]);
  }
  expect([silent.fault, failing.fault, lost]).toEqual(['', '', []]);
});

test('a judgement that comes behind its budget is late and never told', async () => {
  const [row] = sampleRows(1) as [FeatureRow];
  // A million turns take tens of milliseconds or more: far more than one.
  const slow = await started(loopingOnnx(1_000_000), { budgetMs: 1 });
  expect(await slow.judge([row])).toEqual([{ probabilities: null, reason: 'late' }]);
  expect(lost).toEqual([]);
});

test('a process that is stuck in its model is replaced, and the next one judges', async () => {
  const [row] = sampleRows(1) as [FeatureRow];
  const stuck = await started(loopingOnnx(NEVER), { budgetMs: 100, stuckMs: 300 });
  const first = stuck.pid as number;
  expect(await stuck.judge([row])).toEqual([{ probabilities: null, reason: 'late' }]);
  // Nobody waits a whole budget again for a process that is late already.
  const nextTurn = new Promise((resolve) => setImmediate(() => resolve('still waiting')));
  const atOnce = await Promise.race([stuck.judge([row]), nextTurn]);
  expect(atOnce).toEqual([{ probabilities: null, reason: 'late' }]);
  await until(() => !isRunning(first) && stuck.pid !== undefined && stuck.fault === '');
  expect(stuck.pid).not.toBe(first);
  expect(lost).toEqual(['it did not answer for 300 ms']);
  // Stopping does not wait for a model that never ends.
  void stuck.judge([row]);
  await stuck.stop();
});

test('a process that dies fails what it was asked, is silent while it is replaced, and the next one judges', async () => {
  const [row] = sampleRows(1) as [FeatureRow];
  const inference = await started();
  const first = inference.pid as number;
  process.kill(first, 'SIGSTOP');
  const asked = inference.judge([row]);
  const waiting = inference.judge([row]);
  process.kill(first, 'SIGKILL');
  expect([await asked, await waiting]).toEqual(Array(2).fill([{ probabilities: null, reason: 'failed' }]));
  expect(await inference.judge([row])).toEqual([{ probabilities: null, reason: 'unavailable' }]);
  await until(() => inference.fault === '');
  expect((await inference.judge([row]))[0]?.probabilities).not.toBeNull();
  expect(inference.pid).not.toBe(first);
  expect(lost).toEqual(['SIGKILL']);
});

test('more rows than may wait are refused at once; after the stop none is judged', async () => {
  const rows = sampleRows(4);
  const inference = await started(loopingOnnx(NEVER), { maxWaitingRows: 3 });
  const held = inference.judge(rows.slice(0, 3));
  expect(await inference.judge(rows.slice(3))).toEqual([{ probabilities: null, reason: 'overloaded' }]);
  const pid = inference.pid as number;
  await inference.stop();
  expect(await held).toEqual(Array(3).fill({ probabilities: null, reason: 'stopped' }));
  expect(await inference.judge(rows.slice(0, 1))).toEqual([{ probabilities: null, reason: 'stopped' }]);
  expect(isRunning(pid)).toBe(false);
});

test('a process that is stuck in its model ends with its owner, also a killed one', async () => {
  const folder = await writeSampleModel(join(root, 'endless'), {}, loopingOnnx(NEVER));
  const script = join(root, 'owner.cjs');
  buildSync({
    stdin: {
      contents: `
        import { InferenceProcess } from './process/inference-process';
        import { readModelFolder } from './model/model-folder';
        import { sampleRows } from './testing/feature-rows';
        void readModelFolder(${JSON.stringify(folder)}).then(async (model) => {
          const inference = new InferenceProcess({
            model, program: ${JSON.stringify(built.program)}, env: ${JSON.stringify(built.env)},
            budgetMs: 60_000, stuckMs: 60_000, maxWaitingRows: 10, onLost: () => undefined });
          await inference.start();
          void inference.judge(sampleRows(1));
          setTimeout(() => console.log(inference.pid), 200);
        });`,
      resolveDir: join(__dirname, '..'),
      loader: 'ts',
    },
    ...{ bundle: true, platform: 'node', outfile: script, external: ['onnxruntime-node'], logLevel: 'error' },
    tsconfig: join(__dirname, '../../../../tsconfig.base.json'),
  });
  const owner = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = await new Promise<number>((resolve) =>
    owner.stdout.once('data', (told) => resolve(Number(told))),
  );
  expect(isRunning(pid)).toBe(true);
  owner.kill('SIGKILL');
  await until(() => !isRunning(pid));
});
