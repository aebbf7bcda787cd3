import type { Comparison } from './comparison';
import { HOUR, SmallMarket } from './testing/small-market';

const BYBIT = `exchange = 'bybit' AND symbol = 'BTC/USDT'`;
/** Trades 150 to 199 of each venue: 30 s to 40 s, the seconds 30 to 39. */
const INSIDE = `"timestamp" >= ${HOUR + 30_000} AND "timestamp" < ${HOUR + 40_000}`;

function gapSql(values: {
  exchange: string;
  after: string | null;
  from: number;
  to: number | null;
  status: string;
  cause?: string;
}): string {
  const { exchange, after, from, to, status, cause = 'disconnect' } = values;
  const id = `${exchange}:BTC/USDT:${after ?? from}`;
  return `INSERT INTO gaps VALUES ('${id}', '${exchange}', 'BTC/USDT', ${after === null ? 'NULL' : `'${after}'`}, NULL,
    ${from}, ${to ?? 'NULL'}, NULL, '${cause}', '${status}')`;
}

describe('what was stored held against what was sent', () => {
  let market: SmallMarket;

  beforeAll(async () => {
    market = await SmallMarket.create();
  });
  afterAll(() => market.remove());

  const clean: Comparison = {
    ticks: { expected: 1_200, stored: 1_200, missing: 0, extra: 0, wrong: 0, excused: 0 },
    candles: { expected: 244, wrong: 0, excused: 0 },
    gaps: { open: 0, filled: 2, unfillable: 0, unaccounted: 0 },
    faults: [],
  };

  it('finds no difference where there is none', async () => {
    expect(await market.look()).toEqual({ result: clean, unseen: 0, named: [] });
  });

  it('names a trade that is not stored', async () => {
    const { result, named } = await market.look({
      sql: [`DELETE FROM ticks WHERE exchange = 'binance' AND trade_id = '1100'`],
    });
    expect(result).toEqual({ ...clean, ticks: { ...clean.ticks, stored: 1_199, missing: 1 } });
    expect(named).toEqual([expect.stringMatching(/^tick binance BTC\/USDT 1100 of \d+ is missing$/)]);
  });

  it('names a trade that is stored twice, and one that nobody sent', async () => {
    const row = `FROM ticks WHERE exchange = 'binance' AND trade_id = '1100'`;
    const { result, named } = await market.look({
      sql: [
        `INSERT INTO ticks SELECT * REPLACE ('9999' AS trade_id) ${row}`,
        `INSERT INTO ticks SELECT * ${row}`,
      ],
    });
    expect(result).toEqual({ ...clean, ticks: { ...clean.ticks, stored: 1_202, extra: 2 } });
    expect(named).toEqual([
      expect.stringMatching(/binance BTC\/USDT 9999 of \d+ is stored but was never sent/),
      expect.stringMatching(/binance BTC\/USDT 1100 of \d+ is stored more than once/),
    ]);
  });

  it('names what is wrong with a trade: price, size, side or time', async () => {
    const changes = [
      'last = last + 1e-12',
      'volume = volume * 2',
      `taker_side = 'unknown'`,
      '"timestamp" = "timestamp" + 1',
    ];
    const { result, named } = await market.look({
      sql: changes.map(
        (change, index) =>
          `UPDATE ticks SET ${change} WHERE exchange = 'binance' AND trade_id = '110${index}'`,
      ),
    });
    expect(result).toEqual({ ...clean, ticks: { ...clean.ticks, wrong: 4 } });
    expect([...named].sort()).toEqual([
      expect.stringMatching(/ 1100 is stored wrong: price [\d.]+ for [\d.]+$/),
      expect.stringMatching(/ 1101 is stored wrong: size [\d.]+ for [\d.]+$/),
      expect.stringMatching(/ 1102 is stored wrong: side unknown for /),
      expect.stringMatching(/ 1103 is stored wrong: time \d+ for \d+$/),
    ]);
  });

  it('names what is wrong with a candle, be it in the last bit', async () => {
    const changes = {
      open: 'low - 1e-9',
      high: 'high * 2',
      low: 'low / 2',
      close: 'close + 1e-9',
      volume: 'volume * (1 + 3e-16)',
      trades: 'trades + 1',
      vwap: 'vwap * (1 + 3e-16)',
      complete: 'false',
    };
    const { result, named } = await market.look({
      sql: Object.entries(changes).map(
        ([field, value], index) =>
          `UPDATE published_candles SET ${field} = ${value}
           WHERE exchange = 'bybit' AND timeframe = '1s' AND "timestamp" = ${HOUR + index * 1_000}`,
      ),
    });
    expect(result).toEqual({ ...clean, candles: { ...clean.candles, wrong: 8 } });
    expect(named).toEqual(
      Object.keys(changes).map(
        (field, index) =>
          expect.stringContaining(`candle bybit BTC/USDT 1s of ${HOUR + index * 1_000}: ${field} `) as string,
      ),
    );
  });

  it('names a candle that is not stored, and one that no trade made', async () => {
    const { result, named } = await market.look({
      sql: [
        `UPDATE published_candles SET "timestamp" = "timestamp" + 3600000 WHERE ${BYBIT} AND timeframe = '1m' AND "timestamp" = ${HOUR}`,
      ],
    });
    expect(result.candles).toEqual({ ...clean.candles, wrong: 2 });
    expect(named).toEqual([
      expect.stringContaining('is missing'),
      expect.stringContaining('no trade made it'),
    ]);
  });

  it('does not ask for a candle that may still be open, but compares it', async () => {
    const late = `"timestamp" = ${HOUR + 119_000} AND timeframe = '1s'`;
    const missing = await market.look({
      sql: [`DELETE FROM published_candles WHERE ${late}`],
      lines: [sent('binance', '1600', HOUR + 120_500)],
    });
    expect(missing.result.candles.wrong).toBe(2);
    expect(missing.result.candles.expected).toBe(clean.candles.expected);
  });

  it('counts a gap that is open, and one that is unfillable without a fault', async () => {
    const from = HOUR + 200_000;
    const { result, named } = await market.look({
      sql: [
        gapSql({ exchange: 'binance', after: '1', from, to: null, status: 'open' }),
        gapSql({ exchange: 'bybit', after: '2', from, to: from + 5, status: 'unfillable' }),
      ],
    });
    expect(result.gaps).toEqual({ open: 1, filled: 2, unfillable: 1, unaccounted: 2 });
    expect(named).toEqual([
      expect.stringContaining('still open'),
      expect.stringContaining('overlaps no fault'),
    ]);
  });

  it('names trades between two ids that nobody fetched and no gap tells of', async () => {
    const look = {
      without: (line: Readonly<Record<string, unknown>>) =>
        line['exchange'] === 'binance' && line['tradeId'] === '1100',
      sql: [`DELETE FROM ticks WHERE exchange = 'binance' AND trade_id = '1100'`],
    };
    const { result, named } = await market.look(look);
    expect(result.gaps.unaccounted).toBe(1);
    expect(named.join()).toContain('between the trades 1099 and 1101');
    const from = HOUR + 99 * 200;
    const told = await market.look({
      ...look,
      sql: [
        ...look.sql,
        gapSql({ exchange: 'binance', after: '1099', from, to: from + 700, status: 'unfillable' }),
      ],
      lines: [{ fault: 'cut-clients', exchange: 'binance', at: from }],
    });
    expect(told.result.gaps.unaccounted).toBe(0);
  });

  describe('trades of a venue without ids in an unfillable gap', () => {
    const gap = {
      exchange: 'bybit',
      after: '2000',
      from: HOUR + 30_000,
      to: HOUR + 39_999,
      status: 'unfillable',
    };
    const lost = [
      `DELETE FROM ticks WHERE ${BYBIT} AND ${INSIDE}`,
      `DELETE FROM published_candles WHERE ${BYBIT} AND timeframe = '1s' AND ${INSIDE}`,
    ];
    const fault = { fault: 'stall', exchange: 'bybit', at: HOUR + 29_000, clients: 1, forMs: 5_000 };

    it('are excused when a fault overlaps it, and their candle must say that it is incomplete', async () => {
      const { result } = await market.look({ sql: [...lost, gapSql(gap)], lines: [fault] });
      expect(result.ticks).toMatchObject({ expected: 1_150, stored: 1_150, missing: 0, excused: 50 });
      expect(result.gaps).toEqual({ open: 0, filled: 2, unfillable: 1, unaccounted: 0 });
      expect(result.faults).toEqual([{ name: 'stall', count: 1 }]);
      // The minute was stored with all trades and as complete: both is wrong now.
      expect(result.candles).toMatchObject({ wrong: 1, excused: 1 });
    });

    it('are missing when no fault overlaps it', async () => {
      const { result } = await market.look({ sql: [...lost, gapSql(gap)] });
      expect(result.ticks).toMatchObject({ expected: 1_200, missing: 50, excused: 0 });
    });

    it('are missing when the fault befell another venue', async () => {
      const { result } = await market.look({
        sql: [...lost, gapSql(gap)],
        lines: [{ ...fault, exchange: 'binance' }],
      });
      expect(result.ticks).toMatchObject({ missing: 50, excused: 0 });
    });

    it('are missing when the gap was filled', async () => {
      const { result } = await market.look({
        sql: [...lost, gapSql({ ...gap, status: 'filled' })],
        lines: [fault],
      });
      expect(result.ticks).toMatchObject({ missing: 50, excused: 0 });
    });

    it('are missing at a venue whose history can be asked by id', async () => {
      const { result } = await market.look({
        sql: [
          `DELETE FROM ticks WHERE exchange = 'binance' AND ${INSIDE}`,
          gapSql({ ...gap, exchange: 'binance' }),
        ],
        lines: [{ ...fault, exchange: 'binance' }],
      });
      expect(result.ticks).toMatchObject({ missing: 50, excused: 0 });
    });
  });

  it('does not expect what a page of history served from before the begin', async () => {
    const { result } = await market.look({
      lines: [{ ...sent('binance', '900', HOUR - 70_000), via: 'history' }],
    });
    expect(result.ticks).toEqual(clean.ticks);
    const fromThenOn = await market.look({
      lines: [{ ...sent('binance', '999', HOUR - 50_000), via: 'history' }],
    });
    expect(fromThenOn.result.ticks.missing).toBe(1);
  });

  it('does not expect a trade of a venue without ids that was never sent and came with the history of another stretch', async () => {
    const line = sent('bybit', '1001', HOUR + 100);
    const never = await market.look({ lines: [{ ...line, via: 'history' }] });
    expect(never).toMatchObject({ result: { ticks: clean.ticks }, unseen: 1 });
    const inGap = await market.look({
      sql: [gapSql({ exchange: 'bybit', after: '1000', from: HOUR, to: HOUR + 150, status: 'filled' })],
      lines: [{ ...line, via: 'history' }],
    });
    expect(inGap).toMatchObject({ result: { ticks: { missing: 1 } }, unseen: 0 });
    expect((await market.look({ lines: [line] })).result.ticks.missing).toBe(1);
  });

  it('leaves a candle out of which a trade came too late, as long as it says that it is incomplete', async () => {
    const at = HOUR + 30_150;
    const { result } = await market.look({
      sql: [
        gapSql({
          exchange: 'binance',
          after: null,
          from: at,
          to: at,
          status: 'unfillable',
          cause: 'dropped',
        }),
        `UPDATE published_candles SET trades = trades - 1 WHERE exchange = 'binance' AND "timestamp" <= ${at}
           AND "timestamp" + if(timeframe = '1m', 60000, 1000) > ${at}`,
      ],
      lines: [{ fault: 'late-trades', exchange: 'binance', at }],
    });
    expect(result.candles.wrong).toBe(0);
  });
});

function sent(exchange: string, tradeId: string, timestamp: number): Readonly<Record<string, unknown>> {
  return {
    exchange,
    symbol: 'BTC/USDT',
    tradeId,
    price: '100',
    size: '1',
    takerSide: 'buy',
    timestamp,
    via: 'feed',
  };
}
