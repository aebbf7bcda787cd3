import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { filesBelow, rowsBelow } from '../testing/parquet';
import { type FileStep, UNFINISHED, writeParquet } from './parquet-file';

describe('writeParquet', () => {
  let scratch: string;
  let path: string;
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;

  beforeEach(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'neuraltrade-parquet-'));
    path = join(scratch, 'a', 'b', 'rows.parquet');
    instance = await DuckDBInstance.create(':memory:');
    connection = await instance.connect();
  });
  afterEach(() => {
    connection.closeSync();
    instance.closeSync();
    rmSync(scratch, { recursive: true, force: true });
  });

  test('the file appears under its name only when it is whole and on the disk', async () => {
    const seen: [FileStep, string[]][] = [];
    const atStep = (step: FileStep): void => void seen.push([step, filesBelow(scratch)]);
    expect(await writeParquet(connection, 'FROM range(3)', path, 3, atStep)).toBe(3);
    const unfinished = [`a/b/rows.parquet${UNFINISHED}`];
    expect(seen).toEqual([
      ['written', unfinished],
      ['synced', unfinished],
      ['renamed', ['a/b/rows.parquet']],
    ]);
    expect(await rowsBelow(scratch)).toEqual([{ range: 0n }, { range: 1n }, { range: 2n }]);
  });

  test('a file with another number of rows than expected replaces nothing', async () => {
    await writeParquet(connection, 'FROM range(3)', path, 3);
    const before = readFileSync(path);
    await expect(writeParquet(connection, 'FROM range(2)', path, 3)).rejects.toThrow(
      'holds 2 rows where 3 were to be written',
    );
    expect(readFileSync(path)).toEqual(before);
  });
});
