import { type Candle, type Gap, type ProcessedTick, RetryableError } from '@neuraltrade/contracts';
import type { CandlesQuery, LastPrice, LastPricesQuery, MarketStore, StoreHealth } from '../market-store';
import {
  refuseBadCandles,
  refuseBadCandlesQuery,
  refuseBadLastPricesQuery,
  refuseBadNames,
} from '../storable';
import { candlesTable } from './candles-table';
import { type Database, type DuckDbStoreOptions, openDatabase } from './database';
import { gapsTable } from './gaps-table';
import { mergeRecords } from './merge';
import { readCandles, readLastPrices } from './queries';
import { Serial } from './serial';
import type { Table } from './table';
import { ticksTable } from './ticks-table';

/** How DuckDB says that it has given up until it is opened again. */
const FATAL = /^FATAL Error|database has been invalidated/;

/**
 * Opens the embedded store of a directory. Once a write has resolved its rows survive a kill of this process.
 * @throws StoreOpenError when another process has it open, or the files cannot be read.
 */
export async function openDuckDbStore(options: DuckDbStoreOptions): Promise<MarketStore> {
  return new DuckDbStore(await openDatabase(options));
}

/** A {@link MarketStore} on an open database, which it closes when it is closed. */
export class DuckDbStore implements MarketStore {
  readonly #writes = new Serial();
  readonly #reads = new Serial();
  #failure = '';
  #broken = false;
  #closed: Promise<void> | null = null;

  readonly #database: Database;

  /** @param database nobody else writes to it. */
  constructor(database: Database) {
    this.#database = database;
  }

  /** See {@link MarketStore.writeTicks}. */
  async writeTicks(ticks: readonly ProcessedTick[]): Promise<void> {
    refuseBadNames(ticks);
    await this.#write(ticksTable, ticks);
  }

  /** See {@link MarketStore.writeCandles}. */
  async writeCandles(candles: readonly Candle[]): Promise<void> {
    refuseBadCandles(candles);
    await this.#write(candlesTable, candles);
  }

  /** See {@link MarketStore.writeGaps}. */
  async writeGaps(gaps: readonly Gap[]): Promise<void> {
    refuseBadNames(gaps);
    await this.#write(gapsTable, gaps);
  }

  /** See {@link MarketStore.lastPrices}. */
  async lastPrices(query: LastPricesQuery): Promise<LastPrice[]> {
    refuseBadLastPricesQuery(query);
    return this.#read(() => readLastPrices(this.#database.reader, query));
  }

  /** See {@link MarketStore.candles}. */
  async candles(query: CandlesQuery): Promise<Candle[]> {
    refuseBadCandlesQuery(query);
    return this.#read(() => readCandles(this.#database.reader, query));
  }

  /** See {@link MarketStore.health}. */
  health(): StoreHealth {
    return { ok: this.#failure === '', reason: this.#failure };
  }

  /** See {@link MarketStore.close}. */
  close(): Promise<void> {
    this.#closed ??= this.#writes.run(() => this.#reads.run(() => this.#database.close()));
    return this.#closed;
  }

  async #write<R>(table: Table<R>, records: readonly R[]): Promise<void> {
    this.#refuseWhenClosed();
    if (records.length === 0) return;
    try {
      if (this.#broken) await this.#mend();
      await this.#writes.run(() => mergeRecords(this.#database.writer, table, records));
      this.#failure = '';
    } catch (error) {
      this.#failure = `The store in ${this.#database.directory} did not take ${table.name}: ${this.#judge(error)}`;
      throw new RetryableError(this.#failure, { cause: error });
    }
  }

  async #read<T>(task: () => Promise<T>): Promise<T> {
    this.#refuseWhenClosed();
    try {
      if (this.#broken) await this.#mend();
      return await this.#reads.run(task);
    } catch (error) {
      throw new RetryableError(
        `The store in ${this.#database.directory} cannot be read: ${this.#judge(error)}`,
        { cause: error },
      );
    }
  }

  /** After a fatal error DuckDB answers nothing until it is opened again, so whoever comes next does that. */
  async #mend(): Promise<void> {
    await this.#writes.run(() =>
      this.#reads.run(async () => {
        if (!this.#broken || this.#closed) return;
        await this.#database.restart();
        this.#broken = false;
      }),
    );
  }

  /** The error's text; notes whether it means that the database must be opened again. */
  #judge(error: unknown): string {
    const text = error instanceof Error ? error.message : String(error);
    if (FATAL.test(text)) this.#broken = true;
    return text;
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new RetryableError(`The store in ${this.#database.directory} is closed.`);
  }
}
