import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Candle } from '@neuraltrade/contracts';
import {
  buildInferenceProgram,
  failingOnnx,
  InferenceProcess,
  type InferenceProgram,
  notANumberOnnx,
  readModelFolder,
  writeSampleModel,
} from '@neuraltrade/inference';
import {
  type BarSeries,
  barsOfCandles,
  candleAt,
  type ClosedCandle,
  SymbolFeatures,
  WARM_UP_CANDLES,
} from '@neuraltrade/strategies';
import { judgeOf, type JudgedCandles, setJudgement, unjudged } from './judged-candles';
import { StrategyModel } from './strategy-model';

const FIRST_OPEN = Date.UTC(2024, 2, 5);
const MARKET = { exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1m' };

/** A history that rises and falls; `tone` tells two apart. */
function barsOf(count: number, tone = 1, incompleteAt = -1): BarSeries {
  const candles = Array.from({ length: count }, (_, index): Candle => {
    const [open, close] = [100 + Math.sin(index * tone), 100 + Math.sin((index + 1) * tone)];
    return {
      ...MARKET,
      timestamp: FIRST_OPEN + index * 60_000,
      ...{ open, close, high: Math.max(open, close) + 0.1, low: Math.min(open, close) - 0.1 },
      volume: 2 + Math.cos(index * tone),
      trades: 20,
      vwap: (open + close) / 2,
      ...{ state: 'final', revision: 0, epoch: 1, complete: index !== incompleteAt },
    };
  });
  return barsOfCandles(MARKET, { latenessMs: 0, latencyMs: 0 }, candles, candles);
}

describe('a model that judges a history', () => {
  let directory: string;
  let inference: InferenceProgram;
  let folder: string;
  const open = (from: string, timeframe = '1m'): Promise<StrategyModel> =>
    StrategyModel.open({ folder: from, timeframe, ...inference });
  const judge = async (bars: BarSeries, from = folder): Promise<JudgedCandles & { model: StrategyModel }> => {
    const model = await open(from);
    try {
      return { ...(await model.judge(bars, () => undefined)), model };
    } finally {
      await model.close();
    }
  };

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'neuraltrade-judged-'));
    inference = buildInferenceProgram();
    folder = await writeSampleModel(join(directory, 'sample'));
  });
  afterAll(() => {
    inference.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  it('says of each candle what a live engine hears of its features, and nothing before its warm-up or behind a hole', async () => {
    const hole = 100;
    const bars = barsOf(400, 1, hole);
    const { buy, hold, sell, model } = await judge(bars);
    const live = new InferenceProcess({
      ...{ ...inference, model: await readModelFolder(folder), onLost: () => undefined },
      ...{ budgetMs: 60_000, stuckMs: 60_000, maxWaitingRows: 1 },
    });
    await live.start();
    try {
      const features = new SymbolFeatures('1m');
      for (let index = 0; index < bars.length; index += 1) {
        const candle = candleAt(bars, index);
        const row = candle === null ? null : features.add(candle).row;
        const silent = index < WARM_UP_CANDLES - 1 || (index >= hole && index < hole + WARM_UP_CANDLES);
        expect(row === null).toBe(silent);
        const [judgement] = row === null ? [] : await live.judge([row]);
        expect([buy[index], hold[index], sell[index]]).toEqual(
          row === null ? [NaN, NaN, NaN] : Object.values(judgement?.probabilities ?? {}),
        );
      }
    } finally {
      await live.stop();
    }
    expect([model.judgedCandles, model.silentCandles]).toEqual([401 - 2 * WARM_UP_CANDLES, 0]);
  });

  it('says the same of a candle whatever comes later', async () => {
    const cut = 300;
    const [whole, early] = [await judge(barsOf(700)), await judge(barsOf(cut))];
    // The same minutes up to the cut, and others behind it.
    const both = barsOf(700);
    const other = barsOf(700, 1.3);
    for (const name of ['open', 'high', 'low', 'close', 'volume', 'vwap'] as const)
      both[name].set(other[name].subarray(cut), cut);
    const changed = await judge(both);
    for (const column of ['buy', 'hold', 'sell'] as const) {
      expect([...early[column]]).toEqual([...whole[column].subarray(0, cut)]);
      expect([...changed[column].subarray(0, cut)]).toEqual([...early[column]]);
      expect([...changed[column].subarray(cut)]).not.toEqual([...whole[column].subarray(cut)]);
    }
  });

  it('that says no probabilities is silent, and that is counted', async () => {
    const from = await writeSampleModel(join(directory, 'nan'), {}, notANumberOnnx());
    const { buy, model } = await judge(barsOf(40), from);
    expect(buy.every(Number.isNaN)).toBe(true);
    expect([model.judgedCandles, model.silentCandles]).toEqual([41 - WARM_UP_CANDLES, 41 - WARM_UP_CANDLES]);
  });

  it('that fails ends the run in a sentence', async () => {
    const from = await writeSampleModel(join(directory, 'failing'), {}, failingOnnx());
    await expect(judge(barsOf(40), from)).rejects.toThrow(
      `The model sample-1 in ${from} failed on one of ${41 - WARM_UP_CANDLES} candles of BTC/USDT from 2024-03-05T00:30:00.000Z on.`,
    );
  });

  it('of candles of another length is refused', async () => {
    await expect(open(folder, '5m')).rejects.toThrow(
      `The model sample-1 in ${folder} judges 1m candles, not 5m ones: run it with --timeframe 1m.`,
    );
  });
});

test('a judgement is found by the time of its candle, and there is none of a candle that was not judged', () => {
  const bars = barsOf(5);
  const judged = unjudged(5);
  setJudgement(judged, 3, { buy: 0.5, hold: 0.3, sell: 0.2 });
  const judgementOf = judgeOf(bars, judged);
  const said = [0, 1, 2, 3, 4].map((index) => judgementOf(candleAt(bars, index) as ClosedCandle));
  expect(said).toEqual([null, null, null, { buy: 0.5, hold: 0.3, sell: 0.2 }, null]);
  const other = { ...(candleAt(bars, 3) as ClosedCandle), timestamp: FIRST_OPEN + 180_001 };
  expect(judgementOf(other)).toBeNull();
  expect(judgementOf({ ...other, timestamp: FIRST_OPEN + 86_400_000 })).toBeNull();
});
