import type { LogQueue, LogReader, StoredLogRecord } from '../log-queue';
import { eachTestHasItsBus, texts, until, type MakeBus } from './bus-under-test';

interface Followed {
  readonly reader: LogReader;
  readonly records: StoredLogRecord[];
  texts(): string[];
  received(count: number): Promise<void>;
}

async function follow(log: LogQueue): Promise<Followed> {
  const records: StoredLogRecord[] = [];
  const reader = await log.follow((record) => records.push(record));
  return {
    reader,
    records,
    texts: () => records.map(({ body }) => body.toString()),
    received: (count) => until(`${count} records`, () => records.length >= count),
  };
}

function append(log: LogQueue, text: string): Promise<void> {
  return log.append({ headers: { type: 'test', text }, body: Buffer.from(text) });
}

/** Appending to logs and following them. */
export function describeLogs(makeBus: MakeBus): void {
  const test = eachTestHasItsBus(makeBus);
  const opened = () => test().bus.openLog('processor.checkpoint.0');

  it('reads from the first record on and goes on with what is appended', async () => {
    const log = await opened();
    for (const text of texts(0, 5)) await append(log, text);
    const followed = await follow(log);
    await followed.received(5);
    for (const text of texts(5, 5)) await append(log, text);
    await followed.received(10);
    expect(followed.texts()).toEqual(texts(0, 10));
    expect(followed.records.map(({ headers }) => headers)).toEqual(
      texts(0, 10).map((text) => ({ type: 'test', text })),
    );
  });

  it('counts offsets up from 0 and shows every reader the same', async () => {
    const log = await opened();
    const early = await follow(log);
    for (const text of texts(0, 20)) await append(log, text);
    const late = await follow(log);
    await Promise.all([early.received(20), late.received(20)]);
    const offsets = early.records.map(({ offset }) => offset);
    expect(offsets[0]).toBe(0);
    expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
    expect(late.records.map(({ offset }) => offset)).toEqual(offsets);
    expect(late.texts()).toEqual(early.texts());
  });

  it('shows a record to any reader that begins after its append was confirmed', async () => {
    const log = await opened();
    for (const text of texts(0, 10)) {
      await append(log, text);
      const followed = await follow(log);
      await until(`record ${text}`, () => followed.texts().includes(text));
      await followed.reader.close();
    }
  });

  it('neither misses nor repeats a record for readers that begin amid appends', async () => {
    const log = await opened();
    const expected = texts(0, 300);
    const readers: Promise<Followed>[] = [];
    const appends: Promise<void>[] = [];
    for (const text of expected) {
      appends.push(append(log, text));
      if (Number(text) % 20 === 0) {
        readers.push(follow(log));
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    await Promise.all(appends);
    for (const followed of await Promise.all(readers)) {
      await followed.received(300);
      expect(followed.texts()).toEqual(expected);
    }
  });

  it('keeps the order of appends that do not wait for each other', async () => {
    const log = await opened();
    await Promise.all(texts(0, 500).map((text) => append(log, text)));
    const followed = await follow(log);
    await followed.received(500);
    expect(followed.texts()).toEqual(texts(0, 500));
  });

  it('keeps large, empty and binary bodies as they were', async () => {
    const log = await opened();
    const bodies = [
      Buffer.alloc(3_000_000, 'x'),
      Buffer.alloc(0),
      Buffer.from([0, 1, 255]),
      Buffer.alloc(262_144, 7),
    ];
    for (const body of bodies) await log.append({ headers: { size: body.length, note: 'é' }, body });
    const followed = await follow(log);
    await followed.received(bodies.length);
    expect(followed.records.map(({ body }, i) => bodies[i]?.equals(body))).toEqual([true, true, true, true]);
    expect(followed.records[1]?.headers).toEqual({ size: 0, note: 'é' });
  });

  it('does not see what the writer does to its buffer after append', async () => {
    const log = await opened();
    const body = Buffer.from('before');
    const stored = log.append({ headers: {}, body });
    body.write('after!');
    await stored;
    const followed = await follow(log);
    await followed.received(1);
    expect(followed.texts()).toEqual(['before']);
  });

  it('hands nothing to a reader that was closed', async () => {
    const log = await opened();
    await append(log, '0');
    const [closed, open] = [await follow(log), await follow(log)];
    await closed.received(1);
    await closed.reader.close();
    expect(await closed.reader.ended).toBe('closed');
    await append(log, '1');
    await open.received(2);
    expect(closed.texts()).toEqual(['0']);
  });

  it('can be closed from within its own delivery', async () => {
    const log = await opened();
    for (const text of texts(0, 5)) await append(log, text);
    const seen: number[] = [];
    const reader = await log.follow(({ offset }) => {
      seen.push(offset);
      if (seen.length === 2) void reader.close();
    });
    expect(await reader.ended).toBe('closed');
    expect(seen).toHaveLength(2);
  });

  it('keeps logs of different names apart', async () => {
    const log = await opened();
    const other = await test().bus.openLog('adapter.state.kraken');
    await append(log, 'checkpoint');
    await append(other, 'state');
    const followed = await follow(other);
    await followed.received(1);
    expect(followed.texts()).toEqual(['state']);
    expect(followed.records[0]?.offset).toBe(0);
  });

  it('ends its readers when the bus is closed', async () => {
    const followed = await follow(await opened());
    await test().bus.close();
    expect(await followed.reader.ended).toBe('closed');
  });
}

/** What a log keeps when its bus is closed and opened again. */
export function describeLogRestart(makeBus: MakeBus): void {
  const test = eachTestHasItsBus(makeBus);

  it('has every confirmed record after a restart and never gives an offset twice', async () => {
    const { bus, restart } = test();
    if (restart === undefined) throw new Error('This bus does not restart: tell the contract so.');
    const log = await bus.openLog('processor.checkpoint.0');
    for (const text of texts(0, 5)) await append(log, text);
    const before = await follow(log);
    await before.received(5);
    const reopened = await (await restart()).openLog('processor.checkpoint.0');
    await append(reopened, '5');
    const after = await follow(reopened);
    await after.received(6);
    expect(after.texts()).toEqual(texts(0, 6));
    expect(after.records.slice(0, 5).map(({ offset }) => offset)).toEqual(
      before.records.map(({ offset }) => offset),
    );
    expect(after.records[5]?.offset).toBeGreaterThan(before.records[4]?.offset ?? Infinity);
  });
}
