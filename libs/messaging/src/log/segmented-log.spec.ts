import { RetryableError } from '@neuraltrade/contracts';
import { texts, until } from '../testing/bus-under-test';
import { MemorySegment } from './memory-segment';
import { SegmentedLog } from './segmented-log';

jest.setTimeout(30_000);

/** Counts its writes, and fails the next one when told to. */
class WatchedSegment extends MemorySegment {
  writes = 0;
  failNext = false;

  override append(parts: readonly Buffer[]): Promise<void> {
    this.writes += 1;
    if (!this.failNext) return super.append(parts);
    this.failNext = false;
    return Promise.reject(new Error('ENOSPC: no space left on device'));
  }
}

function logOn(segment: WatchedSegment, segmentBytes: number): SegmentedLog {
  return new SegmentedLog({
    name: 'test',
    maxBytes: 1_000_000,
    segmentBytes,
    segments: [segment],
    nextOffset: 0,
    createSegment: (firstOffset) => Promise.resolve(new MemorySegment(firstOffset)),
    onRepair: () => undefined,
  });
}

const record = (text: string) => ({ headers: {}, body: Buffer.from(text) });

describe('a log of segments', () => {
  it('writes appends that wait for each other at once', async () => {
    const segment = new WatchedSegment(0);
    const log = logOn(segment, 1_000_000);
    await Promise.all(texts(0, 1_000).map((text) => log.append(record(text))));
    expect(segment.writes).toBe(1);
    await log.close();
  });

  it('rejects the appends of a write that failed, and their offsets go to the next ones', async () => {
    const segment = new WatchedSegment(0);
    const log = logOn(segment, 1_000_000);
    const seen: [number, string][] = [];
    await log.follow(({ offset, body }) => seen.push([offset, body.toString()]));
    await log.append(record('0'));
    segment.failNext = true;
    const failed = [log.append(record('lost')), log.append(record('lost too'))];
    await Promise.all(failed.map((append) => expect(append).rejects.toThrow(RetryableError)));
    expect(log.fault).toBe('Log test could not be written: Error: ENOSPC: no space left on device.');
    await log.append(record('1'));
    expect(log.fault).toBe('');
    await until('both are read', () => seen.length === 2);
    expect(seen).toEqual([
      [0, '0'],
      [1, '1'],
    ]);
    await log.close();
  });

  it('lets a slow reader finish a segment that was cut away meanwhile, and go on with the oldest kept', async () => {
    const log = new SegmentedLog({
      name: 'test',
      maxBytes: 400,
      segmentBytes: 100,
      segments: [new MemorySegment(0)],
      nextOffset: 0,
      createSegment: (firstOffset) => Promise.resolve(new MemorySegment(firstOffset)),
      onRepair: () => undefined,
    });
    const offsets: number[] = [];
    await log.append(record('0'));
    await log.follow(({ offset }) => offsets.push(offset));
    await until('it has begun', () => offsets.length === 1);
    await Promise.all(texts(1, 100).map((text) => log.append(record(text))));
    await until('the last is read', () => offsets.at(-1) === 100);
    expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
    expect(offsets.length).toBeLessThan(101);
    await log.close();
  });
});
