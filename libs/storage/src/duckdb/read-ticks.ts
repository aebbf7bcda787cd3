import type { RawTick } from '@neuraltrade/contracts';
import type { TickRange, TickSymbol } from '../tick-history';
import type { TimeSpan } from '../time-spans';
import type { Archiving } from './access';
import { rowsOf } from './partition';
import { type TickPartition, tickPartitions, ticksSql } from './sealed-ticks';
import { streamTicks } from './stream-ticks';

const ALL_TIME = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** See TickHistory.readTicks. */
export async function readTicks(
  archiving: Archiving,
  range: TickRange,
  take: (ticks: readonly RawTick[]) => void | Promise<void>,
): Promise<void> {
  const { connection, goOn } = archiving;
  for (const { partition, sealed } of await tickPartitions(archiving, range))
    await streamTicks(connection, ticksSql(rowsOf(partition, range), sealed), range, take, goOn);
}

/** See TickHistory.countTicks. */
export async function countTicks(
  archiving: Archiving,
  range: TickRange,
  everyMs: number,
): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  for (const { partition, sealed } of await tickPartitions(archiving, range)) {
    const reader = await archiving.connection.runAndReadAll(
      `SELECT (timestamp // ${everyMs} * ${everyMs})::DOUBLE AS start, count(*)::DOUBLE
       FROM (${ticksSql(rowsOf(partition, range), sealed)}) GROUP BY start ORDER BY start`,
    );
    // An interval may go over midnight, from one partition into the next.
    for (const [start, count] of reader.getRows() as [number, number][])
      counts.set(start, (counts.get(start) ?? 0) + count);
  }
  return counts;
}

/** See TickHistory.tickSpan. */
export async function tickSpan(archiving: Archiving, symbol: TickSymbol): Promise<TimeSpan | null> {
  const partitions = await tickPartitions(archiving, { ...symbol, ...ALL_TIME });
  const [first, last] = [partitions[0], partitions.at(-1)];
  if (first === undefined || last === undefined) return null;
  const edge = async ({ partition, sealed }: TickPartition, which: 'min' | 'max'): Promise<number> => {
    const sql = `SELECT ${which}(timestamp)::DOUBLE FROM (${ticksSql(rowsOf(partition), sealed)})`;
    return (await archiving.connection.runAndReadAll(sql)).getRows()[0]?.[0] as number;
  };
  return { from: await edge(first, 'min'), to: await edge(last, 'max') };
}

/** See TickHistory.tickSymbols. */
export async function tickSymbols(archiving: Archiving): Promise<TickSymbol[]> {
  const found = new Map<string, TickSymbol>();
  for (const { partition } of await tickPartitions(archiving, ALL_TIME)) {
    const { exchange, symbol } = partition;
    found.set(`${exchange} ${symbol}`, { exchange, symbol });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, symbol]) => symbol);
}
