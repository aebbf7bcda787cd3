import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failingOnnx, otherWidthOnnx, sha256, writeSampleModel } from '@neuraltrade/inference';
import { buildBacktest, runBacktest } from './testing/run-backtest';

jest.setTimeout(120_000);

const COMMAND = [
  ...['--exchange', 'binance', '--symbols', 'BTC/USDT', '--source', 'simulated', '--to', '2024-01-01T08:00Z'],
  ...['--strategy', 'model', '--model'],
];

interface Document {
  readonly model: {
    readonly version: string;
    readonly judgedCandles: number;
    readonly silentCandles: number;
    readonly highestBuy: number;
  };
  readonly metrics: { readonly closedTrades: number };
  readonly grid: { readonly points: readonly unknown[] };
}

describe('npm run backtest -- --strategy model', () => {
  let directory: string;
  const fileOf = (model: string, name: string): string => join(directory, model, name);
  const change = (model: string, what: RegExp, into: string): void => {
    const text = readFileSync(fileOf(model, 'model.json'), 'utf8');
    expect(text).toMatch(what);
    writeFileSync(fileOf(model, 'model.json'), text.replace(what, into));
  };

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'neuraltrade-backtest-model-'));
    buildBacktest();
    for (const name of ['sample', 'damaged', 'no-onnx', 'other'])
      await writeSampleModel(join(directory, name));
    await writeSampleModel(join(directory, 'hourly'), { timeframe: '1h' });
    await writeSampleModel(join(directory, 'narrow'), {}, otherWidthOnnx());
    await writeSampleModel(join(directory, 'failing'), {}, failingOnnx());
    writeFileSync(fileOf('damaged', 'model.onnx'), readFileSync(fileOf('sample', 'model.onnx')).subarray(1));
    writeFileSync(fileOf('no-onnx', 'model.onnx'), 'something else');
    change('no-onnx', /"onnxSha256": "[0-9a-f]+"/, `"onnxSha256": "${sha256('something else')}"`);
    change('other', /"featureSchemaSha256": "[0-9a-f]+"/, `"featureSchemaSha256": "${'0'.repeat(64)}"`);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('trades by what the model says, to the same bytes in any number of threads', async () => {
    const grid = [...COMMAND, 'sample', '--grid', 'enter=0.35|0.4,hold=3|5'];
    const [one, two] = await Promise.all([
      runBacktest([...grid, '--workers', '1', '--report', 'one.html'], directory),
      runBacktest([...grid, '--workers', '2', '--report', 'two.html'], directory),
    ]);
    expect([one.code, two.code]).toEqual([0, 0]);
    expect(one.out).toBe(two.out);
    const page = readFileSync(join(directory, 'one.html'), 'utf8');
    expect(readFileSync(join(directory, 'two.html'), 'utf8')).toBe(page);
    const { model, metrics, grid: found } = JSON.parse(one.out) as Document;
    expect(model).toMatchObject({ version: 'sample-1', silentCandles: 0 });
    expect(model.judgedCandles).toBeGreaterThan(300);
    expect(model.highestBuy).toBeGreaterThan(0);
    expect(model.highestBuy).toBeLessThanOrEqual(1);
    expect(metrics.closedTrades).toBeGreaterThan(3);
    expect(found.points).toHaveLength(4);
    expect(page).toContain('Candles that it judged');
    for (const text of [one.out, page]) expect(text).not.toContain(directory);
    expect(one.said).toContain('asking the model: 100 %');
  });

  it.each([
    ['is missing', 'nowhere', 'model.json cannot be read (ENOENT). A model is a folder with', 78],
    ['is damaged', 'damaged', 'model.onnx has the SHA-256 ', 78],
    ['is no ONNX file', 'no-onnx', 'it is no ONNX file', 78],
    ['has another input shape', 'narrow', "its input 'features' has the shape [", 78],
    ['was trained on other features', 'other', 'it was trained on other features (schema 0000', 78],
    ['judges other candles', 'hourly', 'judges 1h candles, not 1m ones: run it with --timeframe 1h.', 2],
    ['fails', 'failing', 'failed on one of ', 1],
  ])(
    'says in a plain sentence that a model %s, and leaves with a fault',
    async (_, model, sentence, code) => {
      const { code: left, out, said } = await runBacktest([...COMMAND, model], directory);
      expect(said).toContain(sentence);
      expect(said).not.toMatch(/\n\s+at .+:\d+:\d+/);
      expect([left, out]).toEqual([code, '']);
    },
  );
});
