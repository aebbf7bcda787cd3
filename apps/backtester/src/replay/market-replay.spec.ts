import { type Candle, isGap, type RawRecord } from '@neuraltrade/contracts';
import { createProcessing, DEFAULT_PROCESSING } from '@neuraltrade/processing';
import { candleAt } from '@neuraltrade/strategies';
import fc from 'fast-check';
import { clockAt, gapAt, liveRecords, MARKET, MIDNIGHT, tradeAt } from '../testing/live-market';
import { MarketReplay, type ReplayPlan, type SymbolHistory } from './market-replay';
import { watchedFrom } from './watched-from';

const MINUTE = 60_000;
const PLAN: ReplayPlan = {
  exchange: MARKET.exchange,
  symbols: [MARKET.symbol],
  timeframe: '1m',
  timing: { latenessMs: 2_000, latencyMs: 100 },
};

function replay(records: readonly RawRecord[], plan: Partial<ReplayPlan> = {}): SymbolHistory {
  const market = new MarketReplay({ ...PLAN, ...plan });
  for (const record of records) market.take(record);
  return market.finish()[0] as SymbolHistory;
}

describe('replayed records', () => {
  it('give the candles that a live processor publishes, in their order', () => {
    for (const seed of [1, 2, 3]) {
      const records = liveRecords(seed, 20);
      const live: Candle[] = [];
      createProcessing({ ...DEFAULT_PROCESSING, timeframes: ['1m'] }, 0).apply(records, {
        tick: () => undefined,
        gap: () => undefined,
        refuse: () => undefined,
        candle: (candle) => live.push(candle),
      });
      const replayed: Candle[] = [];
      const { coverage } = replay(records, { onCandle: (candle) => replayed.push(candle) });
      expect(replayed).toEqual(live);
      expect(live.some(({ state }) => state === 'revised')).toBe(true);
      expect(live.some(({ complete }) => !complete)).toBe(true);
      expect(coverage).toMatchObject({
        revised: live.filter(({ state }) => state === 'revised').length,
        gaps: 1,
      });
    }
  });

  it('let a decision rest on a candle from its close and lateness on, and fill it behind the latency', () => {
    const { bars } = replay([
      watchedFrom(MARKET, MIDNIGHT),
      tradeAt(1, 1_000),
      tradeAt(2, 61_000),
      clockAt(62_000),
      tradeAt(3, 62_100),
      tradeAt(4, 62_101, { last: 77, bid: 76, ask: 79 }),
    ]);
    expect([bars.length, bars.complete[0]]).toEqual([1, 1]);
    expect(bars.visibleAt[0]).toBe(MIDNIGHT + 62_000);
    expect([bars.fillAt[0], bars.fillPrice[0], bars.fillHalfSpread[0]]).toEqual([MIDNIGHT + 62_101, 77, 1.5]);
  });

  it('make candles of a backfilled past visible only when it was known', () => {
    const past = [1, 2, 3].map((minute) => tradeAt(minute, minute * MINUTE + 5, { backfilled: true }));
    for (const first of [tradeAt(9, 60 * MINUTE), clockAt(60 * MINUTE)]) {
      const { bars } = replay([...past, first, clockAt(60 * MINUTE + 2_000)]);
      expect([...bars.visibleAt]).toEqual([1, 2, 3].map(() => MIDNIGHT + 60 * MINUTE));
    }
  });

  it('leave out what lies outside the range, and other symbols and venues', () => {
    const { bars, coverage } = replay(
      [
        tradeAt(1, 0),
        tradeAt(2, MINUTE),
        tradeAt(5, MINUTE, { symbol: 'ETH/USDT' }),
        tradeAt(6, MINUTE, { exchange: 'kraken' }),
        tradeAt(3, 2 * MINUTE),
        clockAt(4 * MINUTE),
      ],
      { from: MIDNIGHT + MINUTE, to: MIDNIGHT + 2 * MINUTE },
    );
    expect([...bars.openAt]).toEqual([MIDNIGHT + MINUTE]);
    expect(coverage.ticks).toBe(3);
  });

  it('of another recording begin anew, and candles that are known already are left out', () => {
    const market = new MarketReplay(PLAN);
    const records = [tradeAt(1, 0), tradeAt(2, MINUTE), clockAt(3 * MINUTE)];
    for (const record of records) market.take(record);
    market.startAnew();
    for (const record of [...records, tradeAt(3, 5 * MINUTE), clockAt(9 * MINUTE)]) market.take(record);
    const [history] = market.finish();
    expect([...(history?.bars.openAt ?? [])].map((at) => (at - MIDNIGHT) / MINUTE)).toEqual([0, 1, 5]);
  });

  it('count what the history lacks', () => {
    const { coverage } = replay([
      watchedFrom(MARKET, MIDNIGHT),
      tradeAt(1, 0),
      gapAt({ afterTradeId: '1', fromMs: 0, toTimestamp: MIDNIGHT + 30_000, status: 'unfillable' }),
      tradeAt(5, 3 * MINUTE, { quoted: false, quotedAt: null, bid: 100, ask: 100, last: 100 }),
      tradeAt(6, 3 * MINUTE, { timestamp: 5 }),
      clockAt(9 * MINUTE),
    ]);
    expect(coverage).toEqual({
      symbol: MARKET.symbol,
      firstOpen: MIDNIGHT,
      lastClose: MIDNIGHT + 4 * MINUTE,
      candles: 2,
      incomplete: 1,
      empty: 2,
      revised: 0,
      ticks: 2,
      backfilled: 0,
      quoted: 1,
      refused: 1,
      gaps: 1,
      gapMs: 30_000,
    });
  });

  it('that differ from some moment on give the same candles, moments and prices before it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.double({ min: 0, max: 1 }), (seed, part) => {
        const records = liveRecords(seed, 6);
        const cut = Math.floor(part * records.length);
        const other = [
          ...records.slice(0, cut),
          ...liveRecords(seed + 1_000, 6)
            .slice(cut)
            .filter((record) => !isGap(record)),
        ];
        const [one, two] = [replay(records).bars, replay(other).bars];
        // Everything that is different has another time than this, or a later one.
        const before = records
          .slice(0, cut)
          .reduce((least, record) => Math.max(least, timeOf(record)), -Infinity);
        for (let index = 0; index < one.length && (one.visibleAt[index] as number) <= before; index++) {
          expect(candleAt(two, index)).toEqual(candleAt(one, index));
          expect(two.visibleAt[index]).toBe(one.visibleAt[index]);
          if ((one.fillAt[index] as number) < before)
            expect([two.fillAt[index], two.fillPrice[index]]).toEqual([
              one.fillAt[index],
              one.fillPrice[index],
            ]);
        }
      }),
    );
  });
});

function timeOf(record: RawRecord): number {
  return isGap(record) ? -Infinity : record.timestamp;
}
