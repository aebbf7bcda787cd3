import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PermanentError } from '@neuraltrade/contracts';
import { createInProcessBus } from '../in-process/in-process-bus';
import type { MessageBus } from '../message-bus';
import { bundledScript } from '../testing/bundled-script';
import { until } from '../testing/bus-under-test';

let root: string;
let dataDir: string;
const open: MessageBus[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'log-owner-'));
  dataDir = join(root, 'data');
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((bus) => bus.close()));
  await rm(root, { recursive: true });
});

function busHere(onRepair: (sentence: string) => void = () => undefined): MessageBus {
  const bus = createInProcessBus({ dataDir, onRepair });
  open.push(bus);
  return bus;
}

/** A process that owns the directory, appends numbers for ever and prints each one once its append is confirmed. */
function appendingProcess() {
  const script = bundledScript(
    root,
    `import { createInProcessBus } from './in-process/in-process-bus';
     const bus = createInProcessBus({ dataDir: process.argv[2] });
     bus.openLog('log').then(async (log) => {
       for (let i = 0; ; i++) {
         await log.append({ headers: { i }, body: Buffer.alloc(20_000, i % 256) });
         process.stdout.write(i + '\\n');
       }
     });`,
  );
  const child = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const confirmed = () => Number(printed.slice(0, printed.lastIndexOf('\n')).split('\n').at(-1));
  return { child, confirmed };
}

jest.setTimeout(30_000);

describe('the owner of a log directory', () => {
  it('is one live process at a time, and after kill -9 the next owner has every confirmed record', async () => {
    const { child, confirmed } = appendingProcess();
    try {
      await until('the other process has appended', () => confirmed() >= 20);
      expect(() => busHere()).toThrow(PermanentError);
      expect(() => busHere()).toThrow(`process with pid ${child.pid}`);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }

    const repairs: string[] = [];
    const log = await busHere((sentence) => repairs.push(sentence)).openLog('log');
    expect(repairs[0]).toMatch(new RegExp(`process ${child.pid}, which is gone`));
    const numbers: number[] = [];
    await log.append({ headers: { i: -1 }, body: Buffer.alloc(0) });
    await log.follow(({ headers, body }) => {
      const number = Number(headers['i']);
      if (number >= 0) expect(body.equals(Buffer.alloc(20_000, number % 256))).toBe(true);
      numbers.push(number);
    });
    await until('the end', () => numbers.at(-1) === -1);
    numbers.pop();
    expect(numbers.at(-1)).toBeGreaterThanOrEqual(confirmed());
    expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] ?? 0) + i));
  });

  it('is one bus within a process, and the directory is free after its close', async () => {
    const first = busHere();
    expect(() => busHere()).toThrow(`process with pid ${process.pid}`);
    await first.close();
    const second = busHere();
    await second.openLog('log');
    await second.close();
    expect(await readdir(dataDir)).toEqual(['log']);
  });

  it('may have left a lock with the pid that this process has now, or with none', async () => {
    const repairs: string[] = [];
    for (const left of [String(process.pid), '']) {
      await busHere((sentence) => repairs.push(sentence)).close();
      await writeFile(join(dataDir, 'owner.pid'), left);
      await busHere((sentence) => repairs.push(sentence)).close();
    }
    expect(repairs).toHaveLength(2);
    expect(await readdir(dataDir)).toEqual([]);
  });
});
