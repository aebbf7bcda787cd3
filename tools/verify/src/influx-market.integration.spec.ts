import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Candle, Gap, ProcessedTick } from '@neuraltrade/contracts';
import { type Influx, startInflux, whyNoInflux } from '@neuraltrade/infra';
import { createInfluxStore } from '@neuraltrade/storage';
import { influxMarket } from './influx-market';
import { ScratchDatabase } from './scratch-database';
import type { StoredRelations } from './stored-market';

const MINUTE = Date.UTC(2026, 0, 15, 12);
/** More than a page of candles. */
const CANDLES = 5_003;
const SERIES = { exchange: 'kraken', symbol: 'BTC/USD' };

jest.setTimeout(60_000);
const why = whyNoInflux(process.env);
if (why !== '') test.skip(`what InfluxDB has stored (${why})`, () => undefined);
else describe('what InfluxDB has stored, as relations', suite);

function suite(): void {
  const directory = mkdtempSync(join(tmpdir(), 'neuraltrade-influx-market-'));
  let influx: Influx;
  let database: ScratchDatabase;
  let empty: readonly number[];
  let stored: StoredRelations;
  let reads = 0;

  beforeAll(async () => {
    influx = await startInflux({ env: process.env });
    const read = async (): Promise<StoredRelations> => {
      database = await ScratchDatabase.open(directory);
      return influxMarket(influx, () => Promise.resolve(void (reads += 1))).attach(database);
    };
    const nothing = await read();
    empty = await Promise.all(
      Object.values(nothing).map((relation: string) => database.count(`SELECT count(*) FROM ${relation}`)),
    );
    await database.close();
    const store = createInfluxStore(influx);
    await store.writeTicks([
      tick('18446744073709551615', 0.1 + 0.2),
      tick('18446744073709551616', 67_000.01),
      tick('7', 1e-8),
    ]);
    await store.writeCandles(Array.from({ length: CANDLES }, (_, index) => candle(index)));
    await store.writeGaps([
      gap({ gapId: 'first', afterTradeId: null, status: 'filled', toTimestamp: MINUTE + 5 }),
      gap({ gapId: 'open' }),
      gap({
        gapId: 'lost',
        cause: 'dropped',
        status: 'unfillable',
        fromTimestamp: MINUTE + 61_000,
        toTimestamp: MINUTE + 61_500,
      }),
    ]);
    await store.close();
    stored = await read();
  });
  afterAll(async () => {
    await database?.close();
    await influx?.dispose();
    rmSync(directory, { recursive: true, force: true });
  });

  test('are empty where nothing is stored', () => {
    expect(empty).toEqual([0, 0, 0]);
  });

  test('hold trades of one millisecond apart, each value and millisecond as it was written', async () => {
    expect(
      await database.rows(`SELECT exchange, symbol, "timestamp"::DOUBLE AS "at", trade_id, last, volume, taker_side
        FROM ${stored.ticks} ORDER BY last`),
    ).toEqual(
      [
        ['7', 1e-8],
        ['18446744073709551615', 0.1 + 0.2],
        ['18446744073709551616', 67_000.01],
      ].map(([trade_id, last]) => ({
        ...SERIES,
        at: MINUTE + 1,
        trade_id,
        last,
        volume: 0.125,
        taker_side: 'sell',
      })),
    );
  });

  test('hold the candles of every page, incomplete where trades were dropped', async () => {
    const rows =
      await database.rows(`SELECT "timestamp"::DOUBLE AS "at", open, vwap, trades::DOUBLE AS trades, complete
      FROM ${stored.candles} WHERE exchange = 'kraken' AND symbol = 'BTC/USD' AND timeframe = '1m' ORDER BY "timestamp"`);
    expect(rows).toEqual(
      Array.from({ length: CANDLES }, (_, index) => {
        const { timestamp, open, vwap, trades } = candle(index);
        return { at: timestamp, open, vwap, trades, complete: index !== 1 };
      }),
    );
  });

  test('hold each gap with no end and no trade before it where none is known', async () => {
    expect(
      await database.rows(`SELECT gap_id, exchange, symbol, after_trade_id, from_timestamp::DOUBLE AS begins,
        to_timestamp::DOUBLE AS ends, cause, status FROM ${stored.gaps} ORDER BY gap_id`),
    ).toEqual([
      row('first', null, MINUTE, MINUTE + 5, 'disconnect', 'filled'),
      row('lost', '41', MINUTE + 61_000, MINUTE + 61_500, 'dropped', 'unfillable'),
      row('open', '41', MINUTE, null, 'disconnect', 'open'),
    ]);
    expect(reads).toBe(2);
  });
}

function tick(tradeId: string, last: number): ProcessedTick {
  return {
    ...SERIES,
    tradeId,
    last,
    bid: last,
    ask: last,
    mid: last,
    spread: 0,
    spreadBps: 0,
    volume: 0.125,
    timestamp: MINUTE + 1,
    takerSide: 'sell',
    receivedAt: MINUTE + 20,
    quoted: false,
    quotedAt: null,
    backfilled: false,
  };
}

function candle(index: number): Candle {
  return {
    ...SERIES,
    timeframe: '1m',
    timestamp: MINUTE + index * 60_000,
    open: 100 + index / 7,
    high: 2_000,
    low: 1,
    close: 100,
    volume: 12.5,
    trades: 1 + index,
    vwap: 100 + index / 13,
    state: 'final',
    revision: 0,
    epoch: MINUTE,
    complete: true,
  };
}

function gap(changes: Partial<Gap>): Gap {
  return {
    ...SERIES,
    gapId: 'gap',
    afterTradeId: '41',
    beforeTradeId: null,
    fromTimestamp: MINUTE,
    toTimestamp: null,
    missing: null,
    cause: 'disconnect',
    status: 'open',
    ...changes,
  };
}

function row(
  gap_id: string,
  after_trade_id: string | null,
  begins: number,
  ends: number | null,
  cause: string,
  status: string,
): object {
  return { gap_id, ...SERIES, after_trade_id, begins, ends, cause, status };
}
