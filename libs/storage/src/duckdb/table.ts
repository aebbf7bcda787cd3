import { BIGINT, BOOLEAN, DOUBLE, VARCHAR, type DuckDBType, type DuckDBValue } from '@duckdb/node-api';

/** One column: its name, its type, and where a record keeps its value. */
export interface Column<R> {
  /** Name in the database, lower case with underscores. */
  readonly name: string;
  /** Type in the database. */
  readonly type: DuckDBType;
  /** The value of one record; null where the record has none. */
  readonly valueOf: (record: R) => DuckDBValue;
}

/** A table that holds one row a key; everything that is said to the database about it is made from this. */
export interface Table<R> {
  /** Name in the database. */
  readonly name: string;
  /** Every column, in order. */
  readonly columns: readonly Column<R>[];
  /** Names of the columns that identify a row. No index: one writer merges by them, and a scan is cut short by time. */
  readonly key: readonly string[];
  /** ORDER BY terms; of several staged rows of one key the first one counts. */
  readonly preference: string;
  /** Condition on the stored row t and the staged row s under which s replaces t; absent = never. */
  readonly replacedWhen?: string;
  /** The instant (ms UTC) that the key holds, for tables where time narrows the search for stored rows. */
  readonly time?: { readonly column: string; readonly valueOf: (record: R) => number };
}

/** A column of texts. */
export function text<R>(name: string, valueOf: (record: R) => string | null | undefined): Column<R> {
  return { name, type: VARCHAR, valueOf: (record) => valueOf(record) ?? null };
}

/** A column of doubles. */
export function double<R>(name: string, valueOf: (record: R) => number | null): Column<R> {
  return { name, type: DOUBLE, valueOf };
}

/** A column of whole numbers up to 2^53, instants in ms among them. */
export function whole<R>(name: string, valueOf: (record: R) => number | null): Column<R> {
  return {
    name,
    type: BIGINT,
    valueOf: (record) => {
      const value = valueOf(record);
      return value === null ? null : BigInt(value);
    },
  };
}

/** A column of true and false. */
export function flag<R>(name: string, valueOf: (record: R) => boolean): Column<R> {
  return { name, type: BOOLEAN, valueOf };
}

/** Name of the temporary table through which a batch passes. */
export function stagingName(table: { readonly name: string }): string {
  return `staged_${table.name}`;
}

/** The statement that creates the table where there is none. */
export function createTableSql<R>(table: Table<R>): string {
  return `CREATE TABLE IF NOT EXISTS ${table.name} (${columnList(table)})`;
}

/**
 * The statement that gives an empty staging table. A new one each time: DuckDB does not give back the memory of a
 * temporary table that is truncated or deleted from.
 */
export function createStagingSql<R>(table: Table<R>): string {
  return `CREATE OR REPLACE TEMPORARY TABLE ${stagingName(table)} (${columnList(table)})`;
}

/** The statement that merges staged rows into the table; $1 and $2 are the first and last instant where `time` is told. */
export function mergeSql<R>(table: Table<R>): string {
  const range = table.time ? `WHERE ${table.time.column} BETWEEN $1 AND $2` : '';
  const update = table.replacedWhen
    ? `WHEN MATCHED AND (${table.replacedWhen}) THEN UPDATE SET ${assignments(table)}`
    : '';
  return `
    MERGE INTO ${table.name} t
    USING (
      SELECT * FROM ${stagingName(table)} ${range}
      QUALIFY row_number() OVER (PARTITION BY ${table.key.join(', ')} ORDER BY ${table.preference}) = 1
    ) s
    ON (${table.key.map((name) => `t.${name} = s.${name}`).join(' AND ')})
    ${update}
    WHEN NOT MATCHED THEN INSERT BY NAME`;
}

function columnList<R>(table: Table<R>): string {
  return table.columns.map(({ name, type }) => `${name} ${type.toString()}`).join(', ');
}

function assignments<R>(table: Table<R>): string {
  return table.columns
    .filter(({ name }) => !table.key.includes(name))
    .map(({ name }) => `${name} = s.${name}`)
    .join(', ');
}
