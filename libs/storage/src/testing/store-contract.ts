import type { Candle, Gap, MlSignal, ProcessedTick } from '@neuraltrade/contracts';
import type { MarketStore } from '../market-store';
import type { TickHistory } from '../tick-history';
import { candleOf, gapOf, MINUTE, outcomeOf, signalOf, tickOf, unjudgedOf } from './records';
import { describeGapQueries, describeOutcomes, describeSignalQueries } from './signal-contract';

const DAY_MS = 86_400_000;
const EVERYTHING = { since: 0 } as const;
const SERIES = { exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1m', limit: 5_000 } as const;

/** A store under test, with what only a test needs. */
export interface StoreUnderTest {
  /** The open, empty store. */
  readonly store: MarketStore & TickHistory;
  /** Closes the store and opens what it kept; the earlier one is not used any more. */
  reopen(): Promise<MarketStore>;
  /** A tick as the store keeps it: without the fields that it has no place for. Absent = it keeps them all. */
  asKept?(tick: ProcessedTick): ProcessedTick;
  /** Every tick that the store opened last holds, in any order, read past the interface. */
  storedTicks(): Promise<ProcessedTick[]>;
  /** Every gap that the store opened last holds, in any order, read past the interface. */
  storedGaps(): Promise<Gap[]>;
  /** Every signal that the store opened last holds, in any order, read past the interface. */
  storedSignals(): Promise<MlSignal[]>;
  /** Closes the store and removes what it kept. */
  dispose(): Promise<void>;
}

/** What every MarketStore does, as a suite: `open` gives an empty store for each fact. */
export function describeStoreContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the store contract`, () => {
    let subject: StoreUnderTest;
    let store: MarketStore;

    beforeEach(async () => {
      subject = await open();
      store = subject.store;
    });
    afterEach(() => subject.dispose());

    describe('ticks', () => {
      test('500 trades in one millisecond are 500 rows, and written twice still 500', async () => {
        const burst = ticks(500);
        await store.writeTicks(burst);
        await store.writeTicks(burst);
        expect(byId(await subject.storedTicks())).toEqual(byId(burst));
      });

      test('a repeat inside one batch is one row, the first copy', async () => {
        await store.writeTicks([tickOf({ last: 100 }), tickOf({ last: 101 })]);
        expect(await subject.storedTicks()).toEqual([tickOf({ last: 100 })]);
      });

      test('a repeat days later, between newer trades and after a restart, is no new row', async () => {
        const old = ticks(10);
        const newer = ticks(10, { timestamp: MINUTE + 3 * DAY_MS });
        await store.writeTicks(old);
        await store.writeTicks(newer);
        store = await subject.reopen();
        await store.writeTicks([...newer, ...old, tickOf({ tradeId: '77', timestamp: MINUTE + 4 * DAY_MS })]);
        expect(await subject.storedTicks()).toHaveLength(21);
      });

      test('one trade id of two venues, two symbols or two instants is a trade each', async () => {
        const different = [
          tickOf(),
          tickOf({ exchange: 'kraken' }),
          tickOf({ symbol: 'BTC/USD' }),
          tickOf({ timestamp: MINUTE + 1 }),
        ];
        await store.writeTicks(different);
        expect(await subject.storedTicks()).toHaveLength(4);
      });

      test('every field comes back as it was written', async () => {
        const written = [
          tickOf({ tradeId: '9007199254740993', takerSide: 'sell', last: 0.1 + 0.2 }),
          tickOf({ tradeId: '2', bid: 100.25, ask: 100.25, quoted: false, quotedAt: null, backfilled: true }),
          tickOf({
            tradeId: '3',
            takerSide: 'unknown',
            inexact: true,
            priceText: '100.2500000000000000001',
            volumeText: '0.1250000000000000000001',
          }),
        ];
        await store.writeTicks(written);
        const kept = written.map((tick) => subject.asKept?.(tick) ?? tick);
        expect(byId(await subject.storedTicks())).toEqual(byId(kept));
      });

      test('a venue or symbol with a bad name is refused with the whole batch', async () => {
        await expect(store.writeTicks([tickOf(), tickOf({ exchange: "x' --" })])).rejects.toMatchObject({
          name: 'PermanentError',
          reason: 'store-refused',
        });
        await expect(store.writeTicks([tickOf({ symbol: 'btc' })])).rejects.toThrow('bad name');
        expect(await subject.storedTicks()).toEqual([]);
      });
    });

    describe('candles', () => {
      test('the larger (epoch, revision) stays, whatever the order of arrival', async () => {
        const publications = [
          candleOf({ epoch: 7, revision: 0, close: 100 }),
          candleOf({ epoch: 7, revision: 1, state: 'revised', close: 100.1 }),
          candleOf({ epoch: 9, revision: 0, close: 100.2 }),
          candleOf({ epoch: 7, revision: 3, state: 'revised', close: 100.3 }),
        ];
        for (const order of [publications, [...publications].reverse()]) {
          for (const candle of order) await store.writeCandles([candle]);
          expect(await store.candles(SERIES)).toEqual([publications[2]]);
        }
      });

      test('an equal (epoch, revision) changes nothing', async () => {
        await store.writeCandles([candleOf({ close: 100 })]);
        await store.writeCandles([candleOf({ close: 100.5 })]);
        expect(await store.candles(SERIES)).toEqual([candleOf({ close: 100 })]);
      });

      test('several publications of one candle in one batch leave the largest', async () => {
        const last = candleOf({ revision: 2, state: 'revised', close: 99.5 });
        await store.writeCandles([candleOf(), last, candleOf({ revision: 1, state: 'revised' })]);
        expect(await store.candles(SERIES)).toEqual([last]);
      });

      test('a stale writer overwrites nothing after a restart', async () => {
        const current = candleOf({ epoch: MINUTE + 1, revision: 1, state: 'revised' });
        await store.writeCandles([current]);
        store = await subject.reopen();
        await store.writeCandles([candleOf({ epoch: MINUTE, revision: 8, state: 'revised' })]);
        expect(await store.candles(SERIES)).toEqual([current]);
      });

      test('a revision that changes only `complete` is stored', async () => {
        await store.writeCandles([candleOf({ complete: false })]);
        const revised = candleOf({ revision: 1, state: 'revised', complete: true });
        await store.writeCandles([revised]);
        expect(await store.candles(SERIES)).toEqual([revised]);
      });

      test('a partial candle is refused', async () => {
        await expect(
          store.writeCandles([candleOf({ state: 'partial', revision: -1 })]),
        ).rejects.toMatchObject({ name: 'PermanentError', reason: 'store-refused' });
        expect(await store.candles(SERIES)).toEqual([]);
      });

      test('a query gives the newest `limit`, ascending, and `before` is exclusive', async () => {
        const written = minutes(10);
        await store.writeCandles([...written].reverse());
        expect(await store.candles({ ...SERIES, limit: 3 })).toEqual(written.slice(7));
        const before = MINUTE + 7 * 60_000;
        expect(await store.candles({ ...SERIES, limit: 3, before })).toEqual(written.slice(4, 7));
        expect(await store.candles({ ...SERIES, before: MINUTE })).toEqual([]);
      });

      test('a query finds the newest `limit` however long nothing was traded in between', async () => {
        const written = [900, 400, 30, 1, 0].map((days) => candleOf({ timestamp: MINUTE - days * DAY_MS }));
        await store.writeCandles(written);
        expect(await store.candles(SERIES)).toEqual(written);
        expect(await store.candles({ ...SERIES, limit: 4 })).toEqual(written.slice(1));
        expect(await store.candles({ ...SERIES, before: MINUTE - 400 * DAY_MS })).toEqual([written[0]]);
      });

      test('a query sees its own series only', async () => {
        const others = [
          candleOf({ exchange: 'kraken' }),
          candleOf({ symbol: 'BTC/USD' }),
          candleOf({ timeframe: '5m' }),
        ];
        await store.writeCandles([candleOf(), ...others]);
        expect(await store.candles(SERIES)).toEqual([candleOf()]);
        expect(await store.candles({ ...SERIES, timeframe: '5m' })).toEqual([others[2]]);
      });

      test.each([
        ['exchange', { exchange: "x' OR 1=1" }],
        ['symbol', { symbol: 'BTC-USDT' }],
        ['timeframe', { timeframe: '7m' }],
        ['limit', { limit: 0 }],
        ['limit', { limit: 5_001 }],
        ['before', { before: 1.5 }],
      ])('a query with a bad %s is refused by name', async (argument, change) => {
        await expect(store.candles({ ...SERIES, ...change })).rejects.toThrow(argument);
      });
    });

    describe('gaps', () => {
      test('the latest status of a gap stays, and a closed one never opens again', async () => {
        const filled = gapOf({ status: 'filled', beforeTradeId: '50', toTimestamp: MINUTE + 9, missing: 8 });
        await store.writeGaps([gapOf()]);
        await store.writeGaps([gapOf({ missing: 8 })]);
        expect(await subject.storedGaps()).toEqual([gapOf({ missing: 8 })]);
        await store.writeGaps([filled]);
        await store.writeGaps([gapOf()]);
        expect(await subject.storedGaps()).toEqual([filled]);
        await store.writeGaps([filled, gapOf()]);
        expect(await subject.storedGaps()).toEqual([filled]);
      });

      test('gaps with and without ids before and behind them come back each with its own', async () => {
        const written = Array.from({ length: 40 }, (_, index) =>
          gapOf({
            gapId: `binance:BTC/USDT:${index}`,
            afterTradeId: index % 3 === 0 ? null : String(index),
            beforeTradeId: index % 4 === 0 ? String(index + 5) : null,
            fromTimestamp: MINUTE + index,
          }),
        );
        await store.writeGaps(written);
        const stored = await subject.storedGaps();
        expect(stored).toHaveLength(written.length);
        expect(stored).toEqual(expect.arrayContaining(written));
      });

      test('trades that were dropped for good make the candles they overlap incomplete', async () => {
        const [first, second, third, fourth] = minutes(4) as [Candle, Candle, Candle, Candle];
        const hour = candleOf({ timeframe: '1h', timestamp: MINUTE });
        await store.writeCandles([first, second, third, hour]);
        await store.writeGaps([dropped(second.timestamp, third.timestamp)]);
        await store.writeCandles([
          fourth,
          { ...second, revision: 1, state: 'revised' },
          candleOf({ timeframe: '5m', timestamp: MINUTE }),
        ]);
        expect((await store.candles(SERIES)).map(({ complete }) => complete)).toEqual([
          true,
          false,
          false,
          true,
        ]);
        for (const timeframe of ['5m', '1h']) {
          expect((await store.candles({ ...SERIES, timeframe })).map(({ complete }) => complete)).toEqual([
            false,
          ]);
        }
      });

      test('candles are complete again once such a gap is filled, and incomplete without end while it has none', async () => {
        const written = minutes(3);
        await store.writeCandles(written);
        const gap = dropped(written[1]?.timestamp ?? 0, 0);
        const complete = async (): Promise<boolean[]> =>
          (await store.candles(SERIES)).map((candle) => candle.complete);
        await store.writeGaps([{ ...gap, toTimestamp: null }]);
        expect(await complete()).toEqual([true, false, false]);
        await store.writeGaps([{ ...gap, toTimestamp: gap.fromTimestamp }]);
        expect(await complete()).toEqual([true, false, true]);
        await store.writeGaps([{ ...gap, toTimestamp: gap.fromTimestamp, status: 'filled' }]);
        expect(await complete()).toEqual([true, true, true]);
      });

      test('a gap ends before a candle that opens after its last instant', async () => {
        const [first, second] = minutes(2) as [Candle, Candle];
        await store.writeCandles([first, second]);
        await store.writeGaps([dropped(second.timestamp - 1, second.timestamp - 1)]);
        expect(await store.candles(SERIES)).toEqual([{ ...first, complete: false }, second]);
      });

      test('other gaps leave candles as they were published', async () => {
        const stored = candleOf();
        await store.writeCandles([stored]);
        const span = { fromTimestamp: MINUTE, toTimestamp: MINUTE + 5 };
        await store.writeGaps([
          gapOf({ ...span, gapId: 'a', cause: 'disconnect', status: 'unfillable' }),
          gapOf({ ...span, gapId: 'b', cause: 'dropped', status: 'filled' }),
          gapOf({ ...span, gapId: 'c', cause: 'dropped', status: 'unfillable', symbol: 'BTC/USD' }),
          gapOf({ ...span, gapId: 'd', cause: 'dropped', status: 'unfillable', exchange: 'kraken' }),
        ]);
        expect(await store.candles(SERIES)).toEqual([stored]);
      });
    });

    describe('signals', () => {
      test('a signal that is written again, also after a restart, is one, in its last copy', async () => {
        await store.writeSignals([signalOf(), signalOf({ confidence: 0.6 })]);
        expect(await subject.storedSignals()).toEqual([signalOf({ confidence: 0.6 })]);
        store = await subject.reopen();
        await store.writeSignals([signalOf({ inferenceTimeMs: 9 })]);
        expect(await subject.storedSignals()).toEqual([signalOf({ inferenceTimeMs: 9 })]);
      });

      test('venue, symbol, timeframe, model version, instant, type and risk level tell signals apart', async () => {
        const different = [
          signalOf(),
          signalOf({ exchange: 'kraken' }),
          signalOf({ symbol: 'BTC/USD' }),
          signalOf({ timeframe: '5m' }),
          signalOf({ modelVersion: 'trend-2' }),
          signalOf({ timestamp: MINUTE + 60_000 }),
          signalOf({ signalType: 'sell' }),
          signalOf({ riskLevel: 'high' }),
        ];
        await store.writeSignals(different);
        await store.writeSignals(different);
        expect(await subject.storedSignals()).toHaveLength(different.length);
        expect(await subject.storedSignals()).toEqual(expect.arrayContaining(different));
      });

      test('a signal with a bad name, an unknown timeframe or no model version is refused', async () => {
        for (const bad of [{ symbol: 'btc' }, { timeframe: '7m' }, { modelVersion: '' }]) {
          await expect(store.writeSignals([signalOf(), signalOf(bad)])).rejects.toMatchObject({
            name: 'PermanentError',
            reason: 'store-refused',
          });
        }
        expect(await subject.storedSignals()).toEqual([]);
      });
    });

    describeGapQueries(() => store);
    describeSignalQueries(() => store);
    describeOutcomes(
      () => store,
      async () => (store = await subject.reopen()),
    );

    describe('signal performance', () => {
      const DAY = MINUTE - (MINUTE % DAY_MS);
      const at = (day: number, minute: number): number => DAY + day * DAY_MS + minute * 60_000;

      test('signals are counted by model version and UTC day, days with one kind only among them', async () => {
        await store.writeSignals([
          ...[0, 1, 2].map((minute) => signalOf({ timestamp: at(0, minute) })),
          signalOf({ timestamp: at(0, 3), signalType: 'sell' }),
          signalOf({ timestamp: at(0, 4), signalType: 'hold', symbol: 'ETH/USDT' }),
          signalOf({ timestamp: at(0, 0), modelVersion: 'b "2"', exchange: 'kraken' }),
          signalOf({ timestamp: at(1, 0), signalType: 'sell' }),
          signalOf({ timestamp: at(2, 0), signalType: 'hold' }),
        ]);
        const trend = { modelVersion: 'trend-1' };
        expect(await store.signalPerformance({ from: DAY, to: DAY + 9 * DAY_MS })).toEqual([
          { modelVersion: 'b "2"', day: at(0, 0), buy: 1, sell: 0, hold: 0, total: 1, buyRatio: 1 },
          { ...trend, day: at(0, 0), buy: 3, sell: 1, hold: 1, total: 4, buyRatio: 0.75 },
          { ...trend, day: at(1, 0), buy: 0, sell: 1, hold: 0, total: 1, buyRatio: 0 },
          { ...trend, day: at(2, 0), buy: 0, sell: 0, hold: 1, total: 0, buyRatio: null },
        ]);
      });

      test('`from` is inclusive, `to` exclusive, midnight begins the day, and `exchange` leaves the others out', async () => {
        await store.writeSignals([
          signalOf({ timestamp: at(0, 0) - 1 }),
          signalOf({ timestamp: at(0, 0) }),
          signalOf({ timestamp: at(0, 1), exchange: 'kraken' }),
          signalOf({ timestamp: at(1, 0) }),
        ]);
        const counts = async (query: Parameters<MarketStore['signalPerformance']>[0]): Promise<number[][]> =>
          (await store.signalPerformance(query)).map(({ day, total }) => [(day - DAY) / DAY_MS, total]);
        expect(await counts({ from: 0, to: at(9, 0) })).toEqual([
          [-1, 1],
          [0, 2],
          [1, 1],
        ]);
        expect(await counts({ from: at(0, 0), to: at(1, 0) })).toEqual([[0, 2]]);
        expect(await counts({ from: at(0, 0), to: at(1, 0), exchange: 'binance' })).toEqual([[0, 1]]);
        expect(await counts({ from: at(0, 0), to: at(0, 0) })).toEqual([]);
      });

      test.each([
        ['exchange', { from: 0, to: 1, exchange: "x' --" }],
        ['from', { from: 0.5, to: 1 }],
        ['to', { from: 0, to: Number.NaN }],
        ['to', { from: 2, to: 1 }],
      ])('a query with a bad %s is refused by name', async (argument, query) => {
        await expect(store.signalPerformance(query)).rejects.toThrow(argument);
      });
    });

    describe('last prices', () => {
      test('the newest tick of each symbol, of equal instants the one with the larger id as an integer', async () => {
        await store.writeTicks([
          tickOf({ tradeId: '9', last: 1 }),
          tickOf({ tradeId: '10', last: 2 }),
          tickOf({ tradeId: '11', last: 3, timestamp: MINUTE - 1 }),
          tickOf({ symbol: 'ETH/USDT', last: 4, bid: 3, ask: 5 }),
        ]);
        expect(await store.lastPrices(EVERYTHING)).toEqual([
          expect.objectContaining({ symbol: 'BTC/USDT', last: 2, timestamp: MINUTE }),
          {
            exchange: 'binance',
            symbol: 'ETH/USDT',
            bid: 3,
            ask: 5,
            last: 4,
            spread: 2,
            spreadBps: 5_000,
            quoted: true,
            timestamp: MINUTE,
          },
        ]);
      });

      test('of equal instants the larger id is the newer one, also where its last digits begin again', async () => {
        await store.writeTicks([
          tickOf({ tradeId: '7999999', last: 1 }),
          tickOf({ tradeId: '8000000', last: 2 }),
          tickOf({ tradeId: '8000001', last: 3 }),
          tickOf({ tradeId: '7999998', last: 4 }),
        ]);
        expect(await store.lastPrices(EVERYTHING)).toEqual([expect.objectContaining({ last: 3 })]);
      });

      test('a tick without a quote has no spread', async () => {
        await store.writeTicks([tickOf({ bid: 100.25, ask: 100.25, quoted: false, quotedAt: null })]);
        expect(await store.lastPrices(EVERYTHING)).toEqual([
          expect.objectContaining({ bid: 100.25, ask: 100.25, quoted: false, spread: null, spreadBps: null }),
        ]);
      });

      test('`since` is inclusive, and `exchange` leaves the others out', async () => {
        await store.writeTicks([tickOf(), tickOf({ exchange: 'kraken', timestamp: MINUTE + 5 })]);
        const venues = async (query: { exchange?: string; since: number }): Promise<string[]> =>
          (await store.lastPrices(query)).map(({ exchange }) => exchange);
        expect(await venues({ since: MINUTE })).toEqual(['binance', 'kraken']);
        expect(await venues({ since: MINUTE + 1 })).toEqual(['kraken']);
        expect(await venues({ since: 0, exchange: 'binance' })).toEqual(['binance']);
        expect(await venues({ since: 0, exchange: 'bybit' })).toEqual([]);
        await expect(venues({ since: 0, exchange: 'Bybit!' })).rejects.toThrow('exchange');
      });
    });

    test('everything is there after closing and opening again', async () => {
      const written = ticks(50);
      const gap = gapOf({ status: 'unfillable', toTimestamp: MINUTE + 9, missing: 8, beforeTradeId: '50' });
      await Promise.all([
        store.writeTicks(written),
        store.writeCandles(minutes(5)),
        store.writeGaps([gap]),
        store.writeSignals([signalOf()]),
        store.writeOutcomes([outcomeOf(), unjudgedOf({ symbol: 'ETH/USDT' })]),
      ]);
      const prices = await store.lastPrices(EVERYTHING);
      store = await subject.reopen();
      expect(byId(await subject.storedTicks())).toEqual(byId(written));
      expect(await store.candles(SERIES)).toEqual(minutes(5));
      expect(await subject.storedGaps()).toEqual([gap]);
      expect(await subject.storedSignals()).toEqual([signalOf()]);
      expect(await store.outcomes({ from: 0, to: MINUTE + 1, limit: 9 })).toEqual([
        outcomeOf(),
        unjudgedOf({ symbol: 'ETH/USDT' }),
      ]);
      expect(await store.lastPrices(EVERYTHING)).toEqual(prices);
    });

    test('writes that are begun together are all stored, and reads go on beside them', async () => {
      const batches = Array.from({ length: 8 }, (_, batch) =>
        ticks(200, { timestamp: MINUTE + batch }, batch * 200 + 1),
      );
      const writes = batches.map((batch) => store.writeTicks(batch));
      const seen = await store.lastPrices(EVERYTHING);
      expect(seen.length).toBeLessThanOrEqual(1);
      await Promise.all(writes);
      expect(await subject.storedTicks()).toHaveLength(1_600);
      expect(store.health()).toEqual({ ok: true, reason: '' });
    });

    test('an empty batch is no write', async () => {
      await Promise.all([
        store.writeTicks([]),
        store.writeCandles([]),
        store.writeGaps([]),
        store.writeSignals([]),
        store.writeOutcomes([]),
      ]);
      expect(await store.lastPrices(EVERYTHING)).toEqual([]);
    });
  });
}

function ticks(count: number, changes: Partial<ProcessedTick> = {}, firstId = 1): ProcessedTick[] {
  return Array.from({ length: count }, (_, index) =>
    tickOf({ tradeId: String(firstId + index), last: 100 + index / 8, ...changes }),
  );
}

function minutes(count: number): Candle[] {
  return Array.from({ length: count }, (_, index) =>
    candleOf({ timestamp: MINUTE + index * 60_000, close: 100 + index / 16 }),
  );
}

function dropped(from: number, to: number): Gap {
  return gapOf({
    gapId: `binance:BTC/USDT:${from}`,
    afterTradeId: null,
    fromTimestamp: from,
    toTimestamp: to,
    missing: 1,
    cause: 'dropped',
    status: 'unfillable',
  });
}

function byId(records: readonly ProcessedTick[]): ProcessedTick[] {
  return [...records].sort((a, b) => (BigInt(a.tradeId) < BigInt(b.tradeId) ? -1 : 1));
}
