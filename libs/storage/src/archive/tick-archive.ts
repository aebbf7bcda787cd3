import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type ProcessedTick, RetryableError } from '@neuraltrade/contracts';
import { isFatal, textOf } from '../duckdb/access';
import { stage } from '../duckdb/merge';
import { openInstance } from '../duckdb/open-instance';
import { disownDirectory, ownDirectory } from '../duckdb/own-directory';
import { type FileStep, parquetSql, sync, writeParquet } from '../duckdb/parquet-file';
import { archiveFolder, DAY_MS, inRange, type Partition, rowsOf } from '../duckdb/partition';
import { TICK_FIELDS } from '../duckdb/sealed-ticks';
import { stagingName } from '../duckdb/table';
import { TICK_ORDER } from '../duckdb/tick-order';
import { ticksTable } from '../duckdb/ticks-table';
import { Serial } from '../serial';
import { refuseBadNames } from '../storable';
import { archivePartitions, type Part } from './archive-files';
import { rowsOfParts } from './archive-rows';
import { findBadFile } from './bad-file';
import { type ArchiveMarket, holdLabel } from './label';
import { inOrder, nextMerge } from './merge-plan';
import { partFile, standing } from './part-name';
import { removeLeftovers } from './leftovers';

const STAGED = stagingName(ticksTable);
const LOCK_FILE = 'writer.duckdb';

/** How an archive is opened for writing. */
export interface TickArchiveOptions {
  /** Its folder; made where there is none. One process writes to it at a time. */
  readonly directory: string;
  /** Where its market comes from; an archive holds one kind. */
  readonly market: ArchiveMarket;
  /** Told, in a sentence, of a file that was set aside because it cannot be read. */
  readonly onBadFile?: (sentence: string) => void;
  /** Told each step of a write or a merge, for tests that kill the process there. */
  readonly atStep?: (step: ArchiveStep) => void;
}

/** Instants of a write or a merge at which a kill must do no harm. */
export type ArchiveStep = FileStep | 'replaced';

/** What a write did. */
export interface ArchiveWrite {
  /** Ticks that are in a file now and were in none before. */
  readonly written: number;
  /** Ticks that had been written before, or came twice. */
  readonly repeated: number;
}

/** Ticks in Parquet files, by day, venue and symbol, each trade once. */
export interface TickArchive {
  /**
   * Writes ticks, a part for each day, venue and symbol; when it resolves they are on the disk under their final names. One that is
   * there already (trade id and time) is left out, however often it comes.
   * @throws RetryableError when the disk or the database fails; writing the same again is safe.
   */
  write(ticks: readonly ProcessedTick[]): Promise<ArchiveWrite>;
  /**
   * Merges small parts. @param wholeDaysBefore of days that ended before this instant (ms UTC) everything becomes one part.
   * @returns how many parts became part of others.
   */
  merge(wholeDaysBefore: number): Promise<number>;
  /** Finishes what was begun and lets go of the folder. */
  close(): Promise<void>;
}

/** Opens an archive for writing. @throws StoreOpenError when another process writes to it, or it holds another market. */
export async function openTickArchive(options: TickArchiveOptions): Promise<TickArchive> {
  const { directory, market } = options;
  const path = await ownDirectory(directory, 'archive');
  let instance: DuckDBInstance | null = null;
  try {
    instance = await openInstance(join(directory, LOCK_FILE), `The archive in ${directory}`);
    await holdLabel(directory, market);
    await removeLeftovers(directory);
    const connection = await instance.connect();
    return new FolderArchive(options, path, instance, connection, await knownParts(directory));
  } catch (error) {
    instance?.closeSync();
    disownDirectory(path);
    throw error;
  }
}

/** The parts of one partition and the number that the next one gets. */
interface PartitionParts {
  readonly partition: Partition;
  parts: Part[];
}

class FolderArchive implements TickArchive {
  readonly #serial = new Serial();
  #closed: Promise<void> | null = null;

  constructor(
    private readonly options: TickArchiveOptions,
    private readonly path: string,
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    private readonly partitions: Map<string, PartitionParts>,
  ) {}

  write(ticks: readonly ProcessedTick[]): Promise<ArchiveWrite> {
    refuseBadNames(ticks);
    return this.#task(async () => {
      if (ticks.length === 0) return { written: 0, repeated: 0 };
      await stage(this.connection, ticksTable, ticks);
      let written = 0;
      for (const partition of await this.#stagedPartitions()) written += await this.#writePart(partition);
      return { written, repeated: ticks.length - written };
    });
  }

  merge(wholeDaysBefore: number): Promise<number> {
    return this.#task(async () => {
      let merged = 0;
      for (const entry of this.partitions.values()) {
        for (let parts = nextMerge(entry.parts); parts !== null; parts = nextMerge(entry.parts)) {
          await this.#mergeParts(entry, parts);
          merged += parts.length;
        }
        if (entry.partition.day + DAY_MS > wholeDaysBefore || entry.parts.length < 2) continue;
        merged += entry.parts.length;
        await this.#mergeParts(entry, entry.parts);
      }
      return merged;
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#serial.run(() => {
      this.connection.closeSync();
      this.instance.closeSync();
      disownDirectory(this.path);
      return Promise.resolve();
    });
    return this.#closed;
  }

  async #stagedPartitions(): Promise<Partition[]> {
    const reader = await this.connection.runAndReadAll(
      `SELECT DISTINCT (timestamp // ${DAY_MS} * ${DAY_MS})::DOUBLE AS day, exchange, symbol FROM ${STAGED} ORDER BY ALL`,
    );
    return reader.getRowObjects() as unknown as Partition[];
  }

  /** Writes what is new of the staged ticks of one partition. @returns how many. */
  async #writePart(partition: Partition): Promise<number> {
    const folder = join(this.options.directory, archiveFolder(partition));
    let entry = this.partitions.get(folder);
    if (entry === undefined) {
      entry = { partition, parts: [] };
      this.partitions.set(folder, entry);
    }
    const news = await this.#newRows(partition, entry);
    if (news === null) return 0;
    const number = 1 + Math.max(0, ...entry.parts.map(({ last }) => last));
    const name = { from: news.from, to: news.to, first: number, last: number };
    const path = join(folder, partFile(name));
    await writeParquet(this.connection, `${news.sql} ${TICK_ORDER}`, path, news.rows, this.options.atStep);
    entry.parts.push({ ...name, path });
    return news.rows;
  }

  /** The staged rows of a partition that no part holds; null when there is none. */
  async #newRows(
    partition: Partition,
    entry: PartitionParts,
  ): Promise<{ sql: string; rows: number; from: number; to: number } | null> {
    const staged = `FROM ${STAGED} WHERE ${inRange(rowsOf(partition))}`;
    const [bounds] = await this.#rows(`SELECT min(timestamp)::DOUBLE, max(timestamp)::DOUBLE ${staged}`);
    const [least, most] = bounds as [number, number];
    // Only parts of the same time can hold the same trade: of a live market that is none.
    const overlapping = entry.parts.filter(({ from, to }) => from <= most && to >= least);
    const known = overlapping.map(({ path }) => path);
    const unknown =
      known.length === 0
        ? ''
        : `AND NOT EXISTS (FROM ${parquetSql(...known)} f WHERE f.timestamp = s.timestamp AND f.trade_id = s.trade_id)`;
    const sql = `
      SELECT ${TICK_FIELDS} FROM (SELECT *, rowid AS arrival ${staged}) s WHERE true ${unknown}
      QUALIFY row_number() OVER (PARTITION BY timestamp, trade_id ORDER BY arrival) = 1`;
    const summary = `SELECT count(*)::DOUBLE, min(timestamp)::DOUBLE, max(timestamp)::DOUBLE FROM (${sql})`;
    const [found] = await this.#readingFiles(entry, overlapping, () => this.#rows(summary));
    const [rows, from, to] = found as [number, number, number];
    return rows === 0 ? null : { sql, rows, from, to };
  }

  async #mergeParts(entry: PartitionParts, parts: readonly Part[]): Promise<void> {
    const ordered = inOrder(parts);
    const name = {
      from: Math.min(...parts.map(({ from }) => from)),
      to: Math.max(...parts.map(({ to }) => to)),
      first: (ordered[0] as Part).first,
      last: (ordered.at(-1) as Part).last,
    };
    const folder = join(this.options.directory, archiveFolder(entry.partition));
    const path = join(folder, partFile(name));
    const rows = rowsOfParts(
      ordered.map((part) => part.path),
      { from: name.from, to: name.to + 1 },
    );
    await this.#readingFiles(entry, ordered, () =>
      writeParquet(this.connection, `FROM (${rows}) ${TICK_ORDER}`, path, null, this.options.atStep),
    );
    // The new part stands for these from now on, whoever looks; they go without haste.
    entry.parts = [...entry.parts.filter((part) => !parts.includes(part)), { ...name, path }];
    for (const part of parts) {
      await rm(part.path, { force: true });
      this.options.atStep?.('replaced');
    }
  }

  /** Does what reads parts; when one of them cannot be read it is set aside, and the doing begins anew without it. */
  async #readingFiles<T>(entry: PartitionParts, parts: readonly Part[], task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      if (isFatal(error)) throw error;
      const bad = await findBadFile(
        this.connection,
        parts.map(({ path }) => path),
      );
      if (bad === null) throw error;
      await rename(bad.file, `${bad.file}.bad`);
      await sync(dirname(bad.file));
      entry.parts = entry.parts.filter(({ path }) => path !== bad.file);
      this.options.onBadFile?.(`${bad.message} It was set aside as ${bad.file}.bad.`);
      throw new RetryableError(`${bad.file} was set aside.`, { cause: error });
    }
  }

  async #rows(sql: string): Promise<unknown[][]> {
    return (await this.connection.runAndReadAll(sql)).getRows();
  }

  #task<T>(task: () => Promise<T>): Promise<T> {
    return this.#serial.run(async () => {
      const { directory } = this.options;
      if (this.#closed !== null) throw new RetryableError(`The archive in ${directory} is closed.`);
      try {
        return await task();
      } catch (error) {
        throw new RetryableError(`The archive in ${directory} cannot be written: ${textOf(error)}`, {
          cause: error,
        });
      }
    });
  }
}

async function knownParts(directory: string): Promise<Map<string, PartitionParts>> {
  const known = new Map<string, PartitionParts>();
  for (const { partition, folder, parts } of await archivePartitions(directory))
    known.set(folder, { partition, parts: standing(parts) });
  return known;
}
