import type { Candle, RawRecord } from '@neuraltrade/contracts';
import { DEFAULT_PROCESSING, type ProcessingConfig } from './config';
import { createProcessing } from './processing';
import { Collected, MIDNIGHT, resultOf, sampleClock, sampleGap, sampleTick } from './sample-records';

const MINUTE = 60_000;
const LATENESS = 2_000;
const CONFIG: ProcessingConfig = { ...DEFAULT_PROCESSING, timeframes: ['1m'] };

/** A live trade so many ms after midnight. */
function trade(id: number, atMs: number, fields: Parameters<typeof sampleTick>[0] = {}) {
  return sampleTick({ tradeId: String(id), timestamp: MIDNIGHT + atMs, ...fields });
}

function clock(atMs: number) {
  return sampleClock(MIDNIGHT + atMs);
}

function story(candles: readonly Candle[]): string[] {
  return candles.map(
    ({ timeframe, timestamp, state, revision, trades, complete }) =>
      `${timeframe}+${(timestamp - MIDNIGHT) / 1_000}s ${state} ${revision} trades=${trades} complete=${complete}`,
  );
}

function told(records: RawRecord[], config = CONFIG): string[] {
  return story(resultOf(config, records, false).candles);
}

describe('when a candle closes', () => {
  it('a trade on the closing instant opens the next candle', () => {
    const { candles } = resultOf(CONFIG, [trade(1, MINUTE - 1), trade(2, MINUTE)]);
    expect(candles.map(({ timestamp, trades }) => [timestamp - MIDNIGHT, trades])).toEqual([
      [0, 1],
      [MINUTE, 1],
    ]);
  });

  it('not before the watermark has reached its close, and then at once', () => {
    const start = [trade(1, 0), trade(2, 30_000)];
    expect(told([...start, trade(3, MINUTE + LATENESS - 1)])).toEqual([]);
    expect(told([...start, trade(3, MINUTE + LATENESS)])).toEqual(['1m+0s final 0 trades=2 complete=true']);
  });

  it('by a clock in silence, and by nothing else', () => {
    expect(told([trade(1, 0), clock(MINUTE + LATENESS - 1)])).toEqual([]);
    expect(told([trade(1, 0), clock(MINUTE + LATENESS)])).toEqual(['1m+0s final 0 trades=1 complete=true']);
  });

  it('an interval without trades has no candle, however long the silence', () => {
    expect(
      told([
        trade(1, 0),
        ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((minute) => clock(minute * MINUTE + LATENESS)),
      ]),
    ).toEqual(['1m+0s final 0 trades=1 complete=true']);
  });

  it('a backfilled trade closes nothing', () => {
    const records = [trade(1, 0), trade(2, 10 * MINUTE, { backfilled: true })];
    expect(told(records)).toEqual([]);
  });

  it('the watermarks of two symbols and two venues are their own', () => {
    const records = [
      trade(1, 0),
      trade(1, 0, { symbol: 'ETH/USDT' }),
      trade(1, 0, { exchange: 'kraken' }),
      trade(2, 5 * MINUTE),
    ];
    const { processing, candles } = resultOf(CONFIG, records, false);
    expect(candles.map(({ exchange, symbol }) => `${exchange}:${symbol}`)).toEqual(['binance:BTC/USDT']);
    expect(processing.watermarks()).toEqual(
      new Map([
        ['binance:BTC/USDT', MIDNIGHT + 5 * MINUTE - LATENESS],
        ['binance:ETH/USDT', MIDNIGHT - LATENESS],
        ['kraken:BTC/USDT', MIDNIGHT - LATENESS],
      ]),
    );
  });

  it('a venue five seconds off, either way, gives the same candles', () => {
    const offBy = (offsetMs: number) => {
      const at = (ms: number) => ({ timestamp: MIDNIGHT + ms, receivedAt: MIDNIGHT + ms + 20 + offsetMs });
      const records = [
        sampleClock(MIDNIGHT, { offsetMs }),
        sampleTick({ tradeId: '1', ...at(0) }),
        sampleTick({ tradeId: '2', ...at(59_000) }),
        sampleTick({ tradeId: '3', ...at(65_000) }),
      ];
      const { candles, refused } = resultOf(CONFIG, records);
      expect(refused).toEqual([]);
      return candles;
    };
    expect(offBy(-5_000)).toEqual(offBy(0));
    expect(offBy(5_000)).toEqual(offBy(0));
  });

  it('the end of input closes every candle', () => {
    const { candles } = resultOf({ ...CONFIG, timeframes: ['1h', '1m'] }, [trade(1, 0)]);
    expect(story(candles)).toEqual([
      '1m+0s final 0 trades=1 complete=true',
      '1h+0s final 0 trades=1 complete=true',
    ]);
  });

  it('candles of one moment come by symbol, timeframe length and time', () => {
    const config = { ...CONFIG, timeframes: ['15m', '1m', '5m'] };
    const symbols = ['ETH/USDT', 'BTC/USDT', 'ADA/USDT'];
    const records = [
      ...symbols.flatMap((symbol) => [trade(1, 0, { symbol }), trade(2, MINUTE + 500, { symbol })]),
      sampleClock(MIDNIGHT + 6 * MINUTE, { symbols }),
    ];
    expect(
      resultOf(config, records, false).candles.map(
        (c) => `${c.symbol} ${c.timeframe} ${c.timestamp - MIDNIGHT}`,
      ),
    ).toEqual(
      [...symbols].sort().flatMap((symbol) => [`${symbol} 1m 0`, `${symbol} 1m 60000`, `${symbol} 5m 0`]),
    );
  });
});

describe('late trades', () => {
  const closed = [trade(1, 0), trade(2, 30_000), clock(MINUTE + LATENESS)];

  it('one ms inside the allowed lateness is in the candle, one ms outside revises it', () => {
    const last = trade(3, MINUTE - 1 + LATENESS);
    expect(told([trade(1, 0), last, trade(2, MINUTE - 1), clock(MINUTE + LATENESS)])).toEqual([
      '1m+0s final 0 trades=2 complete=true',
    ]);
    expect(told([...closed, trade(3, MINUTE - 1), clock(MINUTE + LATENESS + 1)])).toEqual([
      '1m+0s final 0 trades=2 complete=true',
      '1m+0s revised 1 trades=3 complete=true',
    ]);
  });

  it('a thousand of them are one revision', () => {
    const late = Array.from({ length: 1_000 }, (_, index) => trade(100 + index, index, { backfilled: true }));
    const { candles, processing } = resultOf(CONFIG, [...closed, ...late], false);
    expect(candles).toHaveLength(1);
    const outputs = new Collected();
    processing.apply([clock(MINUTE + LATENESS + 1)], outputs);
    expect(story(outputs.candles)).toEqual(['1m+0s revised 1 trades=1002 complete=true']);
    expect(processing.counters.get('binance')?.late).toEqual({ revised: 1_000, unmerged: 0 });
  });

  it.each([
    ["the symbol's next clock", clock(MINUTE + LATENESS + 1), 1],
    ['a clock that says nothing new', clock(0), 1],
    ['a gap record of the symbol', sampleGap({ fromTimestamp: MIDNIGHT + 70_000 }), 1],
    ['a trade that moves the watermark into another second', trade(9, MINUTE + LATENESS + 1_000), 1],
    ['a trade within the same second', trade(9, MINUTE + LATENESS + 999), 0],
    ['a clock of another symbol', sampleClock(MIDNIGHT + 70_000, { symbols: ['ETH/USDT'] }), 0],
    ['a backfilled trade', trade(9, 2 * MINUTE, { backfilled: true }), 0],
  ])('the revision goes out, or waits: %s', (_, record, revisions) => {
    expect(told([...closed, trade(3, 20_000), record]).length).toBe(1 + revisions);
  });

  it('that make the first candle of their interval make a final one', () => {
    const records = [trade(1, 0), clock(3 * MINUTE), trade(2, MINUTE + 1), clock(3 * MINUTE + 1)];
    expect(told(records)).toEqual([
      '1m+0s final 0 trades=1 complete=true',
      '1m+60s final 0 trades=1 complete=true',
    ]);
  });

  it('still merge on the last ms of the horizon', () => {
    const horizon = MINUTE + CONFIG.revisionHorizonMs + LATENESS;
    expect(told([...closed, clock(horizon), trade(3, 1), clock(horizon + 1)])[1]).toBe(
      '1m+0s revised 1 trades=3 complete=true',
    );
  });

  it('no longer merge one ms later, though nothing was published in between', () => {
    const horizon = MINUTE + CONFIG.revisionHorizonMs + LATENESS;
    const passed = [...closed, clock(horizon), trade(9, horizon + 1)];
    const gapOverIt = sampleGap({ afterTradeId: '2', fromTimestamp: MIDNIGHT + 30_000 });
    for (const records of [passed, [...passed, gapOverIt]]) {
      const run = resultOf(CONFIG, [...records, trade(3, 1)], false);
      expect(run.gaps).toHaveLength(1);
      expect(story(run.candles)).toEqual(['1m+0s final 0 trades=2 complete=true']);
    }
  });

  it('revisions of one moment come in order of time, whatever the order of the trades', () => {
    const records = [trade(1, 0), trade(2, MINUTE), clock(3 * MINUTE), trade(4, MINUTE + 1), trade(3, 1)];
    expect(told([...records, clock(3 * MINUTE + 1)]).slice(2)).toEqual([
      '1m+0s revised 1 trades=2 complete=true',
      '1m+60s revised 1 trades=2 complete=true',
    ]);
  });

  it('a revision that waits is published although its candle was let go meanwhile, incomplete if it must be', () => {
    const horizon = MINUTE + CONFIG.revisionHorizonMs + LATENESS;
    const waiting = [...closed, clock(horizon), trade(3, 1), trade(9, horizon + 1), trade(4, 2)];
    const first = createProcessing(CONFIG, 7);
    const outputs = new Collected();
    first.apply(waiting, outputs);
    expect(outputs.gaps).toHaveLength(1);
    createProcessing(CONFIG, 7, first.exportState()).apply([clock(horizon + 2)], outputs);
    expect(story(outputs.candles)).toEqual([
      '1m+0s final 0 trades=2 complete=true',
      '1m+0s revised 1 trades=3 complete=false',
    ]);
    expect(story(resultOf(CONFIG, [...waiting, clock(horizon + 2)], false).candles)).toEqual(
      story(outputs.candles),
    );
  });

  it('beyond the horizon are handed out and counted, change no candle and leave a gap over their ms', () => {
    const horizon = MINUTE + CONFIG.revisionHorizonMs + LATENESS;
    const late = trade(3, 12_345);
    const run = resultOf(CONFIG, [...closed, clock(horizon + 1), late]);
    expect(story(run.candles)).toEqual(['1m+0s final 0 trades=2 complete=true']);
    expect(run.ticks.map(({ tradeId }) => tradeId)).toEqual(['1', '2', '3']);
    expect(run.processing.counters.get('binance')?.late).toEqual({ revised: 0, unmerged: 1 });
    expect(run.gaps).toEqual([
      {
        gapId: `binance:BTC/USDT:${MIDNIGHT + 12_345}`,
        exchange: 'binance',
        symbol: 'BTC/USDT',
        afterTradeId: null,
        beforeTradeId: null,
        fromTimestamp: MIDNIGHT + 12_345,
        toTimestamp: MIDNIGHT + 12_345,
        missing: 1,
        cause: 'dropped',
        status: 'unfillable',
      },
    ]);
  });

  it('beyond the horizon of a short candle still belong in a longer one, which is incomplete all the same', () => {
    const config = { ...CONFIG, timeframes: ['1m', '1h'] };
    const run = resultOf(config, [...closed, clock(20 * MINUTE), trade(3, 1)]);
    expect(story(run.candles)).toEqual([
      '1m+0s final 0 trades=2 complete=true',
      '1h+0s final 0 trades=3 complete=false',
    ]);
    expect(run.gaps).toHaveLength(1);
  });

  it('never revive a candle that was let go, not even by a gap that opens over it afterwards', () => {
    const gap = sampleGap({ fromTimestamp: MIDNIGHT });
    const records = [...closed, clock(20 * MINUTE), gap, trade(3, 1, { backfilled: true })];
    const run = resultOf(CONFIG, records);
    expect(story(run.candles)).toEqual(['1m+0s final 0 trades=2 complete=true']);
    expect(run.gaps).toHaveLength(1);
  });
});

describe('completeness', () => {
  it('a candle begun before the first observed trade is incomplete', () => {
    expect(told([trade(1, 30_000), trade(2, 3 * MINUTE)])).toEqual(['1m+0s final 0 trades=1 complete=false']);
    expect(told([trade(1, 0), trade(2, 3 * MINUTE)])).toEqual(['1m+0s final 0 trades=1 complete=true']);
  });

  it('a later, older trade within the lateness moves the begin of observation back, an older one does not', () => {
    expect(told([trade(2, MINUTE + 100), trade(1, MINUTE), clock(3 * MINUTE)])[0]).toMatch(/complete=true/);
    const stray = [trade(2, 4 * MINUTE + 100), trade(1, 0), clock(6 * MINUTE)];
    expect(told(stray)).toEqual([
      '1m+0s final 0 trades=1 complete=false',
      '1m+240s final 0 trades=1 complete=false',
    ]);
  });

  it('a filled gap from before the first trade moves the begin of observation back', () => {
    const gap = sampleGap({ afterTradeId: null, fromTimestamp: MIDNIGHT });
    const records = [
      gap,
      trade(1, 10_000, { backfilled: true }),
      trade(2, 70_000),
      { ...gap, toTimestamp: MIDNIGHT + 70_000, status: 'filled' as const },
      clock(4 * MINUTE),
    ];
    expect(told(records)).toEqual([
      '1m+0s final 0 trades=1 complete=false',
      '1m+0s revised 1 trades=1 complete=true',
      '1m+60s final 0 trades=1 complete=true',
    ]);
  });

  it('a filled gap that ends before the first trade says nothing about the time between', () => {
    const gap = sampleGap({ fromTimestamp: MIDNIGHT, toTimestamp: MIDNIGHT + 1_000, status: 'filled' });
    expect(told([trade(1, 2 * MINUTE + 30_000), gap, clock(10 * MINUTE)])).toEqual([
      '1m+120s final 0 trades=1 complete=false',
    ]);
  });

  const before = [trade(1, 0), trade(2, 50_000)];
  const gap = sampleGap({ afterTradeId: '2', fromTimestamp: MIDNIGHT + 50_000 });
  const after = [trade(9, 130_000), clock(5 * MINUTE)];

  it('an open gap makes the candles that it overlaps incomplete, a filled one publishes them again', () => {
    const filled = { ...gap, toTimestamp: MIDNIGHT + 130_000, status: 'filled' as const };
    expect(told([...before, gap, ...after, filled])).toEqual([
      '1m+0s final 0 trades=2 complete=false',
      '1m+120s final 0 trades=1 complete=false',
      '1m+0s revised 1 trades=2 complete=true',
      '1m+120s revised 1 trades=1 complete=true',
    ]);
  });

  it('the backfill and the end of its gap are one revision', () => {
    const filled = { ...gap, toTimestamp: MIDNIGHT + 130_000, status: 'filled' as const };
    const missing = [trade(3, 55_000, { backfilled: true }), trade(4, 125_000, { backfilled: true })];
    expect(told([...before, gap, ...after, ...missing, filled]).slice(2)).toEqual([
      '1m+0s revised 1 trades=3 complete=true',
      '1m+120s revised 1 trades=2 complete=true',
    ]);
  });

  it('a gap that opens over a candle already published takes its completeness back', () => {
    expect(told([...before, clock(2 * MINUTE), gap])).toEqual([
      '1m+0s final 0 trades=2 complete=true',
      '1m+0s revised 1 trades=2 complete=false',
    ]);
  });

  it('an unfillable gap leaves the candles that it overlaps incomplete for ever, and only these', () => {
    const lost = { ...gap, toTimestamp: MIDNIGHT + 130_000, status: 'unfillable' as const };
    const filled = { ...gap, toTimestamp: MIDNIGHT + 130_000, status: 'filled' as const };
    expect(
      told([...before, gap, trade(9, 130_000), lost, filled, trade(10, 190_000), clock(5 * MINUTE)]),
    ).toEqual([
      '1m+0s final 0 trades=2 complete=false',
      '1m+120s final 0 trades=1 complete=false',
      '1m+180s final 0 trades=1 complete=true',
    ]);
  });

  it('a gap that closes as lost without an end ends with the newest time', () => {
    const lost = { ...gap, status: 'unfillable' as const };
    expect(told([...before, trade(3, 70_000), lost, trade(4, 130_000), clock(5 * MINUTE)])).toEqual([
      '1m+0s final 0 trades=2 complete=true',
      '1m+0s revised 1 trades=2 complete=false',
      '1m+60s final 0 trades=1 complete=false',
      '1m+120s final 0 trades=1 complete=true',
    ]);
  });

  it('candles and ids under an open gap are kept until it closes, whatever the horizon and the window', () => {
    const config = { ...CONFIG, revisionHorizonMs: 0, dedupeWindowIds: 1, dedupeWindowMs: 0 };
    const hours = Array.from({ length: 240 }, (_, index) => trade(100 + 2 * index, (index + 3) * MINUTE));
    const filled = { ...gap, toTimestamp: MIDNIGHT + 3 * MINUTE, status: 'filled' as const };
    const missing = [trade(3, 55_000, { backfilled: true }), trade(100, 55_500, { backfilled: true })];
    const run = resultOf(config, [...before, gap, ...hours, ...missing, filled], false);
    expect(run.gaps).toEqual([]);
    expect(run.processing.counters.get('binance')?.repeated.conflict).toBe(1);
    const first = run.candles.filter(({ timestamp }) => timestamp === MIDNIGHT);
    expect(story(first).at(-1)).toBe('1m+0s revised 1 trades=3 complete=true');
  });
});

describe('repeats', () => {
  it('a repeat with the same content is counted, a conflict too, and the first copy stands', () => {
    const first = trade(1, 0);
    const copies = [
      first,
      { ...first, last: 60_000, bid: 60_000, ask: 60_000 },
      { ...first, volume: 2 },
      { ...first, timestamp: MIDNIGHT + 1 },
      { ...first, takerSide: 'sell' as const },
      { ...first, receivedAt: first.receivedAt + 5, backfilled: true },
    ];
    const { processing, ticks, candles } = resultOf(CONFIG, [first, ...copies]);
    expect(processing.counters.get('binance')?.repeated).toEqual({ same: 2, conflict: 4 });
    expect(ticks).toHaveLength(1);
    expect(candles).toMatchObject([{ close: 50_000, volume: 1, trades: 1 }]);
  });

  it('the same id of another symbol or venue is another trade', () => {
    const records = [trade(1, 0), trade(1, 0, { symbol: 'ETH/USDT' }), trade(1, 0, { exchange: 'kraken' })];
    expect(resultOf(CONFIG, records).ticks).toHaveLength(3);
  });

  it('a copy that was refused does not keep out one that is right', () => {
    const wrong = trade(1, 0, { receivedAt: MIDNIGHT - 3_600_000 });
    const { ticks, refused } = resultOf(CONFIG, [wrong, trade(1, 0)]);
    expect(refused).toHaveLength(1);
    expect(ticks).toHaveLength(1);
  });

  it('an id older than the window is handed out and counted, changes no candle and leaves a gap', () => {
    const config = { ...CONFIG, dedupeWindowIds: 2, dedupeWindowMs: 1_000 };
    const records = [
      ...[10, 20, 30, 40, 50].map((id, index) => trade(id, index * 1_000)),
      clock(30_000),
      trade(15, 31_000),
      clock(40_000),
    ];
    const { ticks, gaps, processing, candles } = resultOf(config, records);
    expect(ticks).toHaveLength(6);
    expect(gaps).toMatchObject([{ fromTimestamp: MIDNIGHT + 31_000, cause: 'dropped' }]);
    expect(processing.counters.get('binance')?.late).toEqual({ revised: 0, unmerged: 1 });
    expect(story(candles)).toEqual(['1m+0s final 0 trades=5 complete=false']);
  });
});

describe('refused records', () => {
  it('a trade an hour ahead of its arrival is set aside, one within the skew is not', () => {
    const { refused, processing } = resultOf(CONFIG, [
      trade(1, 0, { receivedAt: MIDNIGHT - 5_000 }),
      trade(2, 0, { receivedAt: MIDNIGHT - 5_001 }),
      trade(3, 3_600_000, { receivedAt: MIDNIGHT }),
    ]);
    expect(refused.map(({ reason }) => reason)).toEqual(['future-timestamp', 'future-timestamp']);
    expect(processing.counters.get('binance')).toMatchObject({
      trades: 1,
      refused: { 'future-timestamp': 2 },
    });
  });

  it("the venue's clock is the one that the last clock record tells", () => {
    const skewed = trade(1, 8_000, { receivedAt: MIDNIGHT });
    expect(resultOf(CONFIG, [skewed]).refused).toHaveLength(1);
    expect(resultOf(CONFIG, [sampleClock(MIDNIGHT, { offsetMs: -4_000 }), skewed]).refused).toHaveLength(0);
  });

  it('a trade that arrives at once after frames had waited long is not from the future', () => {
    const waited = sampleClock(MIDNIGHT, { offsetMs: 10_000 });
    const fresh = trade(1, 11_000, { receivedAt: MIDNIGHT + 11_020 });
    expect(resultOf(CONFIG, [waited, fresh]).refused).toEqual([]);
  });

  it('a trade before 2009, and one whose notional cannot be summed, are set aside with their reasons', () => {
    const { refused } = resultOf(CONFIG, [
      trade(1, 0, { timestamp: Date.UTC(2009, 0, 1) - 1 }),
      trade(2, 0, { last: 1e200, bid: 1e200, ask: 1e200, volume: 1e200 }),
    ]);
    expect(refused.map(({ reason }) => reason)).toEqual(['ancient-timestamp', 'invalid-number']);
  });

  it('what leaves is checked as well', () => {
    const overflowing = trade(1, 0, { bid: 1.7e308, ask: 1.7e308, quoted: true, quotedAt: MIDNIGHT });
    expect(resultOf(CONFIG, [overflowing]).refused).toMatchObject([{ reason: 'invalid-output' }]);
    const outputs = new Collected();
    const processing = createProcessing(CONFIG, -1);
    processing.apply([trade(1, 0)], outputs);
    expect(processing.partials()).toEqual([]);
    processing.finish(outputs);
    expect(outputs.candles).toEqual([]);
    expect(outputs.refused).toMatchObject([{ reason: 'invalid-output' }]);
  });

  it('clocks alone make no state', () => {
    const clocks = Array.from({ length: 1_000 }, (_, index) =>
      sampleClock(MIDNIGHT, { symbols: [`S${index}/USD`] }),
    );
    const { processing } = resultOf(CONFIG, clocks, false);
    expect(processing.exportState().length).toBeLessThan(200);
  });
});

describe('partial candles', () => {
  it('are those open that changed since they were last asked for', () => {
    const processing = createProcessing({ ...CONFIG, timeframes: ['1m', '5m'] }, 3);
    const outputs = new Collected();
    processing.apply([trade(1, 0), trade(2, MINUTE)], outputs);
    expect(processing.partials().map((c) => `${c.timeframe} ${c.state} ${c.revision} ${c.epoch}`)).toEqual([
      '1m partial -1 3',
      '1m partial -1 3',
      '5m partial -1 3',
    ]);
    expect(processing.partials()).toEqual([]);
    processing.apply([clock(MINUTE + LATENESS), trade(3, MINUTE + 1)], outputs);
    expect(processing.partials().map(({ timeframe, trades }) => [timeframe, trades])).toEqual([
      ['1m', 2],
      ['5m', 3],
    ]);
  });
});

describe('enrichment', () => {
  it('adds mid, spread and spread in basis points, and leaves unknown fields behind', () => {
    const raw = { ...trade(1, 0, { bid: 99, ask: 101, quoted: true, quotedAt: MIDNIGHT }), hint: 'x' };
    const { hint: _, ...known } = raw;
    expect(resultOf(CONFIG, [raw]).ticks).toEqual([{ ...known, mid: 100, spread: 2, spreadBps: 200 }]);
  });

  it("keeps the venue's own text of what a double cannot hold", () => {
    const inexact = {
      inexact: true as const,
      priceText: '0.10000000000000000001',
      volumeText: '1.00000000000000000001',
    };
    expect(resultOf(CONFIG, [trade(1, 0, inexact)]).ticks).toMatchObject([inexact]);
  });
});

describe('the state', () => {
  it.each([
    ['', false],
    [', lost ones among them', true],
  ])('does not grow with time: days of trades%s leave what hours leave', (_, losing) => {
    const sizeAfter = (minutes: number) => {
      const records: RawRecord[] = [];
      for (let minute = 1; minute <= minutes; minute++) {
        records.push(trade(2 * minute, minute * MINUTE), clock(minute * MINUTE + 30_000));
        if (losing && minute % 2 === 0) records.push(trade(2 * minute - 29, (minute - 14) * MINUTE));
      }
      const run = resultOf({ ...CONFIG, timeframes: ['1m', '1h'], dedupeWindowIds: 100 }, records, false);
      expect(run.gaps.length > 0).toBe(losing);
      return run.processing.exportState().length;
    };
    expect(sizeAfter(6_000)).toBeLessThan(sizeAfter(300) * 1.1);
  });
});

describe('a continued run', () => {
  it('goes on with the revisions, under its own epoch', () => {
    const first = createProcessing(CONFIG, 1);
    const outputs = new Collected();
    first.apply([trade(1, 0), clock(2 * MINUTE), trade(2, 1)], outputs);
    const second = createProcessing(CONFIG, 5, first.exportState());
    second.apply([clock(2 * MINUTE + 1)], outputs);
    expect(outputs.candles.map(({ revision, epoch }) => [revision, epoch])).toEqual([
      [0, 1],
      [1, 5],
    ]);
  });

  it("still knows the venue's clock", () => {
    const first = createProcessing(CONFIG, 1);
    const outputs = new Collected();
    first.apply([sampleClock(MIDNIGHT, { offsetMs: -4_000 })], outputs);
    const second = createProcessing(CONFIG, 2, first.exportState());
    second.apply([trade(1, 8_000, { receivedAt: MIDNIGHT })], outputs);
    expect(outputs.refused).toEqual([]);
  });

  it('begins a timeframe that is new with the next trade, marks its first interval incomplete and drops a removed one', () => {
    const config = { ...CONFIG, timeframes: ['1m', '5m'] };
    const first = createProcessing(config, 1);
    const outputs = new Collected();
    first.apply([trade(1, 0), trade(2, 61_000), trade(3, 370_000)], outputs);
    outputs.candles.length = 0;
    const second = createProcessing({ ...CONFIG, timeframes: ['2m', '5m'] }, 1, first.exportState());
    second.apply([trade(4, 371_000), trade(5, 500_000), trade(6, 369_000), trade(7, 50_000)], outputs);
    second.finish(outputs);
    expect(story(outputs.candles)).toEqual([
      '2m+360s final 0 trades=1 complete=false',
      '2m+360s revised 1 trades=2 complete=false',
      '2m+480s final 0 trades=1 complete=true',
      '5m+0s revised 1 trades=3 complete=true',
      '5m+300s final 0 trades=4 complete=true',
    ]);
    expect(outputs.gaps).toEqual([]);
  });

  it.each([
    ['nothing that is JSON', '{', 'The state of the processing is not JSON.'],
    [
      'another version',
      '{"version":9}',
      'The state of the processing has version 9; this release reads version 1 only.',
    ],
  ])('refuses %s', (_, state, sentence) => {
    expect(() => createProcessing(CONFIG, 1, state)).toThrow(sentence);
  });
});

describe('the configuration', () => {
  it.each([
    [{ timeframes: [] }, 'At least one timeframe is needed.'],
    [{ timeframes: ['7m'] }, 'Timeframe 7m is not a length that divides a day, such as 1m, 15m or 1h.'],
    [{ timeframes: ['1m', '1m'] }, 'A timeframe is named twice in 1m,1m.'],
    [{ allowedLatenessMs: -1 }, 'allowedLatenessMs must be a whole number of at least 0, not -1.'],
    [{ dedupeWindowIds: 0 }, 'dedupeWindowIds must be a whole number of at least 1, not 0.'],
    [{ revisionHorizonMs: NaN }, 'revisionHorizonMs must be a whole number of at least 0, not NaN.'],
  ])('%o is refused with a sentence', (fields, sentence) => {
    expect(() => createProcessing({ ...CONFIG, ...fields }, 0)).toThrow(sentence);
  });
});
