import { cp, mkdtemp, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PermanentError, RetryableError } from '@neuraltrade/contracts';
import { createInProcessBus, type InProcessBusOptions } from '../in-process/in-process-bus';
import type { LogQueue, StoredLogRecord } from '../log-queue';
import type { MessageBus } from '../message-bus';
import { texts, until } from '../testing/bus-under-test';

jest.setTimeout(30_000);

const LOG = 'processor.checkpoint.0';
const open = new Set<MessageBus>();
let root: string;
let repairs: string[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'file-log-'));
  repairs = [];
});

afterEach(async () => {
  await Promise.all([...open].map((bus) => bus.close()));
  open.clear();
  await rm(root, { recursive: true });
});

function busAt(dataDir: string, options: Partial<InProcessBusOptions> = {}): MessageBus {
  const bus = createInProcessBus({
    dataDir,
    logDurability: 'written',
    onRepair: (sentence) => repairs.push(sentence),
    ...options,
  });
  open.add(bus);
  return bus;
}

async function append(log: LogQueue, bodies: readonly string[]): Promise<void> {
  for (const text of bodies) await log.append({ headers: { text }, body: Buffer.from(text) });
}

/** Every record of a log up to one that is appended as its end. */
async function readAll(log: LogQueue): Promise<StoredLogRecord[]> {
  const records: StoredLogRecord[] = [];
  await log.append({ headers: { end: 1 }, body: Buffer.alloc(0) });
  const reader = await log.follow((record) => records.push(record));
  await until('the end', () => records.at(-1)?.headers['end'] === 1);
  await reader.close();
  return records.filter(({ headers }) => headers['end'] === undefined);
}

async function newestSegment(dataDir: string): Promise<string> {
  return join(dataDir, LOG, (await readdir(join(dataDir, LOG))).sort().at(-1) ?? '');
}

describe('a log in files', () => {
  it('opens when cut at any byte of its last record and loses that record at most', async () => {
    const whole = join(root, 'whole');
    const bus = busAt(whole);
    const log = await bus.openLog(LOG);
    await append(log, ['first', 'second']);
    const before = (await stat(await newestSegment(whole))).size;
    await append(log, ['last']);
    const after = (await stat(await newestSegment(whole))).size;
    await bus.close();

    expect(after).toBeGreaterThan(before);
    for (let size = before; size <= after; size++) {
      const cut = join(root, `cut-${size}`);
      await cp(whole, cut, { recursive: true });
      await truncate(await newestSegment(cut), size);
      repairs = [];
      const reopened = busAt(cut);
      const records = await readAll(await reopened.openLog(LOG));
      await reopened.close();
      const expected = size === after ? ['first', 'second', 'last'] : ['first', 'second'];
      expect(records.map(({ body }) => body.toString())).toEqual(expected);
      expect(repairs).toHaveLength(size === before || size === after ? 0 : 1);
    }
  });

  it('cuts off a last record whose bytes were changed, and zeros that were never written', async () => {
    for (const damage of [
      (end: number, bytes: Buffer) => bytes.fill(0xff, end - 1),
      (_: number, b: Buffer) => Buffer.concat([b, Buffer.alloc(64)]),
    ]) {
      const dataDir = await mkdtemp(join(root, 'damaged-'));
      const bus = busAt(dataDir);
      await append(await bus.openLog(LOG), ['first', 'last']);
      await bus.close();
      const path = await newestSegment(dataDir);
      const bytes = await readFile(path);
      await writeFile(path, damage(bytes.length, bytes));
      const log = await busAt(dataDir).openLog(LOG);
      await append(log, ['next']);
      const records = await readAll(log);
      expect(records[0]?.body.toString()).toBe('first');
      expect(records.at(-1)?.body.toString()).toBe('next');
      expect(records.map(({ offset }) => offset)).toEqual(records.map((_, i) => i));
    }
    expect(repairs).toHaveLength(2);
  });

  it('skips the rest of an older file from a damaged record on, and says so', async () => {
    const bus = busAt(root, { logSegmentBytes: 200 });
    await append(await bus.openLog(LOG), texts(0, 20));
    await bus.close();
    const [first] = (await readdir(join(root, LOG))).sort();
    const path = join(root, LOG, first ?? '');
    const bytes = await readFile(path);
    bytes[bytes.length - 1] = 0xff;
    await writeFile(path, bytes);
    const records = await readAll(await busAt(root, { logSegmentBytes: 200 }).openLog(LOG));
    const offsets = records.map(({ offset }) => offset);
    expect(offsets[0]).toBe(0);
    expect(offsets.at(-1)).toBe(19);
    expect(offsets).toHaveLength(19);
    expect(repairs).toEqual([expect.stringMatching(/damaged and were skipped/)]);
  });

  it('cuts whole files away from the front, so that all of them stay within the bound', async () => {
    const bus = busAt(root, { logSegmentBytes: 5_000, logMaxBytes: 20_000 });
    const log = await bus.openLog(LOG);
    const live: number[] = [];
    await log.follow(({ offset }) => live.push(offset));
    for (let i = 0; i < 100; i++) await log.append({ headers: { i }, body: Buffer.alloc(500) });
    await until('the reader has all', () => live.length === 100);
    expect(live).toEqual(Array.from({ length: 100 }, (_, i) => i));

    const late: number[] = [];
    await log.follow(({ offset }) => late.push(offset));
    await until('the late reader has the last', () => late.at(-1) === 99);
    expect(late[0]).toBeGreaterThan(0);
    expect(late).toEqual(live.slice(late[0]));
    await bus.close();
    const files = await readdir(join(root, LOG));
    const sizes = await Promise.all(files.map(async (file) => (await stat(join(root, LOG, file))).size));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(total).toBeLessThanOrEqual(20_000);
    expect(total).toBeGreaterThan(14_000);
    expect(Math.max(...sizes)).toBeLessThan(5_000 + 600);

    const reopened = await busAt(root, { logSegmentBytes: 5_000, logMaxBytes: 20_000 }).openLog(LOG);
    await append(reopened, ['after']);
    const records = await readAll(reopened);
    expect(records.at(-1)?.offset).toBe(100);
    expect(records[0]?.offset).toBe(late[0]);
  });

  it('goes on counting when its newest file holds no whole record', async () => {
    const bus = busAt(root, { logSegmentBytes: 1 });
    await append(await bus.openLog(LOG), ['0', '1', '2']);
    await bus.close();
    await truncate(await newestSegment(root), 5);
    const log = await busAt(root, { logSegmentBytes: 1 }).openLog(LOG);
    await append(log, ['again']);
    const records = await readAll(log);
    expect(records.map(({ offset, body }) => [offset, body.toString()])).toEqual([
      [0, '0'],
      [1, '1'],
      [2, 'again'],
    ]);
  });

  it('rejects what it cannot store, is unhealthy meanwhile, and goes on without a hole once it can', async () => {
    const bus = busAt(root, { logSegmentBytes: 1 });
    const log = await bus.openLog(LOG);
    await append(log, ['0']);
    // The directory is away: the next file cannot be made.
    await rename(join(root, LOG), join(root, 'away'));
    const refused = log.append({ headers: {}, body: Buffer.from('refused') });
    await expect(refused).rejects.toThrow(RetryableError);
    await expect(refused).rejects.toThrow(/processor\.checkpoint\.0 could not be written/);
    expect(bus.health()).toEqual({
      ok: false,
      reason: expect.stringMatching(/could not be written/) as unknown,
    });
    await rename(join(root, 'away'), join(root, LOG));
    await append(log, ['1']);
    expect(bus.health().ok).toBe(true);
    expect((await readAll(log)).map(({ offset, body }) => [offset, body.toString()])).toEqual([
      [0, '0'],
      [1, '1'],
    ]);
  });

  it('has every append that was under way when it was closed, and takes none afterwards', async () => {
    const bus = busAt(root, { logDurability: 'synced' });
    const log = await bus.openLog(LOG);
    const appended = Promise.all(texts(0, 1_000).map((text) => append(log, [text])));
    await bus.close();
    await appended;
    await expect(append(log, ['late'])).rejects.toThrow(RetryableError);
    const records = await readAll(await busAt(root).openLog(LOG));
    expect(records.map(({ body }) => body.toString())).toEqual(texts(0, 1_000));
  });

  it('refuses a record that a broker would not take, and a name that is no file name', async () => {
    const bus = busAt(root);
    const log = await bus.openLog(LOG);
    await expect(log.append({ headers: {}, body: Buffer.alloc(16_777_217) })).rejects.toThrow(PermanentError);
    for (const name of ['', '../up', '.hidden', 'a/b', 'a b']) {
      await expect(bus.openLog(name)).rejects.toThrow(PermanentError);
    }
    expect(await bus.openLog(LOG)).toBe(log);
  });

  it('ends a reader as lost when its records are gone', async () => {
    const bus = busAt(root);
    const log = await bus.openLog(LOG);
    await append(log, ['0']);
    await rm(await newestSegment(root));
    const reader = await log.follow(() => undefined);
    expect(await reader.ended).toBe('lost');
    expect(repairs).toEqual([expect.stringMatching(/cannot be read/)]);
  });
});
