import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';

/** Rows of a query as texts and doubles by column name. */
export type Row = Readonly<Record<string, DuckDBValue>>;

/** A database of its own for the joins of a comparison: bounded memory, the rest in files that go with it. */
export class ScratchDatabase {
  readonly #directory: string;
  readonly #instance: DuckDBInstance;
  /** Where all of its statements run, one at a time. */
  readonly connection: DuckDBConnection;

  private constructor(directory: string, instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#directory = directory;
    this.#instance = instance;
    this.connection = connection;
  }

  /** Opens one in a new folder below a directory. */
  static async open(below: string): Promise<ScratchDatabase> {
    const directory = await mkdtemp(join(below, 'comparison-'));
    const instance = await DuckDBInstance.create(join(directory, 'scratch.duckdb'), {
      memory_limit: '768MB',
      threads: '2',
      temp_directory: join(directory, 'spill'),
      preserve_insertion_order: 'false',
      autoinstall_known_extensions: 'false',
    });
    return new ScratchDatabase(directory, instance, await instance.connect());
  }

  /** Another connection, for who writes while a stream is read; the caller closes it. */
  connectAgain(): Promise<DuckDBConnection> {
    return this.#instance.connect();
  }

  /** A folder for files of this comparison. */
  folder(name: string): string {
    return join(this.#directory, name);
  }

  /** Runs a statement. */
  async run(sql: string): Promise<void> {
    await this.connection.run(sql);
  }

  /** All rows of a query that gives few. */
  async rows(sql: string): Promise<Row[]> {
    return (await this.connection.runAndReadAll(sql)).getRowObjects();
  }

  /** The one number that a query gives. */
  async count(sql: string): Promise<number> {
    const [row] = (await this.connection.runAndReadAll(sql)).getRows();
    return Number(row?.[0] ?? 0);
  }

  /** The rows of a query that may give millions, some thousand at a time. */
  async *stream(sql: string): AsyncGenerator<readonly (readonly DuckDBValue[])[]> {
    yield* (await this.connection.stream(sql)).yieldRows();
  }

  /** Closes and removes it. */
  async close(): Promise<void> {
    this.connection.closeSync();
    this.#instance.closeSync();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** A text as SQL writes it. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A list of rows as a relation; `columns` names and types them, also when there is no row. */
export function sqlValues(columns: string, rows: readonly (readonly (string | number | null)[])[]): string {
  const names = columns.split(',').map((column) => column.trim().split(' ') as [string, string]);
  const typed = names.map(([name, type]) => `${name}::${type} AS ${name}`).join(', ');
  const none = names.map(([name]) => `NULL AS ${name}`).join(', ');
  if (rows.length === 0) return `(SELECT ${typed} FROM (SELECT ${none}) WHERE false)`;
  const values = rows.map(
    (row) =>
      `(${row.map((value) => (typeof value === 'string' ? sqlText(value) : String(value))).join(', ')})`,
  );
  return `(SELECT ${typed} FROM (VALUES ${values.join(', ')}) AS v(${names.map(([name]) => name).join(', ')}))`;
}
