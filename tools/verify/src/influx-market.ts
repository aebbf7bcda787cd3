import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createInfluxStore } from '@neuraltrade/storage';
import { exportCsv, type InfluxAccess } from './influx-export';
import { type ScratchDatabase, sqlText, sqlValues } from './scratch-database';
import type { StoredMarket } from './stored-market';

const PAGE = 5_000;
/** A page of candles is sorted by the server, which has other work on a small machine. */
const PAGE_WITHIN_MS = 120_000;
const SYMBOL = `replace(symbol, '_', '/')`;
/** A point's time is the trade's millisecond and, behind it, digits that keep trades of one millisecond apart. */
const MILLISECOND = `epoch_ns(rtrim(_time, 'Z')::TIMESTAMP_NS) // 1000000`;
const CANDLE_COLUMNS =
  'exchange VARCHAR, symbol VARCHAR, timeframe VARCHAR, "timestamp" BIGINT, open DOUBLE, high DOUBLE, low DOUBLE, ' +
  'close DOUBLE, volume DOUBLE, trades BIGINT, vwap DOUBLE, complete BOOLEAN';

/** What is stored in a running InfluxDB. @param done is called when it has been read, however that went. */
export function influxMarket(influx: InfluxAccess, done: () => Promise<void>): StoredMarket {
  return {
    async attach(database) {
      try {
        await mkdir(database.folder('export'));
        await loadTicks(influx, database);
        await loadGaps(influx, database);
        await loadCandles(influx, database);
      } finally {
        await done();
      }
      return { ticks: 'stored_ticks', candles: 'stored_candles', gaps: 'stored_gaps' };
    },
  };
}

async function loadTicks(influx: InfluxAccess, database: ScratchDatabase): Promise<void> {
  await loadPoints(influx, database, 'market_ticks', ['trade_id', 'last', 'volume', 'taker_side']);
  await database.run(`
    CREATE TABLE stored_ticks AS
    SELECT exchange, ${SYMBOL} AS symbol, ${MILLISECOND} AS "timestamp", trade_id, last::DOUBLE AS last,
      volume::DOUBLE AS volume, taker_side
    FROM market_ticks`);
  await database.run('DROP TABLE market_ticks');
}

async function loadGaps(influx: InfluxAccess, database: ScratchDatabase): Promise<void> {
  await loadPoints(influx, database, 'market_gaps', ['gap_id', 'from_id', 'status', 'cause', 'from', 'to']);
  await database.run(`
    CREATE TABLE stored_gaps AS
    SELECT gap_id, exchange, ${SYMBOL} AS symbol, nullif(from_id, 'none') AS after_trade_id,
      "from"::BIGINT AS from_timestamp, nullif("to"::BIGINT, 0) AS to_timestamp, cause, status
    FROM market_gaps`);
}

/**
 * Loads the points of a measurement as a table of texts. Each field is asked for alone and joined here: a pivot holds all points
 * in the server's memory.
 */
async function loadPoints(
  influx: InfluxAccess,
  database: ScratchDatabase,
  name: string,
  fields: readonly string[],
): Promise<void> {
  for (const field of fields) {
    const flux = `${measurement(influx, name)}
      |> filter(fn: (r) => r._field == "${field}")
      |> keep(columns: ["_time", "_value", "exchange", "symbol"])`;
    await loadCsv(influx, database, flux, `field_${field}`, '_time, _value, exchange, symbol');
  }
  const [first = '', ...others] = fields;
  const joins = others.map((field) => `FULL JOIN field_${field} USING (exchange, symbol, _time)`);
  const values = fields.map((field) => `field_${field}._value AS "${field}"`);
  await database.run(`
    CREATE TABLE ${name} AS
    SELECT exchange, symbol, _time, ${values.join(', ')} FROM field_${first} ${joins.join(' ')}`);
  for (const field of fields) await database.run(`DROP TABLE field_${field}`);
}

/** Whether a candle is complete is decided at reading, so candles are read as any reader does, a page at a time. */
async function loadCandles(influx: InfluxAccess, database: ScratchDatabase): Promise<void> {
  const series = `${measurement(influx, 'market_ohlcv')}
    |> filter(fn: (r) => r._field == "revision")
    |> last()
    |> keep(columns: ["exchange", "symbol", "timeframe"])`;
  await loadCsv(influx, database, series, 'candle_series', 'exchange, symbol, timeframe');
  const file = database.folder('export/candles.csv');
  const out = createWriteStream(file);
  const store = createInfluxStore({ ...influx, timeoutMs: PAGE_WITHIN_MS });
  try {
    for (const row of await database.rows(
      `SELECT DISTINCT exchange, ${SYMBOL} AS symbol, timeframe FROM candle_series`,
    )) {
      const { exchange, symbol, timeframe } = row as { exchange: string; symbol: string; timeframe: string };
      for (let before: number | undefined; ;) {
        const page = await store.candles({
          exchange,
          symbol,
          timeframe,
          limit: PAGE,
          ...(before !== undefined && { before }),
        });
        for (const c of page) {
          const values = [c.open, c.high, c.low, c.close, c.volume, c.trades, c.vwap, c.complete];
          out.write(`${[exchange, symbol, timeframe, c.timestamp, ...values].join(',')}\n`);
        }
        if (out.writableNeedDrain) await once(out, 'drain');
        before = page[0]?.timestamp;
        if (page.length < PAGE) break;
      }
    }
  } finally {
    out.end();
    await once(out, 'finish');
    await store.close();
  }
  await database.run(`CREATE TABLE stored_candles (${CANDLE_COLUMNS})`);
  if (out.bytesWritten > 0)
    await database.run(`COPY stored_candles FROM ${sqlText(file)} (FORMAT csv, HEADER false)`);
}

function measurement({ bucket }: InfluxAccess, name: string): string {
  return `from(bucket: ${JSON.stringify(bucket)})
    |> range(start: 1970-01-01T00:00:00Z, stop: 2262-04-11T23:47:16Z)
    |> filter(fn: (r) => r._measurement == "${name}")`;
}

/** Loads what a query answers as a table of texts. @param columns what it has when there is no row at all. */
async function loadCsv(
  influx: InfluxAccess,
  database: ScratchDatabase,
  flux: string,
  table: string,
  columns: string,
): Promise<void> {
  const file = database.folder(`export/${table}.csv`);
  const rows = await exportCsv(influx, flux, file);
  const none = sqlValues(
    columns
      .split(', ')
      .map((column) => `${column} VARCHAR`)
      .join(', '),
    [],
  );
  const from =
    rows === 0
      ? none
      : `(SELECT ${columns} FROM read_csv(${sqlText(file)}, header = true, all_varchar = true, delim = ',', quote = '"'))`;
  await database.run(`CREATE TABLE ${table} AS FROM ${from}`);
}
