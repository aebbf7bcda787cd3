import { cp, mkdtemp, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInProcessBus, type InProcessBusOptions } from '../in-process/in-process-bus';
import { FileSegment } from '../log/file-segment';
import type { MessageBus } from '../message-bus';
import { collect, message, publishAll, queueSpec, texts, until } from '../testing/bus-under-test';

jest.setTimeout(30_000);

const open = new Set<MessageBus>();
let root: string;
let repairs: string[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'queue-files-'));
  repairs = [];
});

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all([...open].map((bus) => bus.close()));
  open.clear();
  await rm(root, { recursive: true });
});

async function busAt(dataDir: string, options: Partial<InProcessBusOptions> = {}): Promise<MessageBus> {
  const bus = createInProcessBus({ dataDir, onRepair: (sentence) => repairs.push(sentence), ...options });
  open.add(bus);
  await bus.declare([queueSpec('work')]);
  return bus;
}

const filesOf = async (dataDir: string): Promise<string[]> =>
  (await readdir(join(dataDir, 'queues', 'work')))
    .sort()
    .map((file) => join(dataDir, 'queues', 'work', file));

async function bytesOf(dataDir: string): Promise<number> {
  // A file may be deleted between the listing and the look at it.
  const sizes = (await filesOf(dataDir)).map(
    async (path) => (await stat(path).catch(() => ({ size: 0 }))).size,
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** The ids of what the queue holds, by a bus that is closed again. */
async function held(dataDir: string): Promise<string[]> {
  const bus = await busAt(dataDir);
  const { ready } = await bus.depth('work');
  const collector = await collect(bus, 'work', 100_000);
  await collector.received(ready);
  await bus.close();
  return collector.deliveries.map(({ messageId }) => messageId);
}

describe('a core queue in files', () => {
  it('opens when a file of messages or of answers is cut within its last record', async () => {
    const whole = join(root, 'whole');
    const bus = await busAt(whole);
    await publishAll(bus, ['a', 'b']);
    const { subscription, received } = await collect(bus, 'work');
    await received(2);
    subscription.ack(1);
    await until('the answer is written', async () => (await filesOf(whole)).length === 2);
    await until('the answer is whole', async () => (await stat((await filesOf(whole))[1] ?? '')).size > 0);
    const before = await Promise.all((await filesOf(whole)).map(async (path) => (await stat(path)).size));
    await publishAll(bus, ['c']);
    subscription.ack(2);
    await bus.close();
    const after = await Promise.all((await filesOf(whole)).map(async (path) => (await stat(path)).size));
    for (const file of [0, 1]) {
      const [from = 0, to = 0] = [before[file], after[file]];
      expect(to).toBeGreaterThan(from);
      for (let size = from; size <= to; size += file === 0 ? 7 : 1) {
        const cut = join(root, `cut-${file}-${size}`);
        await cp(whole, cut, { recursive: true });
        await truncate((await filesOf(cut))[file] ?? '', size);
        repairs = [];
        const expected = file === 0 ? (size === to ? ['c'] : []) : size === to ? ['c'] : ['b', 'c'];
        expect(await held(cut)).toEqual(expected);
        expect(repairs).toHaveLength(size === from || size === to ? 0 : 1);
      }
    }
  });

  it('writes what is published in one turn of the event loop at once, and what is acked too', async () => {
    const bus = await busAt(root);
    const appends = jest.spyOn(FileSegment.prototype, 'append');
    await Promise.all(texts(0, 500).map((text) => bus.publish(message(text))));
    expect(appends).toHaveBeenCalledTimes(1);
    const { subscription, received } = await collect(bus, 'work', 1_000);
    await received(500);
    for (let tag = 1; tag <= 500; tag++) subscription.ack(tag);
    await bus.close();
    expect(appends).toHaveBeenCalledTimes(2);
  });

  it('deletes files whose messages are all acked, however much has passed', async () => {
    const bus = await busAt(root, { queueSegmentBytes: 10_000 });
    const subscription = await bus.consume('work', { prefetch: 100 }, ({ tag }) => subscription.ack(tag));
    for (let i = 0; i < 300; i++) await bus.publish(message(String(i), { body: Buffer.alloc(1_000) }));
    await until('little is left', async () => (await bytesOf(root)) < 25_000);
    expect(repairs).toEqual([]);
  });

  it('keeps disk in proportion to what is unanswered, though every file has a message that is not', async () => {
    const bus = await busAt(root, { queueSegmentBytes: 10_000 });
    const subscription = await bus.consume('work', { prefetch: 1_000 }, ({ tag, messageId }) => {
      if (Number(messageId) % 10 !== 0) subscription.ack(tag);
    });
    for (let i = 0; i < 1_000; i++) await bus.publish(message(String(i), { body: Buffer.alloc(1_000) }));
    // 100 messages of about 1,200 bytes are held: twice that, one segment, and the newest one with its answers.
    await until('the rest is gone', async () => (await bytesOf(root)) < 2 * 125_000 + 10_000 + 12_000);
    const messageFiles = (await filesOf(root)).filter((path) => path.endsWith('.log'));
    expect(messageFiles.length).toBeLessThan(60);
    await bus.close();
    expect(await held(root)).toEqual(texts(0, 100).map((text) => String(Number(text) * 10)));
    expect(repairs).toEqual([]);
  });

  it('starts after a crash amid a rewrite with every message once', async () => {
    const before = join(root, 'before');
    const bus = await busAt(before, { queueSegmentBytes: 3_000 });
    for (const text of texts(0, 21)) await bus.publish(message(text, { body: Buffer.alloc(1_000) }));
    await bus.close();
    const after = join(root, 'after');
    await cp(before, after, { recursive: true });
    const later = await busAt(after, { queueSegmentBytes: 3_000 });
    const again = await collect(later, 'work', 1_000);
    await again.received(21);
    // Seven files of three messages: all but the first of each is acked, save in the newest.
    for (let tag = 1; tag <= 18; tag++) if (tag % 3 !== 1) again.subscription.ack(tag);
    await until('files were merged', async () => {
      const messageFiles = (await filesOf(after)).filter((path) => path.endsWith('.log'));
      return messageFiles.length < 7;
    });
    await later.close();
    const expected = ['0', '3', '6', '9', '12', '15', '18', '19', '20'];
    const merged = (await filesOf(after)).map((path) => path.slice(after.length));
    for (const path of await filesOf(before)) {
      const name = path.slice(before.length);
      if (!merged.includes(name)) await cp(path, join(after, name));
    }
    await writeFile(join(after, 'queues', 'work', '0000000000000000.log.unfinished'), 'torn');
    expect(await held(after)).toEqual(expected);
    expect((await filesOf(after)).some((path) => path.endsWith('.unfinished'))).toBe(false);
  });

  it('nacks what it cannot store, is unhealthy meanwhile, and goes on in order once it can', async () => {
    const bus = await busAt(root, { queueSegmentBytes: 1 });
    await publishAll(bus, ['0']);
    // The directory is away: the next file cannot be made.
    await rename(join(root, 'queues', 'work'), join(root, 'away'));
    expect(await bus.publish(message('refused'))).toBe('nacked');
    expect(bus.health()).toEqual({
      ok: false,
      reason: expect.stringMatching(/^Queue work could not be written: .*ENOENT/) as unknown,
    });
    await rename(join(root, 'away'), join(root, 'queues', 'work'));
    await publishAll(bus, ['1']);
    expect(bus.health()).toEqual({ ok: true, reason: '' });
    await bus.close();
    expect(await held(root)).toEqual(['0', '1']);
  });

  it('keeps answers that it cannot write, is unhealthy meanwhile, and writes them by itself once it can', async () => {
    const bus = await busAt(root);
    await publishAll(bus, ['0', '1']);
    const { subscription, received } = await collect(bus, 'work');
    await received(2);
    await rename(join(root, 'queues', 'work'), join(root, 'away'));
    subscription.ack(1);
    await until('it is unhealthy', () => /Answers to queue work/.test(bus.health().reason));
    await rename(join(root, 'away'), join(root, 'queues', 'work'));
    await until('it is healthy', () => bus.health().ok);
    await bus.close();
    expect(await held(root)).toEqual(['1']);
  });

  it('does not bring back what has expired, nor deliver what expires while no bus is there', async () => {
    const bus = await busAt(root);
    await bus.publish(message('short', { expirationMs: 30 }));
    await bus.publish(message('long', { expirationMs: 600_000 }));
    await bus.close();
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(await held(root)).toEqual(['long']);
  });

  it('takes a message over the delivery limit off its files once its copy is stored', async () => {
    const bus = await busAt(root, { deliveryLimit: 2 });
    await publishAll(bus, ['poison']);
    let deliveries = 0;
    const subscription = await bus.consume('work', { prefetch: 1 }, ({ tag }) => {
      deliveries += 1;
      subscription.requeue(tag);
    });
    await until('it comes again, having no place to go', () => deliveries > 3);
    await bus.declare([
      queueSpec('parked', { bindings: [{ amqpExchange: 'market.dlx', pattern: 'delivery-limit' }] }),
    ]);
    const [copy] = await (await collect(bus, 'parked')).received(1);
    expect(copy?.headers).toMatchObject({ 'x-park-reason': 'delivery-limit', 'x-source-queue': 'work' });
    await bus.close();
    expect(await held(root)).toEqual([]);
  });

  it('makes no file for queues of other kinds, and opens a directory that has logs only', async () => {
    const first = createInProcessBus({ dataDir: root });
    open.add(first);
    await first.openLog('log');
    await first.declare([queueSpec('lossy', { kind: 'optional' }), queueSpec('own', { kind: 'exclusive' })]);
    await publishAll(first, ['m']);
    await first.close();
    expect(await readdir(root)).toEqual(['log']);
    const second = await busAt(root);
    await publishAll(second, ['kept']);
    await second.close();
    expect(await held(root)).toEqual(['kept']);
  });

  it('refuses a core queue whose name is no file name, and declares none of the others', async () => {
    const bus = await busAt(root);
    await expect(bus.declare([queueSpec('new'), queueSpec('../away')])).rejects.toThrow(/not usable/);
    await expect(collect(bus, 'new')).rejects.toThrow('Queue new is not declared');
  });

  it('flushes to the device when told so, and holds what it wrote', async () => {
    const bus = await busAt(root, { queueDurability: 'synced', queueSegmentBytes: 500 });
    await publishAll(bus, texts(0, 10));
    await bus.close();
    expect(await held(root)).toEqual(texts(0, 10));
    expect((await readFile((await filesOf(root))[0] ?? '')).length).toBeGreaterThan(0);
  });
});
