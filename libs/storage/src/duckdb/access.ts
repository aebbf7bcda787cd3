import type { DuckDBConnection } from '@duckdb/node-api';
import { RetryableError } from '@neuraltrade/contracts';
import type { StoreHealth } from '../market-store';
import type { Database } from './database';
import { Serial } from '../serial';

/** How DuckDB says that it has given up until it is opened again. */
const FATAL = /^FATAL Error|database has been invalidated/;

/** What a long task over the store works with. */
export interface Archiving {
  /** The store's folder. */
  readonly directory: string;
  /** For this task alone until it settles. */
  readonly connection: DuckDBConnection;
  /** Runs a task on the writing connection, between two writes. */
  readonly betweenWrites: <T>(task: (writer: DuckDBConnection) => Promise<T>) => Promise<T>;
  /** Throws when the store is being closed. */
  readonly goOn: () => void;
}

/**
 * Gives each of the three connections of a database to one task at a time: writes, reads, and the long tasks of sealing and
 * exports, which go on beside each other. After a fatal error whoever comes next opens the database again.
 */
export class DatabaseAccess {
  // Whoever takes more than one of the three takes them in this order.
  readonly #archiving = new Serial();
  readonly #writes = new Serial();
  readonly #reads = new Serial();
  readonly #database: Database;
  #failure = '';
  #broken = false;
  #closed: Promise<void> | null = null;

  /** @param database nobody else uses it. */
  constructor(database: Database) {
    this.#database = database;
  }

  /** Whether close() has been called. */
  get closed(): boolean {
    return this.#closed !== null;
  }

  /** Whether the last write went well. */
  get health(): StoreHealth {
    return { ok: this.#failure === '', reason: this.#failure };
  }

  /** Runs a task that writes; `what` names the records in the error's sentence. @throws RetryableError */
  async write(what: string, task: (connection: DuckDBConnection) => Promise<void>): Promise<void> {
    this.#refuseWhenClosed();
    try {
      if (this.#broken) await this.#mend();
      await this.#writes.run(() => task(this.#database.writer));
      this.#failure = '';
    } catch (error) {
      this.#failure = `The store in ${this.#database.directory} did not take ${what}: ${this.#judge(error)}`;
      throw new RetryableError(this.#failure, { cause: error });
    }
  }

  /** Runs a task that reads. @throws RetryableError */
  async read<T>(task: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    this.#refuseWhenClosed();
    try {
      if (this.#broken) await this.#mend();
      return await this.#reads.run(() => task(this.#database.reader));
    } catch (error) {
      throw new RetryableError(
        `The store in ${this.#database.directory} cannot be read: ${this.#judge(error)}`,
        { cause: error },
      );
    }
  }

  /**
   * Runs a long task. Closing ends it with an error.
   * @param passes errors that are told as they are.
   * @throws RetryableError
   */
  async archive<T>(
    task: (archiving: Archiving) => Promise<T>,
    passes: (error: unknown) => boolean = () => false,
  ): Promise<T> {
    this.#refuseWhenClosed();
    try {
      if (this.#broken) await this.#mend();
      return await this.#archiving.run(() => {
        this.#refuseWhenClosed();
        return task({
          directory: this.#database.directory,
          connection: this.#database.archivist,
          betweenWrites: (between) => this.#writes.run(() => between(this.#database.writer)),
          goOn: () => this.#refuseWhenClosed(),
        });
      });
    } catch (error) {
      this.#refuseWhenClosed();
      if (passes(error)) throw error;
      throw new RetryableError(
        `The store in ${this.#database.directory} cannot be archived: ${this.#judge(error)}`,
        { cause: error },
      );
    }
  }

  /** Finishes the writes and reads that were begun, ends long tasks, and closes the database. */
  close(): Promise<void> {
    if (this.#closed) return this.#closed;
    this.#closed = this.#alone(() => this.#database.close());
    // No stop waits for a long export; what it has begun to write has no name yet.
    this.#database.interruptArchivist();
    return this.#closed;
  }

  /** Runs a task while nothing else uses the database. */
  #alone<T>(task: () => Promise<T>): Promise<T> {
    return this.#archiving.run(() => this.#writes.run(() => this.#reads.run(task)));
  }

  async #mend(): Promise<void> {
    await this.#alone(async () => {
      if (!this.#broken || this.#closed) return;
      await this.#database.restart();
      this.#broken = false;
    });
  }

  /** The error's text; notes whether it means that the database must be opened again. */
  #judge(error: unknown): string {
    if (isFatal(error)) this.#broken = true;
    return textOf(error);
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new RetryableError(`The store in ${this.#database.directory} is closed.`);
  }
}

/** Whether an error means that the database answers nothing until it is opened again. */
export function isFatal(error: unknown): boolean {
  return FATAL.test(textOf(error));
}

/** What an error says. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
