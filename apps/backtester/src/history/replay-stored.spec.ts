import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Candle, isGap, type ProcessedTick, type RawRecord } from '@neuraltrade/contracts';
import { createProcessing, DEFAULT_PROCESSING } from '@neuraltrade/processing';
import { type EmbeddedStore, openDuckDbStore, openTickArchive } from '@neuraltrade/storage';
import { venueNamed, type Venue } from '@neuraltrade/venues';
import type { ReplayPlan, SymbolHistory } from '../replay/market-replay';
import { gapAt, liveRecords, MARKET, MIDNIGHT, tradeAt } from '../testing/live-market';
import { allGaps } from './all-gaps';
import { openFolderHistory } from './parquet-history';
import { replayStored } from './replay-stored';
import { readStoredCandles } from './stored-candles';

const MINUTE = 60_000;
const PLAN: ReplayPlan = {
  exchange: MARKET.exchange,
  symbols: [MARKET.symbol],
  timeframe: '1m',
  timing: { latenessMs: 2_000, latencyMs: 0 },
};

describe('a replay of stored trades', () => {
  let directory: string;
  let store: EmbeddedStore;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'neuraltrade-backtest-'));
    store = await openDuckDbStore({ directory: join(directory, 'store') });
  });
  afterEach(async () => {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Stores what a live pipeline would have stored of these records. */
  const storeLive = async (records: readonly RawRecord[]): Promise<ProcessedTick[]> => {
    const ticks: ProcessedTick[] = [];
    const candles: Candle[] = [];
    const gaps = records.filter((record) => isGap(record));
    createProcessing({ ...DEFAULT_PROCESSING, timeframes: ['1m', '5m'] }, 3).apply(records, {
      tick: (tick) => ticks.push(tick),
      candle: (candle) => candles.push(candle),
      gap: (gap) => gaps.push(gap),
      refuse: () => undefined,
    });
    await store.writeTicks(ticks);
    await store.writeCandles(candles);
    await store.writeGaps(gaps);
    return ticks;
  };
  const replay = async (
    plan: Partial<ReplayPlan> = {},
  ): Promise<{ history: SymbolHistory; candles: Candle[] }> => {
    const candles: Candle[] = [];
    const [history] = await replayStored(
      { ticks: store, title: 'The store', gaps: (symbol, from, to) => allGaps(store, symbol, from, to) },
      { ...PLAN, ...plan, onCandle: (candle) => candles.push(candle) },
      () => undefined,
    );
    return { history: history as SymbolHistory, candles };
  };
  const stored = (timeframe = '1m'): Promise<Candle[]> =>
    store.candles({ ...MARKET, timeframe, limit: 5_000 });
  /** A candle but for what tells how often and by whom it was published. */
  const content = ({ epoch: _epoch, revision: _revision, state: _state, ...candle }: Candle): object =>
    candle;

  it('sees the candles that the store holds as its last word, gaps, late and backfilled trades included', async () => {
    for (const seed of [1, 2, 3]) {
      await storeLive(
        liveRecords(seed, 30).map((record) => ({
          ...record,
          symbol: `S${seed}/USDT`,
          ...('symbols' in record ? { symbols: [`S${seed}/USDT`] } : {}),
        })),
      );
      for (const timeframe of ['1m', '5m']) {
        const { candles, history } = await replay({ symbols: [`S${seed}/USDT`], timeframe });
        const kept = await store.candles({
          exchange: 'binance',
          symbol: `S${seed}/USDT`,
          timeframe,
          limit: 5_000,
        });
        // Nothing stored behind the last candle shows that it was watched to its end.
        expect(candles.map(content)).toEqual(kept.map(content).slice(0, candles.length));
        expect(kept.length - candles.length).toBeLessThanOrEqual(1);
        expect(candles.length).toBeGreaterThan(timeframe === '1m' ? 25 : 4);
        // Each becomes visible when the live one did, however long the next trade took.
        const { openAt, visibleAt, lengthMs } = history.bars;
        expect([...visibleAt]).toEqual([...openAt].map((at) => at + lengthMs + 2_000));
        // Nothing comes late in a replay by time: each candle is published once.
        expect(candles.every(({ state }) => state === 'final')).toBe(true);
        expect(kept.some(({ state }) => state === 'revised')).toBe(true);
        expect(kept.some(({ complete }) => !complete)).toBe(true);
      }
    }
  });

  it('of a part of the history sees the same candles as one of all of it', async () => {
    await storeLive(liveRecords(4, 30));
    const range = { from: MIDNIGHT + 7 * MINUTE, to: MIDNIGHT + 19 * MINUTE };
    const { candles } = await replay(range);
    const whole = (await stored()).filter(({ timestamp }) => timestamp >= range.from && timestamp < range.to);
    expect(candles.map(content)).toEqual(whole.map(content));
    expect(candles).toHaveLength(12);
  });

  it('does not close a candle whose end was not watched', async () => {
    await storeLive([tradeAt(1, 0), tradeAt(2, MINUTE), tradeAt(3, MINUTE + 30_000)]);
    expect((await replay()).candles.map(({ timestamp }) => timestamp - MIDNIGHT)).toEqual([0]);
  });

  it('knows of a trade that came too late for its candle that the candle is incomplete', async () => {
    const late = tradeAt(5, 100, { last: 90, bid: 89, ask: 91, receivedAt: MIDNIGHT + 3_600_000 });
    await storeLive([tradeAt(1, 0), tradeAt(2, 10), tradeAt(3, 59 * MINUTE), late, tradeAt(9, 60 * MINUTE)]);
    const [candle] = (await replay()).candles;
    const [kept] = await stored();
    expect([candle?.complete, kept?.complete]).toEqual([false, false]);
    // What the store's candle lacks the replay's has.
    expect([candle?.low, kept?.low]).toEqual([90, tradeAt(1, 0).last]);
  });

  it('says which symbols there are when the wanted one is not', async () => {
    await storeLive([tradeAt(1, 0)]);
    await expect(replay({ symbols: ['ETH/USDT'] })).rejects.toThrow(
      'The store holds no trades of binance ETH/USDT: of binance it holds BTC/USDT.',
    );
    await expect(replay({ exchange: 'kraken' })).rejects.toThrow(
      'The store holds no trades of kraken BTC/USDT: it holds trades of binance.',
    );
  });

  it('of Parquet files finds what is missing by the ids of the trades', async () => {
    const records = liveRecords(5, 30);
    const ticks = await storeLive(records);
    const folder = join(directory, 'parquet');
    const archive = await openTickArchive({ directory: folder, market: 'live' });
    await archive.write(ticks);
    await archive.close();
    const read = async (name: string): Promise<SymbolHistory> => {
      const history = await openFolderHistory(folder, {
        ...(venueNamed('binance') as Venue),
        consecutiveTradeIds: name === 'binance',
      });
      const [found] = await history.replay({ ...PLAN, from: MIDNIGHT + MINUTE }, () => undefined);
      expect(history.market).toBe('live');
      await history.close();
      return found as SymbolHistory;
    };
    const byIds = await read('binance');
    const { history } = await replay({ from: MIDNIGHT + MINUTE });
    expect([...byIds.bars.complete]).toEqual([...history.bars.complete]);
    expect(byIds.coverage).toMatchObject({ gaps: 1, incomplete: history.coverage.incomplete });
    // Where ids have holes of their own nothing can be told.
    expect((await read('bybit')).coverage).toMatchObject({ gaps: 0, incomplete: 0 });
  });

  it('can be left out: stored candles are read as they are, and filled by the opens of minutes', async () => {
    await storeLive(liveRecords(6, 30));
    const plan = { ...PLAN, timeframe: '5m', from: MIDNIGHT + 5 * MINUTE, to: MIDNIGHT + 20 * MINUTE };
    const [history] = await readStoredCandles(store, 'The store', plan, () => undefined);
    const { bars, coverage } = history as SymbolHistory;
    const kept = (await stored('5m')).filter(
      ({ timestamp }) => timestamp >= plan.from && timestamp < plan.to,
    );
    expect([...bars.close]).toEqual(kept.map(({ close }) => close));
    const minute = (await stored()).find(({ timestamp }) => timestamp >= (bars.visibleAt[0] as number));
    expect([bars.fillAt[0], bars.fillPrice[0]]).toEqual([minute?.timestamp, minute?.open]);
    expect(coverage.revised).toBe(kept.filter(({ state }) => state === 'revised').length);
    await expect(
      readStoredCandles(store, 'The store', { ...plan, timeframe: '1h' }, () => undefined),
    ).rejects.toThrow('The store holds no 1h candles of binance BTC/USDT in this range');
  });

  it('reads gaps in halves when there are more than one query gives', async () => {
    const gaps = Array.from({ length: 40 }, (_, index) =>
      gapAt({
        afterTradeId: String(index),
        fromMs: index * 1_000,
        toTimestamp: MIDNIGHT + index * 1_000 + 1_500,
        status: 'filled',
      }),
    );
    const limited = {
      gaps: ({ from, to, limit }: { from: number; to: number; limit: number }) =>
        Promise.resolve(
          gaps.filter((gap) => gap.fromTimestamp < to && (gap.toTimestamp as number) >= from).slice(-limit),
        ),
    };
    expect(await allGaps(limited, MARKET, MIDNIGHT, MIDNIGHT + 100_000, 7)).toEqual(gaps);
  });
});
