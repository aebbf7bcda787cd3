import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInProcessBus } from '../in-process/in-process-bus';
import { bundledScript } from '../testing/bundled-script';
import { collect, queueSpec, until } from '../testing/bus-under-test';

/** How often the process is killed, and where its seeded instants begin; a failure prints both. */
const KILLS = Number(process.env['QUEUE_KILLS'] ?? 5);
const SEED = Number(process.env['QUEUE_KILL_SEED'] ?? 1);
const QUEUES = ['eager', 'reluctant'];

jest.setTimeout(60_000 + KILLS * 5_000);

/**
 * A process that publishes numbers to two queues and answers some: `eager` nearly all at once, `reluctant` keeps every ninth
 * until it holds 150. It prints what it does: before each ack, after each confirm.
 */
const SCRIPT = `
  import { writeSync } from 'node:fs';
  import { createInProcessBus } from './in-process/in-process-bus';
  import { message, queueSpec } from './testing/bus-under-test';
  const [dataDir, first, ...queues] = process.argv.slice(2);
  // Written at once, unlike what process.stdout takes: no line may be lost that speaks of what was done.
  const print = (line) => writeSync(1, line + '\\n');
  async function main() {
    const bus = createInProcessBus({ dataDir, queueSegmentBytes: 60_000 });
    print('started');
    await bus.declare(queues.map((name) => queueSpec(name)));
    for (const queue of queues) {
      const held = [];
      const subscription = await bus.consume(queue, { prefetch: 200 }, ({ tag, messageId, redelivered }) => {
        print('delivered ' + queue + ' ' + messageId + ' ' + redelivered);
        const answer = () => {
          print('acked ' + queue + ' ' + messageId);
          subscription.ack(tag);
        };
        if (queue === 'reluctant' && Number(messageId) % 9 === 0) held.push(answer);
        else setImmediate(answer);
        if (held.length > 150) held.shift()();
      });
    }
    const publish = async (number) => {
      const body = Buffer.alloc(100 + ((number * 7919) % 6_000), number % 256);
      const outcome = await bus.publish(message(String(number), { body }));
      print(outcome + ' all ' + number);
    };
    for (let number = Number(first); ; number += 16) {
      await Promise.all(Array.from({ length: 16 }, (_, i) => publish(number + i)));
    }
  }
  main().catch((error) => { console.error(error); process.exit(1); });
`;

interface Life {
  readonly lines: string[][];
  readonly exitCode: number | null;
}

/** One life of the process: killed some ms after its first confirm, or after its start. */
async function lifeOf(script: string, args: string[], after: string, delayMs: number): Promise<Life> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const closed = once(child, 'close');
  try {
    await until(`the process prints ${after}`, () => printed.includes(after) || child.exitCode !== null);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
  } finally {
    child.kill('SIGKILL');
    await closed;
  }
  const lines = printed
    .slice(0, printed.lastIndexOf('\n') + 1)
    .trimEnd()
    .split('\n');
  return { lines: lines.map((line) => line.split(' ')), exitCode: child.exitCode };
}

function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

function ascending(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

describe('core queues of a process that is killed', () => {
  it(`have every confirmed message that was not acked, in order, after each of ${KILLS} kills (seed ${SEED})`, async () => {
    const root = await mkdtemp(join(tmpdir(), 'queue-killed-'));
    try {
      await killAgainAndAgain(root);
    } finally {
      await rm(root, { recursive: true });
    }
  });
});

async function killAgainAndAgain(root: string): Promise<void> {
  const script = bundledScript(root, SCRIPT);
  const dataDir = join(root, 'data');
  const next = random(SEED);
  const confirmed = new Set<number>();
  const acked = new Map(QUEUES.map((queue) => [queue, new Set<number>()]));
  const delivered = new Map(QUEUES.map((queue) => [queue, new Set<number>()]));
  const gone = new Map(QUEUES.map((queue) => [queue, new Set<number>()]));
  let first = 1;

  for (let kill = 0; kill < KILLS; kill++) {
    const after = kill % 5 === 4 ? 'started' : 'confirmed';
    const args = [dataDir, String(first), ...QUEUES];
    const { lines, exitCode } = await lifeOf(script, args, after, next() * (after === 'started' ? 30 : 400));
    expect(exitCode).toBeNull();
    for (const [what, queue = '', text, redelivered] of lines) {
      const number = Number(text);
      if (what === 'started') continue;
      first = Math.max(first, number + 1);
      if (what === 'confirmed') confirmed.add(number);
      else if (what === 'acked') acked.get(queue)?.add(number);
      else if (what !== 'delivered') throw new Error(`The process printed ${String(what)}.`);
      else {
        if (delivered.get(queue)?.has(number)) expect(`${number} ${redelivered}`).toBe(`${number} true`);
        if (gone.get(queue)?.has(number)) throw new Error(`${queue} had ${number} no more, then again.`);
        delivered.get(queue)?.add(number);
      }
    }

    const bus = createInProcessBus({ dataDir, queueSegmentBytes: 60_000 });
    try {
      await bus.declare(QUEUES.map((name) => queueSpec(name)));
      for (const queue of QUEUES) {
        const { ready } = await bus.depth(queue);
        const { received, deliveries, subscription } = await collect(bus, queue, 100_000);
        await received(ready);
        const numbers = deliveries.map(({ messageId }) => Number(messageId));
        expect(numbers).toEqual(ascending(numbers));
        const present = new Set(numbers);
        const lost = [...confirmed].filter(
          (number) => !present.has(number) && !acked.get(queue)?.has(number),
        );
        expect(lost).toEqual([]);
        for (const { messageId, body, redelivered } of deliveries) {
          const number = Number(messageId);
          first = Math.max(first, number + 1);
          if (gone.get(queue)?.has(number)) throw new Error(`${queue} had ${number} no more, then again.`);
          if (!body.equals(Buffer.alloc(100 + ((number * 7919) % 6_000), number % 256)))
            throw new Error(`The body of ${number} is another one.`);
          if (delivered.get(queue)?.has(number)) expect(redelivered).toBe(true);
          delivered.get(queue)?.add(number);
        }
        for (const number of confirmed) if (!present.has(number)) gone.get(queue)?.add(number);
        // What is acked before an orderly close must not come back either.
        for (const { tag, messageId } of deliveries.slice(0, 5)) {
          subscription.ack(tag);
          gone.get(queue)?.add(Number(messageId));
          acked.get(queue)?.add(Number(messageId));
        }
      }
    } finally {
      await bus.close();
    }
  }
  expect(confirmed.size).toBeGreaterThan(0);
}
