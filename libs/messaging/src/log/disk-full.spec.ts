import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInProcessBus } from '../in-process/in-process-bus';
import { bundledScript } from '../testing/bundled-script';
import { until } from '../testing/bus-under-test';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'log-full-'));
});

afterEach(() => rm(root, { recursive: true }));

describe('a log whose file cannot grow any more', () => {
  it('rejects the record that did not fit, takes one that fits, and shows no trace of the other', async () => {
    const dataDir = join(root, 'data');
    const script = bundledScript(
      root,
      `import { createInProcessBus } from './in-process/in-process-bus';
       async function main() {
         const bus = createInProcessBus({ dataDir: process.argv[2] });
         const log = await bus.openLog('log');
         for (const size of [10_000, 10_000, 10_000, 10_000, 10_000, 100, 10_000, 50]) {
           const outcome = await log.append({ headers: { size }, body: Buffer.alloc(size) }).then(() => '', String);
           console.log(size + ' ' + bus.health().ok + ' ' + outcome);
         }
         await bus.close();
       }
       main();`,
    );
    // The kernel lets no file of that process grow beyond 40 KiB: the fifth record is written in part.
    const limited = ['-c', 'ulimit -S -f 40 && exec "$0" "$@"', process.execPath, script, dataDir];
    const lines = execFileSync('bash', limited, { encoding: 'utf8' }).split('\n');
    const refused = /^10000 false RetryableError: Log log could not be written: Error: EFBIG/;
    expect(lines.slice(0, 4)).toEqual(Array<string>(4).fill('10000 true '));
    expect(lines[4]).toMatch(refused);
    expect(lines[5]).toBe('100 true ');
    expect(lines[6]).toMatch(refused);
    expect(lines[7]).toBe('50 true ');

    jest.setTimeout(30_000);

    const repairs: string[] = [];
    const bus = createInProcessBus({ dataDir, onRepair: (sentence) => repairs.push(sentence) });
    try {
      const sizes: unknown[] = [];
      await (await bus.openLog('log')).follow(({ offset, headers }) => sizes.push([offset, headers['size']]));
      await until('six records', () => sizes.length === 6);
      expect(sizes).toEqual([10_000, 10_000, 10_000, 10_000, 100, 50].map((size, offset) => [offset, size]));
      expect(repairs).toEqual([]);
    } finally {
      await bus.close();
    }
  });
});
