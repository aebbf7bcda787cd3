import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeOnnx } from '../onnx/onnx-file';
import { sampleOnnx, writeSampleModel } from '../testing/sample-models';
import { featureSchemaHash, sha256 } from './feature-schema-hash';
import { readModelFolder } from './model-folder';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'models-'));
  folder = await writeSampleModel(join(root, 'sample'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Changes a text inside a file of the folder. */
async function change(name: string, what: RegExp, into: string): Promise<void> {
  const text = await readFile(join(folder, name), 'utf8');
  expect(text).toMatch(what);
  await writeFile(join(folder, name), text.replace(what, into));
}

/** Replaces model.onnx and names its hash. */
async function replaceOnnx(bytes: Uint8Array): Promise<void> {
  await writeFile(join(folder, 'model.onnx'), bytes);
  await change('model.json', /"onnxSha256": "[0-9a-f]+"/, `"onnxSha256": "${sha256(bytes)}"`);
}

async function refusal(): Promise<string> {
  const error: unknown = await readModelFolder(folder).catch((fault: unknown) => fault);
  expect(error).toMatchObject({ name: 'ModelRefusedError', exitCode: 78 });
  const sentence = (error as Error).message;
  expect(sentence).toContain(`The model in ${folder} is refused: `);
  expect(sentence).not.toMatch(/at .*\.ts:/);
  return sentence;
}

test('a model folder is read with exactly the bytes that were checked', async () => {
  const model = await readModelFolder(folder);
  expect(model.manifest).toMatchObject({
    modelVersion: 'sample-1',
    featureSchemaSha256: featureSchemaHash(),
  });
  expect(Buffer.from(model.onnx).equals(Buffer.from(encodeOnnx(sampleOnnx())))).toBe(true);
});

test.each([['model.onnx'], ['model.json']])('a folder without %s is refused', async (name) => {
  await rm(join(folder, name));
  expect(await refusal()).toContain(
    `${name} cannot be read (ENOENT). A model is a folder with model.onnx and model.json`,
  );
});

test('another hash of model.onnx is refused, down to one bit', async () => {
  const bytes = await readFile(join(folder, 'model.onnx'));
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
  await writeFile(join(folder, 'model.onnx'), bytes);
  expect(await refusal()).toMatch(/has the SHA-256 [0-9a-f]{64}, model\.json names .* copy the folder again/);
});

test('another feature schema is refused', async () => {
  await change(
    'model.json',
    /"featureSchemaSha256": "[0-9a-f]+"/,
    `"featureSchemaSha256": "${'0'.repeat(64)}"`,
  );
  expect(await refusal()).toContain('it was trained on other features');
});

test.each([
  ['is not JSON', /^\{/, ''],
  ['modelVersion', /"sample-1"/, '"a b"'],
  ['modelVersion', /"sample-1"/, `"${'x'.repeat(65)}"`],
  ['timeframe', /"1m"/, '"7m"'],
  ['classes', /"hold"/, '"buy"'],
  ['volatilityQuantiles', /0\.0001,/, '-1,'],
  ['horizonCandles', /"horizonCandles": 5/, '"horizonCandles": 0'],
  ['onnxSha256', /"onnxSha256": "/, '"onnxSha256": "zz'],
  ['format', /"format": 1/, '"format": 2'],
  ['Unrecognized key', /"format": 1/, '"format": 1, "modelPath": "x"'],
])('a model.json with a fault is refused by name: %s', async (named, what, into) => {
  await change('model.json', what, into);
  expect(await refusal()).toContain(named);
});

test('files that are too large are refused before they are read', async () => {
  await truncate(join(folder, 'model.onnx'), 65 * 1_048_576);
  expect(await refusal()).toContain('model.onnx has 68157440 bytes');
  await truncate(join(folder, 'model.json'), 262_145);
  expect(await refusal()).toContain('model.json has 262145 bytes');
});

test('a file that is no ONNX is refused', async () => {
  await replaceOnnx(Buffer.from('no model at all'));
  expect(await refusal()).toContain('it is no ONNX file');
});

test('numbers in other files are refused: their paths are never opened', async () => {
  const model = sampleOnnx();
  const [first] = model.graph.initializer ?? [];
  Object.assign(first as object, {
    dataLocation: 1,
    externalData: [{ key: 'location', value: '/etc/passwd' }],
  });
  await replaceOnnx(encodeOnnx(model));
  expect(await refusal()).toContain('some of its numbers lie in another file');
});

test('operators of strangers, and too many operators, are refused, also inside a graph of an operator', async () => {
  const foreign = sampleOnnx();
  const body = { name: 'inner', node: [{ opType: 'Trusted', domain: 'com.example' }] };
  foreign.graph.node?.push({ opType: 'Loop', attribute: [{ name: 'body', type: 5, g: body }] });
  await replaceOnnx(encodeOnnx(foreign));
  expect(await refusal()).toContain("it uses operators of 'com.example'");

  const many = sampleOnnx();
  many.graph.node?.push(...Array.from({ length: 10_001 }, () => ({ opType: 'Identity' })));
  await replaceOnnx(encodeOnnx(many));
  expect(await refusal()).toContain('it has more than 10000 operators');
});
