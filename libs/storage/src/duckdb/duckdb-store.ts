import type { DuckDBConnection } from '@duckdb/node-api';
import type { Candle, Gap, MlSignal, ProcessedTick, RawTick, SignalOutcome } from '@neuraltrade/contracts';
import {
  type EmbeddedStore,
  type ExportCandlesQuery,
  ExportError,
  type ExportManifest,
  type ExportTicksQuery,
  type SealResult,
} from '../embedded-store';
import type { CandlesQuery, GapsQuery, LastPrice, LastPricesQuery, StoreHealth } from '../market-store';
import type {
  OutcomePerformance,
  SignalPerformance,
  SignalPerformanceQuery,
  SignalsQuery,
} from '../signal-queries';
import {
  refuseBadCandles,
  refuseBadCandlesQuery,
  refuseBadExportQuery,
  refuseBadGapsQuery,
  refuseBadLastPricesQuery,
  refuseBadNames,
  refuseBadOutcomes,
  refuseBadSignalPerformanceQuery,
  refuseBadSignals,
  refuseBadSignalsQuery,
  refuseBadTickRange,
} from '../storable';
import { Taker } from '../taker';
import type { TickRange, TickSymbol } from '../tick-history';
import type { TimeSpan } from '../time-spans';
import { DatabaseAccess, textOf } from './access';
import { candlesTable } from './candles-table';
import { type Database, openDatabase } from './database';
import { exportCandles, exportTicks } from './export';
import { gapsTable } from './gaps-table';
import { mergeRecords } from './merge';
import type { DuckDbStoreOptions } from './options';
import { outcomesTable } from './outcomes-table';
import { readCandles, readGaps, readLastPrices } from './queries';
import { sealedUntil, type SealStep, sealTicks } from './seal';
import { storedTickRows } from './sealed-ticks';
import { countTicks, readTicks, tickSpan, tickSymbols } from './read-ticks';
import { readOutcomePerformance, readOutcomes, readSignalPerformance, readSignals } from './signal-queries';
import { signalsTable } from './signals-table';
import type { Table } from './table';
import { ticksTable } from './ticks-table';

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
  readonly #access: DatabaseAccess;
  readonly #settings: DuckDbStoreSettings;
  #sealTimer: NodeJS.Timeout | null = null;

  /** @param database nobody else writes to it. */
  constructor(database: Database, settings: DuckDbStoreSettings = {}) {
    this.#access = new DatabaseAccess(database);
    this.#settings = settings;
  }

  /** Seals now and every hour until the store is closed, where a retention was told. */
  sealRegularly(): void {
    if (this.#settings.tickRetentionMs === undefined || this.#access.closed) return;
    const seal = (): void => void this.#sealAndTell();
    this.#sealTimer = setInterval(seal, SEAL_EVERY_MS);
    this.#sealTimer.unref();
    seal();
  }

  /** See {@link EmbeddedStore.writeTicks}. */
  async writeTicks(ticks: readonly ProcessedTick[]): Promise<void> {
    refuseBadNames(ticks);
    await this.#merge(ticksTable, ticks);
  }

  /** See {@link EmbeddedStore.writeCandles}. */
  async writeCandles(candles: readonly Candle[]): Promise<void> {
    refuseBadCandles(candles);
    await this.#merge(candlesTable, candles);
  }

  /** See {@link EmbeddedStore.writeGaps}. */
  async writeGaps(gaps: readonly Gap[]): Promise<void> {
    refuseBadNames(gaps);
    await this.#merge(gapsTable, gaps);
  }

  /** See {@link EmbeddedStore.writeSignals}. */
  async writeSignals(signals: readonly MlSignal[]): Promise<void> {
    refuseBadSignals(signals);
    await this.#merge(signalsTable, signals);
  }

  /** See {@link EmbeddedStore.writeOutcomes}. */
  async writeOutcomes(outcomes: readonly SignalOutcome[]): Promise<void> {
    refuseBadOutcomes(outcomes);
    await this.#merge(outcomesTable, outcomes);
  }

  /** See {@link EmbeddedStore.lastPrices}. */
  async lastPrices(query: LastPricesQuery): Promise<LastPrice[]> {
    refuseBadLastPricesQuery(query);
    // A late tick of a sealed day waits in the table, and must not pass for the newest when newer ones are sealed.
    const since = Math.max(query.since, this.#sealedUntil);
    return this.#access.read((connection) => readLastPrices(connection, { ...query, since }));
  }

  /** See {@link EmbeddedStore.candles}. */
  candles(query: CandlesQuery): Promise<Candle[]> {
    return this.#read(refuseBadCandlesQuery, readCandles, query);
  }

  /** See {@link EmbeddedStore.gaps}. */
  gaps(query: GapsQuery): Promise<Gap[]> {
    return this.#read(refuseBadGapsQuery, readGaps, query);
  }

  /** See {@link EmbeddedStore.signals}. */
  signals(query: SignalsQuery): Promise<MlSignal[]> {
    return this.#read(refuseBadSignalsQuery, readSignals, query);
  }

  /** See {@link EmbeddedStore.outcomes}. */
  outcomes(query: SignalsQuery): Promise<SignalOutcome[]> {
    return this.#read(refuseBadSignalsQuery, readOutcomes, query);
  }

  /** See {@link EmbeddedStore.signalPerformance}. */
  signalPerformance(query: SignalPerformanceQuery): Promise<SignalPerformance[]> {
    return this.#read(refuseBadSignalPerformanceQuery, readSignalPerformance, query);
  }

  /** See {@link EmbeddedStore.outcomePerformance}. */
  outcomePerformance(query: SignalPerformanceQuery): Promise<OutcomePerformance[]> {
    return this.#read(refuseBadSignalPerformanceQuery, readOutcomePerformance, query);
  }

  /** See {@link EmbeddedStore.readTicks}. */
  async readTicks(
    range: TickRange,
    take: (ticks: readonly RawTick[]) => void | Promise<void>,
  ): Promise<void> {
    refuseBadTickRange(range);
    const taker = new Taker(take);
    await this.#access.archive(
      (archiving) => readTicks(storedTickRows(archiving), range, taker.take),
      (error) => taker.threw(error),
    );
  }

  /** See {@link EmbeddedStore.countTicks}. */
  async countTicks(range: TickRange, everyMs: number): Promise<ReadonlyMap<number, number>> {
    refuseBadTickRange(range);
    return this.#access.archive((archiving) => countTicks(storedTickRows(archiving), range, everyMs));
  }

  /** See {@link EmbeddedStore.tickSpan}. */
  async tickSpan(symbol: TickSymbol): Promise<TimeSpan | null> {
    refuseBadNames([symbol]);
    return this.#access.archive((archiving) => tickSpan(storedTickRows(archiving), symbol));
  }

  /** See {@link EmbeddedStore.tickSymbols}. */
  tickSymbols(): Promise<TickSymbol[]> {
    return this.#access.archive((archiving) => tickSymbols(storedTickRows(archiving)));
  }

  /** See {@link EmbeddedStore.sealTicks}. */
  sealTicks(): Promise<SealResult> {
    const { atStep } = this.#settings;
    return this.#access.archive((archiving) => sealTicks(archiving, this.#sealedUntil, atStep));
  }

  /** See {@link EmbeddedStore.exportTicks}. */
  async exportTicks(query: ExportTicksQuery): Promise<ExportManifest> {
    refuseBadExportQuery(query);
    return this.#access.archive((archiving) => exportTicks(archiving, query), isExportError);
  }

  /** See {@link EmbeddedStore.exportCandles}. */
  async exportCandles(query: ExportCandlesQuery): Promise<ExportManifest> {
    refuseBadExportQuery(query);
    return this.#access.archive((archiving) => exportCandles(archiving, query), isExportError);
  }

  /** See {@link EmbeddedStore.health}. */
  health(): StoreHealth {
    return this.#access.health;
  }

  /** See {@link EmbeddedStore.close}. */
  close(): Promise<void> {
    if (this.#sealTimer) clearInterval(this.#sealTimer);
    return this.#access.close();
  }

  async #read<Q, R>(
    check: (query: Q) => void,
    read: (connection: DuckDBConnection, query: Q) => Promise<R>,
    query: Q,
  ): Promise<R> {
    check(query);
    return this.#access.read((connection) => read(connection, query));
  }

  async #merge<R>(table: Table<R>, records: readonly R[]): Promise<void> {
    if (records.length === 0) return;
    await this.#access.write(table.name, (connection) => mergeRecords(connection, table, records));
  }

  async #sealAndTell(): Promise<void> {
    const result = await this.sealTicks().catch((error: unknown): SealResult => ({
      files: 0,
      ticks: 0,
      faults: [textOf(error)],
    }));
    if (!this.#access.closed) this.#settings.onSealed?.(result);
  }

  /** Ticks before this instant are sealed, or will be with the next sealing, ms UTC. */
  get #sealedUntil(): number {
    const { tickRetentionMs, now = Date.now } = this.#settings;
    return tickRetentionMs === undefined ? 0 : sealedUntil(now(), tickRetentionMs);
  }
}

function isExportError(error: unknown): boolean {
  return error instanceof ExportError;
}
