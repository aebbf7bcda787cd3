import type { Candle } from '@neuraltrade/contracts';
import { createMetrics } from '@neuraltrade/metrics';
import { SymbolFeatures } from '@neuraltrade/strategies';
import { CandleHistory } from './candle-history';
import { FeatureBook } from './feature-book';
import { walkOf, WARM_UP } from './testing/candles';

/** A book on a store that can be away, with a clock of its own. */
function rigOf(stored: readonly Candle[], venues: readonly string[] = ['binance']) {
  const rig = { away: true, nowMs: 0, asked: 0, warnings: 0 };
  const metrics = createMetrics();
  const history = new CandleHistory({
    store: {
      candles: ({ exchange, before = Infinity, limit }) => {
        rig.asked += 1;
        if (rig.away) return Promise.reject(new Error('It is away.'));
        const own = stored.filter((candle) => candle.exchange === exchange && candle.timestamp < before);
        return Promise.resolve(own.slice(-limit));
      },
    },
    metrics,
    log: { warn: () => void (rig.warnings += 1) },
    clock: () => rig.nowMs,
  });
  const book = new FeatureBook({ maxSeries: 10, venues, history, metrics });
  const wordOf = async (candle: Candle): Promise<string> => {
    const result = await book.add(candle);
    return result.row === null ? result.reason : 'row';
  };
  return Object.assign(rig, { book, wordOf });
}

test('a store that is away is asked once in a while, and stands in once it is back', async () => {
  const candles = walkOf(60);
  const rig = rigOf(candles.slice(0, 50));
  for (const candle of candles.slice(40, 45)) expect(await rig.wordOf(candle)).toBe('warming-up');
  expect([rig.asked, rig.warnings]).toEqual([1, 1]);
  rig.away = false;
  expect(await rig.wordOf(candles[45] as Candle)).toBe('warming-up');
  rig.nowMs = 10_000;
  expect(await rig.wordOf(candles[46] as Candle)).toBe('row');
  expect(rig.asked).toBe(2);
  expect(await rig.wordOf(candles[47] as Candle)).toBe('row');
  expect(rig.asked).toBe(2);
});

test('a store that holds nothing takes nothing away from what was seen', async () => {
  const candles = walkOf(WARM_UP + 1);
  const rig = rigOf([]);
  for (const candle of candles.slice(0, WARM_UP - 1)) await rig.wordOf(candle);
  rig.away = false;
  rig.nowMs = 10_000;
  expect(await rig.wordOf(candles[WARM_UP - 1] as Candle)).toBe('row');
});

describe('an incomplete candle that is mended only when the next ones have closed', () => {
  const candles = walkOf(60);
  const unmended = (count: number): Candle[] =>
    candles.slice(0, count).map((candle, at) => ({ ...candle, complete: at !== 40 }));

  test('costs those signals alone: the store is read again, further apart each time', async () => {
    const stored: Candle[] = unmended(41);
    const rig = rigOf(stored);
    rig.away = false;
    const words: string[] = [];
    for (const at of [40, 41, 42, 43, 44, 45, 46, 47, 48, 49]) {
      if (at === 46) stored.splice(0, 41, ...candles.slice(0, 41));
      words.push(await rig.wordOf((at === 40 ? stored[40] : candles[at]) as Candle));
      stored.push(...candles.slice(stored.length, at + 1));
    }
    // For candle 41, and 1, 3 and 7 behind it; what came by itself is no longer than what is stored then.
    expect(words).toEqual(['incomplete', ...Array<string>(7).fill('warming-up'), 'row', 'row']);
    expect(rig.asked).toBe(4);
  });

  test('a store that is behind takes nothing away from what came', async () => {
    const rig = rigOf(unmended(43));
    rig.away = false;
    const words: string[] = [];
    for (const candle of walkOf(41 + WARM_UP).slice(41)) words.push(await rig.wordOf(candle));
    expect(words).toEqual([...Array<string>(WARM_UP - 1).fill('warming-up'), 'row']);
    // For candle 41, and 1, 3, 7 and 15 behind it.
    expect(rig.asked).toBe(5);
  });
});

describe('another replica had the last candles', () => {
  const candles = ['binance', 'kraken'].map((exchange, at) =>
    walkOf(40, { exchange }).map((candle) => ({ ...candle, close: candle.low + (at + 1) * 0.01 })),
  );
  const [binance, kraken] = candles as [Candle[], Candle[]];
  const undisturbed = (): Map<Candle, Float64Array | undefined> => {
    const features = new SymbolFeatures('1m');
    const values = new Map<Candle, Float64Array | undefined>();
    for (let at = 0; at < 40; at += 1) {
      for (const candle of [kraken[at], binance[at]] as Candle[])
        values.set(candle, features.add(candle).row?.values);
    }
    return values;
  };
  const expectSame = async (
    rig: ReturnType<typeof rigOf>,
    given: readonly (Candle | undefined)[],
  ): Promise<void> => {
    const values = undisturbed();
    for (const candle of given as Candle[])
      expect((await rig.book.add(candle)).row?.values).toEqual(values.get(candle));
  };

  test('which it acknowledged, so that they never come: the store tells them, one interval later', async () => {
    const rig = rigOf([...binance.slice(0, 39), ...kraken.slice(0, 39)], ['binance', 'kraken']);
    rig.away = false;
    await expectSame(rig, [binance[37], binance[38], kraken[38], binance[39], kraken[39]]);
  });

  test('which come all the same, late', async () => {
    const rig = rigOf([...binance.slice(0, 39), ...kraken.slice(0, 39)], ['binance', 'kraken']);
    rig.away = false;
    await expectSame(rig, [binance[37], binance[38], kraken[37], kraken[38], kraken[39]]);
  });

  test('and this one had some before: all venues are as far behind', async () => {
    const rig = rigOf([...binance.slice(0, 39), ...kraken.slice(0, 39)], ['binance', 'kraken']);
    rig.away = false;
    await expectSame(rig, [kraken[33], binance[33], binance[38], kraken[38], binance[39], kraken[39]]);
  });
});

test('a store that never answers is given up', async () => {
  jest.useFakeTimers();
  try {
    const history = new CandleHistory({
      store: { candles: () => new Promise(() => undefined) },
      metrics: createMetrics(),
      log: { warn: () => undefined },
    });
    const read = history.read({ exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1m', limit: 1 });
    jest.advanceTimersByTime(5_000);
    expect(await read).toBeNull();
  } finally {
    jest.useRealTimers();
  }
});
