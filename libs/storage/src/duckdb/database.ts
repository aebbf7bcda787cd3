import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { textOf } from './access';
import { candlesTable } from './candles-table';
import { gapsTable } from './gaps-table';
import { FileInUseError, openInstance } from './open-instance';
import { type DuckDbStoreOptions, StoreOpenError } from './options';
import { disownDirectory, ownDirectory } from './own-directory';
import { outcomesTable } from './outcomes-table';
import { SEALED_FOLDER } from './sealed-ticks';
import { signalsTable } from './signals-table';
import { createTableSql } from './table';
import { ticksTable } from './ticks-table';

const FILE = 'market.duckdb';
const FORMAT = 1;
/** Opens the database of a directory and makes its tables. @throws StoreOpenError */
export async function openDatabase(options: DuckDbStoreOptions): Promise<Database> {
  const path = await ownDirectory(options.directory, 'store');
  try {
    if (options.emptyFirst) await removeFiles(options);
    return new Database(options, path, await connect(options));
  } catch (error) {
    disownDirectory(path);
    throw error;
  }
}

/** What talks to the files while they are open. */
interface Connections {
  readonly instance: DuckDBInstance;
  readonly writer: DuckDBConnection;
  readonly reader: DuckDBConnection;
  readonly archivist: DuckDBConnection;
}

/** A database that this process alone owns until it closes it. */
export class Database {
  readonly #options: DuckDbStoreOptions;
  readonly #path: string;
  #open: Connections | null;

  /** @param path the directory as openDatabase has taken it for this process. */
  constructor(options: DuckDbStoreOptions, path: string, connections: Connections) {
    this.#options = options;
    this.#path = path;
    this.#open = connections;
  }

  /** The folder as it is told to people. */
  get directory(): string {
    return this.#options.directory;
  }

  /** The one connection that writes. @throws StoreOpenError when a restart has failed. */
  get writer(): DuckDBConnection {
    return this.#connections.writer;
  }

  /** The one connection that reads, also while a write is under way. @throws StoreOpenError when a restart has failed. */
  get reader(): DuckDBConnection {
    return this.#connections.reader;
  }

  /** The one connection for sealing and exports, which take long. @throws StoreOpenError when a restart has failed. */
  get archivist(): DuckDBConnection {
    return this.#connections.archivist;
  }

  /** Ends what sealing or an export is doing now, with an error there. */
  interruptArchivist(): void {
    this.#open?.archivist.interrupt();
  }

  /**
   * Closes the files and opens them again, as DuckDB demands after a fatal error (a checkpoint that found the disk full):
   * what was committed is in its log and still there. Nothing else may use the connections meanwhile. When it fails it can
   * be tried again. @throws StoreOpenError
   */
  async restart(): Promise<void> {
    this.#disconnect();
    this.#open = await connect(this.#options);
  }

  /** Writes the log into the file and lets go of both. */
  async close(): Promise<void> {
    // Closing an instance writes the log into the file on this thread; done here first, it runs beside it.
    await this.#open?.writer.run('CHECKPOINT').catch(() => undefined);
    this.#disconnect();
    disownDirectory(this.#path);
  }

  get #connections(): Connections {
    if (!this.#open) throw new StoreOpenError(`The store in ${this.directory} is not open.`);
    return this.#open;
  }

  #disconnect(): void {
    if (!this.#open) return;
    const { reader, writer, archivist, instance } = this.#open;
    this.#open = null;
    archivist.closeSync();
    reader.closeSync();
    writer.closeSync();
    instance.closeSync();
  }
}

async function connect(options: DuckDbStoreOptions): Promise<Connections> {
  const instance = await open(options);
  try {
    const writer = await instance.connect();
    await prepareTables(writer, options.directory);
    return { instance, writer, reader: await instance.connect(), archivist: await instance.connect() };
  } catch (error) {
    instance.closeSync();
    throw error instanceof StoreOpenError
      ? error
      : new StoreOpenError(`The store in ${options.directory} cannot be opened: ${textOf(error)}`);
  }
}

/** Opens once before removing, so that the files of a store that another process owns are left alone. */
async function removeFiles(options: DuckDbStoreOptions): Promise<void> {
  try {
    (await open(options)).closeSync();
  } catch (error) {
    // A file that cannot be read is a good reason to empty; one that is in use is not.
    if (error instanceof FileInUseError) throw error;
  }
  for (const name of [FILE, `${FILE}.wal`, `${FILE}.tmp`, SEALED_FOLDER]) {
    await rm(join(options.directory, name), { recursive: true, force: true });
  }
}

function open({ directory, memoryLimitMb }: DuckDbStoreOptions): Promise<DuckDBInstance> {
  return openInstance(join(directory, FILE), `The store in ${directory}`, memoryLimitMb);
}

async function prepareTables(connection: DuckDBConnection, directory: string): Promise<void> {
  await connection.run('CREATE TABLE IF NOT EXISTS store_format (format INTEGER)');
  const [row] = (await connection.runAndReadAll('SELECT max(format) FROM store_format')).getRows();
  const format = row?.[0] ?? null;
  if (format !== null && format !== FORMAT) {
    throw new StoreOpenError(
      `The store in ${directory} has format ${format as number}, and this version reads format ${FORMAT}. ` +
        'Choose another data directory, or remove this one.',
    );
  }
  await connection.run('BEGIN TRANSACTION');
  if (format === null) await connection.run('INSERT INTO store_format VALUES ($1)', [FORMAT]);
  await connection.run(createTableSql(ticksTable));
  await connection.run(createTableSql(candlesTable));
  await connection.run(createTableSql(gapsTable));
  await connection.run(createTableSql(signalsTable));
  await connection.run(createTableSql(outcomesTable));
  await connection.run('COMMIT');
}
