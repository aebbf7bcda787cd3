import { existsSync, statSync } from 'node:fs';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { RawTick } from '@neuraltrade/contracts';
import { ExpectedError } from '@neuraltrade/service';
import { openInstance } from '../duckdb/open-instance';
import { overlaps } from '../duckdb/partition';
import { countTicks, tickSpan, tickSymbols } from '../duckdb/read-ticks';
import { streamTicks } from '../duckdb/stream-ticks';
import { Serial } from '../serial';
import { refuseBadNames, refuseBadTickRange } from '../storable';
import { Taker } from '../taker';
import type { TickHistory, TickRange, TickSymbol } from '../tick-history';
import type { TimeSpan } from '../time-spans';
import { type ArchivePartition, archivePartitions, lookAgain } from './archive-files';
import { archiveRows, filesWithin, rowsOf } from './archive-rows';
import { findBadFile } from './bad-file';
import { type ArchiveMarket, readLabel } from './label';

/** Parts may be merged under whoever reads them: so often is looked anew where they are. */
const ATTEMPTS = 5;

/** Ticks in a folder of Parquet files: of the recorder, also while it writes, or of an export. */
export interface ParquetHistory extends TickHistory {
  /** Where their market came from; null where the folder does not say. */
  readonly market: ArchiveMarket | null;
  /** Lets go of the files. */
  close(): Promise<void>;
}

/** Opens a folder of Parquet files for reading. @throws ExpectedError with a sentence when there is no such folder. */
export async function openParquetHistory(directory: string): Promise<ParquetHistory> {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new ExpectedError(`There is no folder ${directory}.`);
  const market = await readLabel(directory);
  const instance = await openInstance(':memory:', `The folder ${directory}`);
  return new FolderHistory(directory, market, instance, await instance.connect());
}

class FolderHistory implements ParquetHistory {
  readonly #serial = new Serial();

  constructor(
    private readonly directory: string,
    readonly market: ArchiveMarket | null,
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
  ) {}

  async readTicks(
    range: TickRange,
    take: (ticks: readonly RawTick[]) => void | Promise<void>,
  ): Promise<void> {
    refuseBadTickRange(range);
    await this.#serial.run(async () => {
      const days = (await archivePartitions(this.directory)).filter(({ partition }) =>
        overlaps(range, partition),
      );
      for (const day of days) await this.#readPartition(day, range, take);
    });
  }

  countTicks(range: TickRange, everyMs: number): Promise<ReadonlyMap<number, number>> {
    return this.#read(range, (rows) => countTicks(rows, range, everyMs));
  }

  tickSpan(symbol: TickSymbol): Promise<TimeSpan | null> {
    refuseBadNames([symbol]);
    return this.#read({ ...symbol, from: 0, to: Number.MAX_SAFE_INTEGER }, (rows) => tickSpan(rows, symbol));
  }

  async tickSymbols(): Promise<TickSymbol[]> {
    return this.#serial.run(() => tickSymbols(archiveRows(this.connection, this.directory)));
  }

  close(): Promise<void> {
    return this.#serial.run(() => {
      this.connection.closeSync();
      this.instance.closeSync();
      return Promise.resolve();
    });
  }

  /** Reads one day. It is sorted, so every file has been read when the first batch comes: what is merged later does no harm. */
  async #readPartition(
    day: ArchivePartition,
    range: TickRange,
    take: (ticks: readonly RawTick[]) => void | Promise<void>,
  ): Promise<void> {
    const taker = new Taker(take);
    for (let attempt = 1; ; attempt++) {
      const current = await lookAgain(day);
      const files = filesWithin(current, range);
      if (files.length === 0) return;
      try {
        return await streamTicks(this.connection, rowsOf(current, range), range, taker.take);
      } catch (error) {
        if (taker.threw(error)) throw error;
        await this.#judge(error, files, attempt);
      }
    }
  }

  async #read<T>(range: TickRange, task: (rows: ReturnType<typeof archiveRows>) => Promise<T>): Promise<T> {
    refuseBadTickRange(range);
    return this.#serial.run(async () => {
      for (let attempt = 1; ; attempt++) {
        const partitions = await archivePartitions(this.directory);
        try {
          return await task(archiveRows(this.connection, this.directory));
        } catch (error) {
          const within = partitions.filter(({ partition }) => overlaps(range, partition));
          await this.#judge(
            error,
            within.flatMap((partition) => filesWithin(partition, range)),
            attempt,
          );
        }
      }
    });
  }

  /** Returns when it is worth another attempt. */
  async #judge(error: unknown, files: readonly string[], attempt: number): Promise<void> {
    const moved = files.some((file) => !existsSync(file));
    if (moved && attempt < ATTEMPTS) return;
    throw (await findBadFile(this.connection, files)) ?? error;
  }
}
