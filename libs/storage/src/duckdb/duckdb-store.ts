import type { DuckDBConnection } from '@duckdb/node-api';
import {
  type Candle,
  type Gap,
  type MlSignal,
  type ProcessedTick,
  RetryableError,
} from '@neuraltrade/contracts';
import {
  type EmbeddedStore,
  type ExportCandlesQuery,
  ExportError,
  type ExportManifest,
  type ExportTicksQuery,
  type SealResult,
} from '../embedded-store';
import type {
  CandlesQuery,
  LastPrice,
  LastPricesQuery,
  SignalPerformance,
  SignalPerformanceQuery,
  StoreHealth,
} from '../market-store';
import {
  refuseBadCandles,
  refuseBadCandlesQuery,
  refuseBadExportQuery,
  refuseBadLastPricesQuery,
  refuseBadNames,
  refuseBadSignalPerformanceQuery,
  refuseBadSignals,
} from '../storable';
import { candlesTable } from './candles-table';
import { type Database, type DuckDbStoreOptions, openDatabase } from './database';
import { type Exporting, exportCandles, exportTicks } from './export';
import { gapsTable } from './gaps-table';
import { mergeRecords } from './merge';
import { readCandles, readLastPrices, readSignalPerformance } from './queries';
import { sealedUntil, type SealStep, sealTicks } from './seal';
import { Serial } from './serial';
import { signalsTable } from './signals-table';
import type { Table } from './table';
import { ticksTable } from './ticks-table';

/** How DuckDB says that it has given up until it is opened again. */
const FATAL = /^FATAL Error|database has been invalidated/;

/** How often old days are looked for, ms. */
const SEAL_EVERY_MS = 3_600_000;

/**
 * Opens the embedded store of a directory. Once a write has resolved its rows survive a kill of this process.
 * @throws StoreOpenError when another process has it open, or the files cannot be read; RangeError for a bad retention.
 */
export async function openDuckDbStore(options: DuckDbStoreOptions): Promise<EmbeddedStore> {
  const { tickRetentionMs = 0 } = options;
  if (!Number.isSafeInteger(tickRetentionMs) || tickRetentionMs < 0) {
    throw new RangeError('tickRetentionMs is not a whole number of milliseconds from 0 up');
  }
  const store = new DuckDbStore(await openDatabase(options), options);
  store.sealRegularly();
  return store;
}

/** What a store does besides storing. */
export interface DuckDbStoreSettings extends Pick<
  DuckDbStoreOptions,
  'tickRetentionMs' | 'now' | 'onSealed'
> {
  /** Told each step of sealing, for tests that kill the process there. */
  readonly atStep?: (step: SealStep) => void;
}

/** An {@link EmbeddedStore} on an open database, which it closes when it is closed. */
export class DuckDbStore implements EmbeddedStore {
  // Whoever takes more than one of the three takes them in this order.
  readonly #archiving = new Serial();
  readonly #writes = new Serial();
  readonly #reads = new Serial();
  #failure = '';
  #broken = false;
  #closed: Promise<void> | null = null;
  #sealTimer: NodeJS.Timeout | null = null;

  readonly #database: Database;
  readonly #settings: DuckDbStoreSettings;

  /** @param database nobody else writes to it. */
  constructor(database: Database, settings: DuckDbStoreSettings = {}) {
    this.#database = database;
    this.#settings = settings;
  }

  /** Seals now and every hour until the store is closed, where a retention was told. */
  sealRegularly(): void {
    if (this.#settings.tickRetentionMs === undefined || this.#closed) return;
    const seal = (): void => void this.#sealAndTell();
    this.#sealTimer = setInterval(seal, SEAL_EVERY_MS);
    this.#sealTimer.unref();
    seal();
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

  /** See {@link MarketStore.writeSignals}. */
  async writeSignals(signals: readonly MlSignal[]): Promise<void> {
    refuseBadSignals(signals);
    await this.#write(signalsTable, signals);
  }

  /** See {@link MarketStore.lastPrices}. */
  async lastPrices(query: LastPricesQuery): Promise<LastPrice[]> {
    refuseBadLastPricesQuery(query);
    // A late tick of a sealed day waits in the table, and must not pass for the newest when newer ones are sealed.
    const since = Math.max(query.since, this.#sealedUntil);
    return this.#read(() => readLastPrices(this.#database.reader, { ...query, since }));
  }

  /** See {@link MarketStore.candles}. */
  async candles(query: CandlesQuery): Promise<Candle[]> {
    refuseBadCandlesQuery(query);
    return this.#read(() => readCandles(this.#database.reader, query));
  }

  /** See {@link MarketStore.signalPerformance}. */
  async signalPerformance(query: SignalPerformanceQuery): Promise<SignalPerformance[]> {
    refuseBadSignalPerformanceQuery(query);
    return this.#read(() => readSignalPerformance(this.#database.reader, query));
  }

  /** See {@link EmbeddedStore.sealTicks}. */
  sealTicks(): Promise<SealResult> {
    return this.#archive((exporting) => {
      const sealing = {
        ...exporting,
        betweenWrites: <T>(task: (writer: DuckDBConnection) => Promise<T>): Promise<T> =>
          this.#writes.run(() => task(this.#database.writer)),
        isFatal: (error: unknown): boolean => FATAL.test(textOf(error)),
        atStep: this.#settings.atStep ?? ((): void => undefined),
      };
      return sealTicks(sealing, this.#sealedUntil);
    });
  }

  /** See {@link EmbeddedStore.exportTicks}. */
  async exportTicks(query: ExportTicksQuery): Promise<ExportManifest> {
    refuseBadExportQuery(query);
    return this.#archive((exporting) => exportTicks(exporting, query));
  }

  /** See {@link EmbeddedStore.exportCandles}. */
  async exportCandles(query: ExportCandlesQuery): Promise<ExportManifest> {
    refuseBadExportQuery(query);
    return this.#archive((exporting) => exportCandles(exporting, query));
  }

  /** See {@link MarketStore.health}. */
  health(): StoreHealth {
    return { ok: this.#failure === '', reason: this.#failure };
  }

  /** See {@link MarketStore.close}. */
  close(): Promise<void> {
    if (this.#closed) return this.#closed;
    if (this.#sealTimer) clearInterval(this.#sealTimer);
    this.#closed = this.#alone(() => this.#database.close());
    // No stop waits for a long export; what it has begun to write has no name yet.
    this.#database.interruptArchivist();
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

  async #archive<T>(task: (exporting: Exporting) => Promise<T>): Promise<T> {
    this.#refuseWhenClosed();
    const goOn = (): void => this.#refuseWhenClosed();
    try {
      if (this.#broken) await this.#mend();
      return await this.#archiving.run(() => {
        goOn();
        return task({ directory: this.#database.directory, connection: this.#database.archivist, goOn });
      });
    } catch (error) {
      goOn();
      if (error instanceof ExportError) throw error;
      throw new RetryableError(
        `The store in ${this.#database.directory} cannot be archived: ${this.#judge(error)}`,
        { cause: error },
      );
    }
  }

  async #sealAndTell(): Promise<void> {
    const result = await this.sealTicks().catch((error: unknown): SealResult => ({
      files: 0,
      ticks: 0,
      faults: [textOf(error)],
    }));
    if (!this.#closed) this.#settings.onSealed?.(result);
  }

  /** Ticks before this instant are sealed, or will be with the next sealing, ms UTC. */
  get #sealedUntil(): number {
    const { tickRetentionMs, now = Date.now } = this.#settings;
    return tickRetentionMs === undefined ? 0 : sealedUntil(now(), tickRetentionMs);
  }

  /** Runs a task while nothing else uses the database. */
  #alone<T>(task: () => Promise<T>): Promise<T> {
    return this.#archiving.run(() => this.#writes.run(() => this.#reads.run(task)));
  }

  /** After a fatal error DuckDB answers nothing until it is opened again, so whoever comes next does that. */
  async #mend(): Promise<void> {
    await this.#alone(async () => {
      if (!this.#broken || this.#closed) return;
      await this.#database.restart();
      this.#broken = false;
    });
  }

  /** The error's text; notes whether it means that the database must be opened again. */
  #judge(error: unknown): string {
    const text = textOf(error);
    if (FATAL.test(text)) this.#broken = true;
    return text;
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new RetryableError(`The store in ${this.#database.directory} is closed.`);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
