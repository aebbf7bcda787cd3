import { existsSync } from 'node:fs';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { SealResult } from '../embedded-store';
import { type Archiving, isFatal, textOf } from './access';
import { countOf, type FileStep, rowsIn, writeParquet } from './parquet-file';
import { DAY_MS, dayText, inRange, type Partition, partitionsIn, rowsOf } from './partition';
import { isSealed, removeUnfinished, sealedPath, ticksSql } from './sealed-ticks';
import { TICK_ORDER } from './tick-order';

/** Instants of sealing at which a kill must do no harm; told for tests. */
export type SealStep = FileStep | 'deleted';

/** The start of the oldest UTC day that is not sealed, ms UTC: each day that ended `retentionMs` ago or earlier is. */
export function sealedUntil(nowMs: number, retentionMs: number): number {
  return Math.floor((nowMs - retentionMs) / DAY_MS) * DAY_MS;
}

/**
 * Seals every UTC day before `until`, one file after the other. A kill at any instant loses and doubles nothing: a file
 * replaces the earlier one whole, rows leave the table only when it is on the disk, and until then readers pass over the
 * rows that the file holds, too.
 */
export async function sealTicks(
  archiving: Archiving,
  until: number,
  atStep: (step: SealStep) => void = () => undefined,
): Promise<SealResult> {
  const result = { files: 0, ticks: 0, faults: [] as string[] };
  await removeUnfinished(archiving.directory);
  for (const partition of await partitionsIn(archiving.connection, 'ticks', { from: 0, to: until })) {
    archiving.goOn();
    try {
      const { written, deleted } = await sealPartition(archiving, partition, atStep);
      if (written) result.files += 1;
      result.ticks += deleted;
    } catch (error) {
      archiving.goOn();
      if (isFatal(error)) throw error;
      const { day, exchange, symbol } = partition;
      result.faults.push(
        `The ticks of ${exchange} ${symbol} of ${dayText(day)} were not sealed: ${textOf(error)}.`,
      );
    }
  }
  return result;
}

async function sealPartition(
  { connection, directory, betweenWrites }: Archiving,
  partition: Partition,
  atStep: (step: SealStep) => void,
): Promise<{ written: boolean; deleted: number }> {
  const path = sealedPath(directory, partition);
  const sealed = existsSync(path) ? path : null;
  const rows = `FROM ticks WHERE ${inRange(rowsOf(partition))}`;

  // One snapshot: what is counted is what is written, however many ticks arrive meanwhile.
  await connection.run('BEGIN TRANSACTION');
  let inTable: number;
  let written = false;
  try {
    inTable = await countOf(connection, rows);
    const known = sealed === null ? 0 : await countOf(connection, `${rows} AND ${isSealed(sealed)}`);
    if (inTable > known) {
      const expected = inTable - known + (sealed === null ? 0 : await rowsIn(connection, sealed));
      await writeParquet(
        connection,
        `FROM (${ticksSql(rowsOf(partition), sealed)}) ${TICK_ORDER}`,
        path,
        expected,
        atStep,
      );
      written = true;
    }
  } finally {
    await connection.run('ROLLBACK').catch(() => undefined);
  }
  const deleted = await betweenWrites((writer) => deleteRows(writer, rows, inTable));
  atStep('deleted');
  return { written, deleted };
}

/** Deletes the rows that were sealed. When others have come since, all stay until the next sealing takes these, too. */
async function deleteRows(writer: DuckDBConnection, rows: string, inTable: number): Promise<number> {
  if ((await countOf(writer, rows)) !== inTable) return 0;
  const { rowsChanged } = await writer.run(`DELETE ${rows}`);
  return rowsChanged;
}
