import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Candle } from '@neuraltrade/contracts';
import { type CheckedModel, InferenceProcess, readModelFolder } from '@neuraltrade/inference';
import { FEATURE_COUNT, type FeatureRow, SymbolFeatures, WARM_UP_CANDLES } from '@neuraltrade/strategies';
import { distributionOf } from './distribution';

/** How much is judged. */
export interface InferenceSizes {
  /** Candles that features are computed of, and rows that are judged. */
  readonly candles: number;
}

const MODEL = join(__dirname, 'model');
/** Rows of a question when many are judged at once, as the engine asks. */
const ROWS_TOGETHER = 64;
/** Symbols whose features are held for the figure of memory. */
const SYMBOLS = 5_000;
const LONG_MS = 600_000;

/** Measures features and the shipped model and tells each figure. */
export async function benchInference(
  { candles }: InferenceSizes,
  tell: (figure: object) => void,
): Promise<void> {
  const rows = features(candles, tell);
  memory(tell);
  const model = await readModelFolder(MODEL);
  const inference = new InferenceProcess({
    ...{ model, program: join(__dirname, 'inference.cjs') },
    ...{ budgetMs: LONG_MS, stuckMs: LONG_MS, maxWaitingRows: candles + 1 },
    onLost: (reason) => {
      throw new Error(`The inference process was lost: ${reason}.`);
    },
  });
  const begun = performance.now();
  await inference.start();
  tell({ figure: 'inference-start', unit: 'ms', value: rounded(performance.now() - begun) });
  try {
    await oneByOne(inference, model, rows, tell);
    await together(inference, rows, tell);
    const rss = /VmRSS:\s+(\d+)/.exec(statusOf(inference.pid))?.[1];
    tell({
      figure: 'inference-process-rss',
      unit: 'MB',
      value: rss === undefined ? null : Math.round(Number(rss) / 1_024),
    });
  } finally {
    await inference.stop();
  }
}

function features(count: number, tell: (figure: object) => void): FeatureRow[] {
  const given = walkOf(count + WARM_UP_CANDLES - 1);
  const symbol = new SymbolFeatures('1m');
  const begun = performance.now();
  const rows = given.flatMap((candle) => symbol.add(candle).row ?? []);
  const seconds = (performance.now() - begun) / 1_000;
  tell({
    figure: 'features',
    unit: 'features/s',
    value: Math.round((rows.length * FEATURE_COUNT) / seconds),
    candlesPerSecond: Math.round(rows.length / seconds),
    candles: rows.length,
  });
  return rows;
}

/** What a symbol on one venue costs while it is followed. */
function memory(tell: (figure: object) => void): void {
  const given = walkOf(WARM_UP_CANDLES);
  const before = process.memoryUsage();
  const symbols = Array.from({ length: SYMBOLS }, () => {
    const symbol = new SymbolFeatures('1m');
    for (const candle of given) symbol.add(candle);
    return symbol;
  });
  const after = process.memoryUsage();
  const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  tell({
    figure: 'feature-series',
    unit: 'bytes',
    value: Math.round(bytes / symbols.length),
    series: symbols.length,
  });
}

/** A row at a time: what the model takes, and what the engine waits for, against ONNX Runtime called in this process. */
async function oneByOne(
  inference: InferenceProcess,
  model: CheckedModel,
  rows: readonly FeatureRow[],
  tell: (figure: object) => void,
): Promise<void> {
  const modelMs: number[] = [];
  const answerMs: number[] = [];
  for (const row of rows) {
    const begun = performance.now();
    const [judgement] = await inference.judge([row]);
    answerMs.push(performance.now() - begun);
    if (judgement === undefined || judgement.probabilities === null) throw new Error('A row was not judged.');
    modelMs.push(judgement.inferenceTimeMs);
  }
  const peerMs = await plainTimes(model, rows);
  const peer = 'onnxruntime-node called in this process';
  const peerSpread = distributionOf(peerMs);
  const figures = [
    ['inference-time', modelMs],
    ['inference-answer', answerMs],
  ] as const;
  for (const [figure, timesMs] of figures) {
    const { p50, p99 } = distributionOf(timesMs);
    tell({
      figure,
      unit: 'ms',
      p50: rounded(p50),
      p99: rounded(p99),
      peer,
      peerP50: rounded(peerSpread.p50),
      peerP99: rounded(peerSpread.p99),
      ratio: rounded(p50 / peerSpread.p50),
      rows: rows.length,
    });
  }
}

async function plainTimes({ onnx, manifest }: CheckedModel, rows: readonly FeatureRow[]): Promise<number[]> {
  // The other suites need none of its native code.
  const onnxruntime = await import('onnxruntime-node');
  const { input, output } = manifest;
  const session = await onnxruntime.InferenceSession.create(onnx, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const timesMs: number[] = [];
  for (const { values } of rows) {
    const feed = new onnxruntime.Tensor('float32', Float32Array.from(values), [1, values.length]);
    const begun = performance.now();
    await session.run({ [input]: feed }, [output]);
    timesMs.push(performance.now() - begun);
  }
  return timesMs;
}

async function together(
  inference: InferenceProcess,
  rows: readonly FeatureRow[],
  tell: (figure: object) => void,
): Promise<void> {
  const begun = performance.now();
  const asked: Promise<unknown>[] = [];
  for (let at = 0; at < rows.length; at += ROWS_TOGETHER)
    asked.push(inference.judge(rows.slice(at, at + ROWS_TOGETHER)));
  await Promise.all(asked);
  const seconds = (performance.now() - begun) / 1_000;
  tell({
    figure: 'judgements',
    unit: 'candles/s',
    value: Math.round(rows.length / seconds),
    together: ROWS_TOGETHER,
  });
}

function statusOf(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid ?? 'self'}/status`, 'utf8');
  } catch {
    // Not on this system.
    return '';
  }
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}

function walkOf(count: number): Candle[] {
  return Array.from({ length: count }, (_, index) => {
    const open = 60_000 + 50 * Math.sin(index * 1.7) + 900 * Math.sin(index * 0.01);
    const close = 60_000 + 50 * Math.sin((index + 1) * 1.7) + 900 * Math.sin((index + 1) * 0.01);
    return {
      ...{ exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1m' },
      timestamp: Date.UTC(2026, 0, 5) + index * 60_000,
      ...{ open, close, high: Math.max(open, close) + 5, low: Math.min(open, close) - 5 },
      volume: 2 + Math.cos(index),
      trades: 20,
      vwap: (open + close) / 2,
      ...{ state: 'final', revision: 0, epoch: 1, complete: true },
    };
  });
}
