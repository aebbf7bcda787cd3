import type { ProcessedTick, RawTick } from '@neuraltrade/contracts';
import type { TickHistory, TickRange } from '../tick-history';
import { MINUTE, tickOf } from './records';

const DAY_MS = 86_400_000;
const ALL: TickRange = { exchange: 'binance', symbol: 'BTC/USDT', from: 0, to: MINUTE + 9 * DAY_MS };

/** A history under test, with what only a test needs. */
export interface HistoryUnderTest {
  /** The history, empty. */
  readonly history: TickHistory;
  /** Adds ticks to it. */
  write(ticks: readonly ProcessedTick[]): Promise<void>;
  /** A tick as the history keeps it; absent = it keeps every field. */
  asKept?(tick: RawTick): RawTick;
  /** Closes it and removes what it kept. */
  dispose(): Promise<void>;
}

/** What every TickHistory does, as a suite: `open` gives an empty one for each fact. */
export function describeTickHistory(name: string, open: () => Promise<HistoryUnderTest>): void {
  describe(`${name} hands out ticks`, () => {
    let subject: HistoryUnderTest;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.dispose());

    const read = async (range: Partial<TickRange> = {}): Promise<RawTick[]> => {
      const ticks: RawTick[] = [];
      await subject.history.readTicks({ ...ALL, ...range }, (batch) => void ticks.push(...batch));
      return ticks;
    };
    const asKept = (tick: RawTick): RawTick => subject.asKept?.(tick) ?? tick;

    test('with every field that they had before they were enriched', async () => {
      const written = [
        tickOf({ tradeId: '8', takerSide: 'sell', last: 0.1 + 0.2 }),
        tickOf({ tradeId: '9', bid: 100.25, ask: 100.25, quoted: false, quotedAt: null, backfilled: true }),
        tickOf({
          tradeId: '10',
          takerSide: 'unknown',
          inexact: true,
          priceText: '100.25000000000000001',
          volumeText: '0.1250000000000000001',
        }),
      ];
      await subject.write(written);
      const raw = written.map(({ mid: _mid, spread: _spread, spreadBps: _bps, ...tick }) => asKept(tick));
      expect(await read()).toEqual(raw);
    });

    test('by time, those of one millisecond by id as an integer, each once', async () => {
      const at = (timestamp: number, ...ids: string[]): ProcessedTick[] =>
        ids.map((tradeId) => tickOf({ tradeId, timestamp: MINUTE + timestamp }));
      await subject.write([...at(5, '1000001', '999999', '9', '10'), ...at(-DAY_MS, '3')]);
      await subject.write([...at(5, '9', '11'), ...at(0, '4'), ...at(DAY_MS, '2000000')]);
      const ids = (await read()).map(({ tradeId }) => tradeId);
      expect(ids).toEqual(['3', '4', '9', '10', '11', '999999', '1000001', '2000000']);
    });

    test('of one symbol and of a range only, its end left out', async () => {
      await subject.write([
        tickOf({ tradeId: '1', timestamp: MINUTE }),
        tickOf({ tradeId: '2', timestamp: MINUTE + 1 }),
        tickOf({ tradeId: '3', timestamp: MINUTE + 2 }),
        tickOf({ tradeId: '4', exchange: 'kraken' }),
        tickOf({ tradeId: '5', symbol: 'BTC/USD' }),
      ]);
      const ids = async (range: Partial<TickRange>): Promise<string[]> =>
        (await read(range)).map(({ tradeId }) => tradeId);
      expect(await ids({ from: MINUTE, to: MINUTE + 2 })).toEqual(['1', '2']);
      expect(await ids({ exchange: 'kraken' })).toEqual(['4']);
      expect(await ids({ symbol: 'BTC/USD' })).toEqual(['5']);
      expect(await ids({ from: MINUTE, to: MINUTE })).toEqual([]);
      expect(await ids({ symbol: 'ETH/USDT' })).toEqual([]);
    });

    test('in batches, however many, and no further when whoever takes them has had enough', async () => {
      const many = Array.from({ length: 5_000 }, (_, index) =>
        tickOf({ tradeId: String(100 + index), timestamp: MINUTE + Math.floor(index / 2) }),
      );
      await subject.write(many);
      expect((await read()).map(({ tradeId }) => tradeId)).toEqual(many.map(({ tradeId }) => tradeId));
      const enough = new Error('enough');
      const stopped = subject.history.readTicks(ALL, () => Promise.reject(enough));
      await expect(stopped).rejects.toBe(enough);
      expect(await read({ to: MINUTE + 1 })).toHaveLength(2);
    });

    test('and their number in each interval', async () => {
      const minutes = [0, 0, 1, 59, 61, 24 * 60];
      await subject.write(
        minutes.map((minute, index) =>
          tickOf({ tradeId: String(index + 1), timestamp: MINUTE + minute * 60_000 + index }),
        ),
      );
      const hours = await subject.history.countTicks(ALL, 3_600_000);
      expect([...hours]).toEqual([
        [MINUTE, 4],
        [MINUTE + 3_600_000, 1],
        [MINUTE + DAY_MS, 1],
      ]);
      const cut = await subject.history.countTicks(
        { ...ALL, from: MINUTE + 60_000, to: MINUTE + 3_600_000 },
        3_600_000,
      );
      expect([...cut]).toEqual([[MINUTE, 2]]);
    });

    test('and tells from when to when there are any, and of which symbols', async () => {
      expect(await subject.history.tickSymbols()).toEqual([]);
      expect(await subject.history.tickSpan(ALL)).toBeNull();
      await subject.write([
        tickOf({ tradeId: '7', timestamp: MINUTE + 3 * DAY_MS }),
        tickOf({ tradeId: '5', timestamp: MINUTE }),
        tickOf({ tradeId: '6', exchange: 'kraken', symbol: 'ETH/USD' }),
      ]);
      expect(await subject.history.tickSpan(ALL)).toEqual({ from: MINUTE, to: MINUTE + 3 * DAY_MS });
      expect(await subject.history.tickSymbols()).toEqual([
        { exchange: 'binance', symbol: 'BTC/USDT' },
        { exchange: 'kraken', symbol: 'ETH/USD' },
      ]);
    });

    test('and refuses what is no range or symbol', async () => {
      await expect(read({ from: 2, to: 1 })).rejects.toThrow('to is before from');
      await expect(read({ symbol: 'btc' })).rejects.toThrow('symbol is not BASE/QUOTE');
    });
  });
}
