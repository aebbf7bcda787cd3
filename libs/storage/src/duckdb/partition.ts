import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { EXCHANGE_PATTERN, isSymbol, symbolWord } from '@neuraltrade/contracts';

/** Length of a UTC day, ms. */
export const DAY_MS = 86_400_000;

/** What one Parquet file holds the rows of. */
export interface Partition {
  /** Start of the UTC day, ms UTC. */
  readonly day: number;
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE. */
  readonly symbol: string;
}

/** Which rows are wanted. */
export interface RowRange {
  /** The first instant, ms UTC, inclusive. */
  readonly from: number;
  /** The end, ms UTC, exclusive. */
  readonly to: number;
  /** One venue; absent = all. */
  readonly exchange?: string;
  /** One symbol; absent = all. */
  readonly symbol?: string;
}

/** The partitions in which a table holds rows of a range, by day, venue and symbol. */
export async function partitionsIn(
  connection: DuckDBConnection,
  table: 'ticks' | 'published_candles',
  range: RowRange,
): Promise<Partition[]> {
  const reader = await connection.runAndReadAll(
    `SELECT DISTINCT (timestamp // ${DAY_MS} * ${DAY_MS})::DOUBLE AS day, exchange, symbol
     FROM ${table} WHERE ${inRange(range)} ORDER BY ALL`,
  );
  return reader.getRowObjects() as unknown as Partition[];
}

/** The rows of a partition, or as much of it as the range takes. */
export function rowsOf({ day, exchange, symbol }: Partition, range?: RowRange): RowRange {
  return {
    from: Math.max(day, range?.from ?? day),
    to: Math.min(day + DAY_MS, range?.to ?? day + DAY_MS),
    exchange,
    symbol,
  };
}

/** The condition that takes the rows of a range from a table with the columns timestamp, exchange and symbol. */
export function inRange({ from, to, exchange, symbol }: RowRange): string {
  const terms = [`timestamp >= ${from}`, `timestamp < ${to}`];
  if (exchange !== undefined) terms.push(`exchange = ${quoted(exchange)}`);
  if (symbol !== undefined) terms.push(`symbol = ${quoted(symbol)}`);
  return terms.join(' AND ');
}

/** The folder of a partition below a root, as tools that read partitioned Parquet expect it, with / written as %2F. */
export function partitionFolder({ day, exchange, symbol }: Partition): string {
  return join(`day=${dayText(day)}`, `exchange=${exchange}`, `symbol=${encodeURIComponent(symbol)}`);
}

/** The folder of a partition of the recorder's archive: as partitionFolder, the symbol as a word ('BTC-USDT'). */
export function archiveFolder({ day, exchange, symbol }: Partition): string {
  return join(`day=${dayText(day)}`, `exchange=${exchange}`, `symbol=${symbolWord(symbol)}`);
}

/** The partition whose folder this is, as either of the two writes it; null when it is none. */
export function partitionOfFolder(folder: string): Partition | null {
  const match = /^day=(\d{4}-\d\d-\d\d)\/exchange=([^/]+)\/symbol=([^/]+)$/.exec(folder);
  if (!match) return null;
  const [, date, exchange, text] = match as unknown as [string, string, string, string];
  const partition = { day: Date.parse(date), exchange, symbol: text.replace(/%2F|-/, '/') };
  if (!EXCHANGE_PATTERN.test(exchange) || !isSymbol(partition.symbol)) return null;
  return [partitionFolder(partition), archiveFolder(partition)].includes(folder) ? partition : null;
}

/** Whether a partition holds rows of a range. */
export function overlaps({ from, to, exchange, symbol }: RowRange, partition: Partition): boolean {
  return (
    partition.day < to &&
    partition.day + DAY_MS > from &&
    (exchange ?? partition.exchange) === partition.exchange &&
    (symbol ?? partition.symbol) === partition.symbol
  );
}

/** Orders partitions by day, then venue, then symbol. */
export function comparePartitions(a: Partition, b: Partition): number {
  return a.day - b.day || compareTexts(a.exchange, b.exchange) || compareTexts(a.symbol, b.symbol);
}

/** The UTC day as '2026-01-15'. */
export function dayText(day: number): string {
  return new Date(day).toISOString().slice(0, 10);
}

/** A text as a literal of SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
