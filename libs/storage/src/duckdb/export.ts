import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  ExportError,
  type ExportCandlesQuery,
  type ExportedFile,
  type ExportManifest,
  type ExportTicksQuery,
} from '../embedded-store';
import { type Archiving, textOf } from './access';
import { sync, UNFINISHED, writeParquet } from './parquet-file';
import { dayText, inRange, type Partition, partitionFolder, partitionsIn, quoted, rowsOf } from './partition';
import { CANDLE_FIELDS, COMPLETE, lostSql } from './queries';
import { tickPartitions, ticksSql } from './sealed-ticks';
import { TICK_ORDER } from './tick-order';

/** See EmbeddedStore.exportTicks. */
export async function exportTicks(archiving: Archiving, query: ExportTicksQuery): Promise<ExportManifest> {
  const partitions = await tickPartitions(archiving, query);
  const sealedOf = new Map(partitions.map(({ partition, sealed }) => [partition, sealed]));
  return exportFiles(
    archiving,
    'ticks',
    query,
    partitions.map(({ partition }) => partition),
    (partition) => `
      FROM (${ticksSql(rowsOf(partition, query), sealedOf.get(partition) ?? null)}) ${TICK_ORDER}`,
  );
}

/** See EmbeddedStore.exportCandles. */
export async function exportCandles(
  archiving: Archiving,
  query: ExportCandlesQuery,
): Promise<ExportManifest> {
  const { timeframe } = query;
  const partitions = await partitionsIn(archiving.connection, 'published_candles', query);
  return exportFiles(
    archiving,
    'candles',
    query,
    partitions,
    (partition) => `
      WITH page AS (
        FROM published_candles
        WHERE ${inRange(rowsOf(partition, query))} ${timeframe === undefined ? '' : `AND timeframe = ${quoted(timeframe)}`}
      ), lost AS (${lostSql(quoted(partition.exchange), quoted(partition.symbol))})
      SELECT ${CANDLE_FIELDS}, ${COMPLETE} FROM page
      ORDER BY closes_at - timestamp, timestamp`,
  );
}

async function exportFiles(
  { connection, goOn }: Archiving,
  kind: ExportManifest['kind'],
  { from, to, directory }: ExportTicksQuery,
  partitions: readonly Partition[],
  rowsSql: (partition: Partition) => string,
): Promise<ExportManifest> {
  await takeDirectory(directory);
  const files: ExportedFile[] = [];
  for (const partition of partitions) {
    goOn();
    const path = join(partitionFolder(partition), `${kind}.parquet`);
    const rows = await writeParquet(connection, rowsSql(partition), join(directory, path), null);
    if (rows === 0) {
      // The range takes an empty part of the day.
      await rm(join(directory, partitionFolder(partition)), { recursive: true });
      continue;
    }
    const { day, exchange, symbol } = partition;
    files.push({ path: path.replaceAll('\\', '/'), day: dayText(day), exchange, symbol, rows });
  }
  const manifest = { kind, from, to, rows: files.reduce((sum, { rows }) => sum + rows, 0), files };
  await writeManifest(join(directory, 'manifest.json'), manifest);
  return manifest;
}

async function takeDirectory(directory: string): Promise<void> {
  let entries: string[];
  try {
    await mkdir(directory, { recursive: true });
    entries = await readdir(directory);
  } catch (error) {
    throw new ExportError(`The export's directory ${directory} cannot be made: ${textOf(error)}.`);
  }
  if (entries.length > 0) {
    throw new ExportError(
      `The export's directory ${directory} is not empty. Choose another one, or empty it.`,
    );
  }
}

async function writeManifest(path: string, manifest: ExportManifest): Promise<void> {
  await writeFile(path + UNFINISHED, `${JSON.stringify(manifest, null, 2)}\n`);
  await sync(path + UNFINISHED);
  await rename(path + UNFINISHED, path);
  await sync(dirname(resolve(path)));
}
