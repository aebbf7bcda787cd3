import type { DuckDBConnection } from '@duckdb/node-api';
import type { RawTick } from '@neuraltrade/contracts';
import type { TickRange, TickSymbol } from '../tick-history';
import type { TimeSpan } from '../time-spans';
import type { Partition, RowRange } from './partition';
import { streamTicks } from './stream-ticks';

/** The ticks of one partition. */
export interface PartitionRows {
  /** Which they are of. */
  readonly partition: Partition;
  /** A statement that gives those within a range, each once, in any order, without venue and symbol. */
  sql(range?: RowRange): string;
}

/** Ticks in partitions, wherever those are kept. */
export interface TickRows {
  /** What reads them, for this task alone until it settles. */
  readonly connection: DuckDBConnection;
  /** Throws when the reading is to end. */
  readonly goOn: () => void;
  /** The partitions that hold ticks of a range, in order. */
  partitions(range: RowRange): Promise<readonly PartitionRows[]>;
}

const ALL_TIME = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** See TickHistory.readTicks. */
export async function readTicks(
  rows: TickRows,
  range: TickRange,
  take: (ticks: readonly RawTick[]) => void | Promise<void>,
): Promise<void> {
  const { connection, goOn } = rows;
  for (const part of await rows.partitions(range))
    await streamTicks(connection, part.sql(range), range, take, goOn);
}

/** See TickHistory.countTicks. */
export async function countTicks(
  rows: TickRows,
  range: TickRange,
  everyMs: number,
): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  for (const part of await rows.partitions(range)) {
    const reader = await rows.connection.runAndReadAll(
      `SELECT (timestamp // ${everyMs} * ${everyMs})::DOUBLE AS start, count(*)::DOUBLE
       FROM (${part.sql(range)}) GROUP BY start ORDER BY start`,
    );
    // An interval may go over midnight, from one partition into the next.
    for (const [start, count] of reader.getRows() as [number, number][])
      counts.set(start, (counts.get(start) ?? 0) + count);
  }
  return counts;
}

/** See TickHistory.tickSpan. */
export async function tickSpan(rows: TickRows, symbol: TickSymbol): Promise<TimeSpan | null> {
  const partitions = await rows.partitions({ ...symbol, ...ALL_TIME });
  const [first, last] = [partitions[0], partitions.at(-1)];
  if (first === undefined || last === undefined) return null;
  const edge = async (part: PartitionRows, which: 'min' | 'max'): Promise<number> => {
    const sql = `SELECT ${which}(timestamp)::DOUBLE FROM (${part.sql()})`;
    return (await rows.connection.runAndReadAll(sql)).getRows()[0]?.[0] as number;
  };
  return { from: await edge(first, 'min'), to: await edge(last, 'max') };
}

/** See TickHistory.tickSymbols. */
export async function tickSymbols(rows: TickRows): Promise<TickSymbol[]> {
  const found = new Map<string, TickSymbol>();
  for (const { partition } of await rows.partitions(ALL_TIME)) {
    const { exchange, symbol } = partition;
    found.set(`${exchange} ${symbol}`, { exchange, symbol });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, symbol]) => symbol);
}
