import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { storeDirectory } from './store-directory';

describe('storeDirectory', () => {
  let scratch: string;
  let file: string;

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'neuraltrade-captures-'));
    file = join(scratch, 'a.jsonl');
    writeFileSync(file, '{}\n');
  });
  afterEach(() => rmSync(scratch, { recursive: true, force: true }));

  test('live and simulated data have a folder each', () => {
    expect(storeDirectory('/data', 'live')).toBe('/data/live');
    expect(storeDirectory('/data', 'simulated')).toBe('/data/simulated');
  });

  test('a replay has a folder per input: the same paths and sizes give the same one', () => {
    const second = join(scratch, 'b.jsonl');
    writeFileSync(second, '{}{}\n');
    const folder = storeDirectory('/data', { replayOf: [file, second] });
    expect(folder).toMatch(/^\/data\/replay-[0-9a-f]{12}$/);
    expect(storeDirectory('/data', { replayOf: [second, relative('.', file)] })).toBe(folder);
    expect(storeDirectory('/data', { replayOf: [file] })).not.toBe(folder);
    writeFileSync(second, '{}{}{}\n');
    expect(storeDirectory('/data', { replayOf: [file, second] })).not.toBe(folder);
  });

  test('a capture that is not there is named', () => {
    expect(() => storeDirectory('/data', { replayOf: ['/nowhere.jsonl'] })).toThrow(
      'There is no capture file /nowhere.jsonl to replay.',
    );
  });
});
