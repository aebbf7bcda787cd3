import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInProcessBus } from '../in-process/in-process-bus';
import { bundledScript } from '../testing/bundled-script';
import { collect, queueSpec } from '../testing/bus-under-test';

jest.setTimeout(30_000);

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'queue-full-'));
});

afterEach(() => rm(root, { recursive: true }));

describe('a core queue whose file cannot grow any more', () => {
  it('nacks what does not fit, with all published behind it, is unhealthy meanwhile, and shows no trace of it', async () => {
    const dataDir = join(root, 'data');
    const script = bundledScript(
      root,
      `import { createInProcessBus } from './in-process/in-process-bus';
       import { message, queueSpec } from './testing/bus-under-test';
       async function main() {
         const bus = createInProcessBus({ dataDir: process.argv[2] });
         await bus.declare([queueSpec('full')]);
         const publish = (id, size) => bus.publish(message(id, { body: Buffer.alloc(size) }));
         for (const [id, size] of [['a', 15_000], ['b', 15_000], ['c', 15_000], ['d', 100], ['e', 15_000], ['f', 50]])
           console.log(id + ' ' + (await publish(id, size)) + ' ' + bus.health().ok + ' ' + bus.health().reason);
         console.log((await Promise.all([publish('g', 15_000), publish('h', 10)])).join(' '));
         await bus.close();
       }
       main();`,
    );
    // The kernel lets no file of that process grow beyond 40 KiB: the third message is written in part.
    const limited = ['-c', 'ulimit -S -f 40 && exec "$0" "$@"', process.execPath, script, dataDir];
    const lines = execFileSync('bash', limited, { encoding: 'utf8' }).trim().split('\n');
    const refused = (id: string) => `${id} nacked false Queue full could not be written: Error: EFBIG`;
    expect(lines).toEqual([
      'a confirmed true ',
      'b confirmed true ',
      expect.stringContaining(refused('c')) as unknown,
      'd confirmed true ',
      expect.stringContaining(refused('e')) as unknown,
      'f confirmed true ',
      'nacked nacked',
    ]);

    const repairs: string[] = [];
    const bus = createInProcessBus({ dataDir, onRepair: (sentence) => repairs.push(sentence) });
    try {
      await bus.declare([queueSpec('full')]);
      const collector = await collect(bus, 'full');
      await collector.received(4);
      expect(collector.deliveries.map(({ messageId }) => messageId)).toEqual(['a', 'b', 'd', 'f']);
      expect(repairs).toEqual([]);
    } finally {
      await bus.close();
    }
  });
});
