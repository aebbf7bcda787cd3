import type { Gap, MlSignal, SignalOutcome } from '@neuraltrade/contracts';
import type { MarketStore } from '../market-store';
import type { SignalsQuery } from '../signal-queries';
import { gapOf, MINUTE, outcomeOf, signalOf, unjudgedOf } from './records';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const ALL = { from: 0, to: MINUTE + 9 * DAY_MS, limit: 5_000 } as const;

/** The part of the store contract that is about reading gaps. */
export function describeGapQueries(store: () => MarketStore): void {
  describe('gaps of a range', () => {
    const SERIES = { ...ALL, exchange: 'binance', symbol: 'BTC/USDT' } as const;
    const gap = (from: number, to: number | null, changes: Partial<Gap> = {}): Gap =>
      gapOf({
        gapId: `binance:BTC/USDT:${from}`,
        afterTradeId: null,
        fromTimestamp: MINUTE + from,
        toTimestamp: to === null ? null : MINUTE + to,
        ...(to === null ? {} : { status: 'filled' as const, missing: 3, beforeTradeId: '50' }),
        ...changes,
      });

    test('those that overlap it are told, oldest first, whatever is unknown of them', async () => {
      const ended = gap(0, 9);
      const touches = gap(5, 10);
      const within = gap(12, 13, { status: 'unfillable', cause: 'dropped', missing: null });
      const open = gap(1, null);
      const later = gap(20, null);
      await store().writeGaps([later, within, ended, open, touches]);
      const range = { ...SERIES, from: MINUTE + 10, to: MINUTE + 20 };
      expect(await store().gaps(range)).toEqual([open, touches, within]);
      expect(await store().gaps(SERIES)).toEqual([ended, open, touches, within, later]);
      expect(await store().gaps({ ...SERIES, to: 0 })).toEqual([]);
    });

    test('the newest are told where there are more than asked for, those of one instant by their ids', async () => {
      const same = ['b', 'a', 'c'].map((gapId) => gap(7, 8, { gapId }));
      await store().writeGaps([gap(1, 2), ...same]);
      const ids = (await store().gaps({ ...SERIES, limit: 2 })).map(({ gapId }) => gapId);
      expect(ids).toEqual(['b', 'c']);
    });

    test('only those of the series are told', async () => {
      await store().writeGaps([
        gap(1, 2, { gapId: 'a', exchange: 'kraken' }),
        gap(1, 2, { gapId: 'b', symbol: 'ETH/USDT' }),
      ]);
      expect(await store().gaps(SERIES)).toEqual([]);
    });

    test.each([
      ['exchange', { exchange: "x' --" }],
      ['symbol', { symbol: 'btc' }],
      ['from', { from: -0.5 }],
      ['to', { from: 2, to: 1 }],
      ['limit', { limit: 5_001 }],
    ])('a query with a bad %s is refused by name', async (argument, change) => {
      await expect(store().gaps({ ...SERIES, ...change })).rejects.toThrow(argument);
    });
  });
}

/** The part of the store contract that is about reading signals. */
export function describeSignalQueries(store: () => MarketStore): void {
  describe('signals of a range', () => {
    test('they come back as written, ascending by time, then by their names', async () => {
      const written = [
        signalOf({ timestamp: MINUTE - 400 * DAY_MS, confidence: 0.1 + 0.2, inferenceTimeMs: 0 }),
        signalOf({ timestamp: MINUTE - DAY_MS, signalType: 'sell', probSell: 0.7, probBuy: 0.1 }),
        signalOf({ symbol: 'BTC/USD' }),
        signalOf(),
        signalOf({ riskLevel: 'medium' }),
        signalOf({ signalType: 'hold', modelVersion: 'trend-1', timeframe: '5m' }),
        signalOf({ symbol: 'BTC2/USD', modelVersion: 'b "2" \\' }),
        signalOf({ exchange: 'kraken', symbol: 'BTC/USD' }),
      ];
      await store().writeSignals([...written].reverse());
      expect(await store().signals(ALL)).toEqual(written);
      expect(await store().signals({ ...ALL, limit: 3 })).toEqual(written.slice(-3));
      expect(await store().signals({ ...ALL, limit: 7 })).toEqual(written.slice(1));
    });

    describeFilters<MlSignal>(
      store,
      (one, signals) => one.writeSignals(signals),
      (one, query) => one.signals(query),
      signalOf,
    );
  });
}

/** The part of the store contract that is about what became of signals. */
export function describeOutcomes(store: () => MarketStore, reopen: () => Promise<MarketStore>): void {
  describe('outcomes', () => {
    test('every figure comes back as it was written, and null where nothing can be said', async () => {
      const written = [
        outcomeOf({ returnBps: 0, maxAdverseBps: 0, maxFavourableBps: 0 }),
        outcomeOf({ timestamp: MINUTE + 1, status: 'miss', returnBps: -0.1 - 0.2, signalType: 'sell' }),
        unjudgedOf({ timestamp: MINUTE + 2, modelVersion: 'b "2"' }),
        outcomeOf({ timestamp: MINUTE + 3, signalType: 'hold', maxFavourableBps: 0 }),
      ];
      await store().writeOutcomes([...written].reverse());
      expect(await store().outcomes(ALL)).toEqual(written);
      expect(await store().outcomes({ ...ALL, limit: 2 })).toEqual(written.slice(2));
    });

    test('one that is written again, also after a restart, is one, in its last copy', async () => {
      await store().writeOutcomes([unjudgedOf(), outcomeOf({ exitPrice: 99 })]);
      expect(await store().outcomes(ALL)).toEqual([outcomeOf({ exitPrice: 99 })]);
      await reopen();
      await store().writeOutcomes([unjudgedOf()]);
      expect(await store().outcomes(ALL)).toEqual([unjudgedOf()]);
    });

    test('venue, symbol, timeframe, model version, instant and type tell outcomes apart', async () => {
      const different = [
        outcomeOf(),
        outcomeOf({ exchange: 'kraken' }),
        outcomeOf({ symbol: 'BTC/USD' }),
        outcomeOf({ timeframe: '5m' }),
        outcomeOf({ modelVersion: 'trend-2' }),
        outcomeOf({ timestamp: MINUTE + MINUTE_MS }),
        outcomeOf({ signalType: 'sell' }),
      ];
      await store().writeOutcomes(different);
      await store().writeOutcomes(different);
      const stored = await store().outcomes(ALL);
      expect(stored).toHaveLength(different.length);
      expect(stored).toEqual(expect.arrayContaining(different));
    });

    test.each<[string, SignalOutcome]>([
      ['a bad name', outcomeOf({ symbol: 'btc' })],
      ['an unknown timeframe', outcomeOf({ timeframe: '7m' })],
      ['no model version', outcomeOf({ modelVersion: '' })],
      ['a status that its figures do not go with', outcomeOf({ status: 'unjudged' })],
      ['a figure less than the others', outcomeOf({ returnBps: null })],
    ])('one with %s is refused with the whole batch', async (_what, bad) => {
      await expect(store().writeOutcomes([outcomeOf(), bad])).rejects.toMatchObject({
        name: 'PermanentError',
        reason: 'store-refused',
      });
      expect(await store().outcomes(ALL)).toEqual([]);
    });

    describeFilters<SignalOutcome>(
      store,
      (one, outcomes) => one.writeOutcomes(outcomes),
      (one, query) => one.outcomes(query),
      outcomeOf,
    );
  });

  describe('performance of outcomes', () => {
    const DAY = MINUTE - (MINUTE % DAY_MS);
    const NONE = { judged: 0, hits: 0, misses: 0, unjudged: 0, hitRate: null, meanReturnBps: null };
    const at = (day: number, minute: number): { timestamp: number; horizonTimestamp: number } => {
      const timestamp = DAY + day * DAY_MS + minute * MINUTE_MS;
      return { timestamp, horizonTimestamp: timestamp + 5 * MINUTE_MS };
    };

    test('signals to act and holds are judged apart, by model version and UTC day', async () => {
      await store().writeOutcomes([
        outcomeOf({ ...at(0, 0), returnBps: 8 }),
        outcomeOf({ ...at(0, 1), returnBps: -3, status: 'miss', signalType: 'sell' }),
        outcomeOf({ ...at(0, 2), returnBps: 1 }),
        unjudgedOf(at(0, 3)),
        outcomeOf({ ...at(0, 4), returnBps: 0.5, signalType: 'hold' }),
        unjudgedOf({ ...at(1, 0), signalType: 'hold' }),
        outcomeOf({
          ...at(1, 1439),
          exchange: 'kraken',
          modelVersion: 'b "2"',
          status: 'miss',
          returnBps: -2,
        }),
      ]);
      const whole = { from: DAY, to: DAY + 2 * DAY_MS };
      const rows = [
        {
          modelVersion: 'trend-1',
          day: DAY,
          acts: { judged: 3, hits: 2, misses: 1, unjudged: 1, hitRate: 2 / 3, meanReturnBps: 2 },
          holds: { judged: 1, hits: 1, misses: 0, unjudged: 0, hitRate: 1, meanReturnBps: 0.5 },
        },
        {
          modelVersion: 'b "2"',
          day: DAY + DAY_MS,
          acts: { judged: 1, hits: 0, misses: 1, unjudged: 0, hitRate: 0, meanReturnBps: -2 },
          holds: NONE,
        },
        { modelVersion: 'trend-1', day: DAY + DAY_MS, acts: NONE, holds: { ...NONE, unjudged: 1 } },
      ];
      expect(await store().outcomePerformance(whole)).toEqual(rows);
      expect(await store().outcomePerformance({ ...whole, exchange: 'kraken' })).toEqual([rows[1]]);
      expect(await store().outcomePerformance({ from: DAY + DAY_MS, to: DAY + DAY_MS + 1 })).toEqual([
        rows[2],
      ]);
      expect(await store().outcomePerformance({ from: DAY, to: DAY })).toEqual([]);
    });

    test.each([
      ['exchange', { from: 0, to: 1, exchange: "x' --" }],
      ['to', { from: 2, to: 1 }],
    ])('a query with a bad %s is refused by name', async (argument, query) => {
      await expect(store().outcomePerformance(query)).rejects.toThrow(argument);
    });
  });
}

/** What the queries for signals and for outcomes have in common. */
function describeFilters<R extends MlSignal | SignalOutcome>(
  store: () => MarketStore,
  write: (store: MarketStore, records: readonly R[]) => Promise<void>,
  read: (store: MarketStore, query: SignalsQuery) => Promise<R[]>,
  recordOf: (changes: Partial<MlSignal & SignalOutcome>) => R,
): void {
  test('`from` is inclusive, `to` exclusive, and each filter leaves the others out', async () => {
    const plain = recordOf({});
    const others = {
      exchange: recordOf({ exchange: 'kraken' }),
      symbol: recordOf({ symbol: 'ETH/USDT' }),
      timeframe: recordOf({ timeframe: '5m' }),
      modelVersion: recordOf({ modelVersion: 'x" or true) //' }),
    };
    const later = recordOf({ timestamp: MINUTE + 1 });
    await write(store(), [plain, ...Object.values(others), later]);
    expect(await read(store(), { ...ALL, from: MINUTE + 1 })).toEqual([later]);
    expect(await read(store(), { ...ALL, to: MINUTE + 1 })).toHaveLength(5);
    expect(await read(store(), { ...ALL, from: MINUTE, to: MINUTE })).toEqual([]);
    expect(await read(store(), { ...ALL, from: MINUTE + 2, to: Number.MAX_SAFE_INTEGER })).toEqual([]);
    for (const [name, other] of Object.entries(others)) {
      const value = other[name as keyof typeof others];
      expect(await read(store(), { ...ALL, [name]: value })).toEqual([other]);
    }
  });

  test.each([
    ['exchange', { exchange: "x' --" }],
    ['symbol', { symbol: 'BTC-USDT' }],
    ['timeframe', { timeframe: '7m' }],
    ['modelVersion', { modelVersion: '' }],
    ['modelVersion', { modelVersion: 'x'.repeat(65) }],
    ['from', { from: 0.5 }],
    ['to', { from: 2, to: 1 }],
    ['limit', { limit: 0 }],
    ['limit', { limit: 5_001 }],
  ])('a query with a bad %s is refused by name', async (argument, change) => {
    await expect(read(store(), { ...ALL, ...change })).rejects.toThrow(argument);
  });
}
