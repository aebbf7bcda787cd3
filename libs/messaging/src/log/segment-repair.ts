import { readFile, truncate } from 'node:fs/promises';
import { readRecord, type ReadRecord } from './record-format';

/**
 * Reads a segment's file and cuts off what stands behind its last whole record: a write that was under way when its
 * process died.
 * @param onRecord called for each whole record, whose body shares the memory of all that was read.
 * @param onRepair told in a sentence when something was cut off.
 * @returns the size of the file then, bytes.
 */
export async function repairSegment<H>(
  path: string,
  onRecord: (read: ReadRecord<H>['record'], bytes: Buffer) => void,
  onRepair: (sentence: string) => void,
): Promise<number> {
  const bytes = await readFile(path);
  let size = 0;
  for (;;) {
    const read = readRecord<H>(bytes, size);
    if (typeof read === 'string') break;
    onRecord(read.record, bytes.subarray(size, read.end));
    size = read.end;
  }
  if (size < bytes.length) {
    await truncate(path, size);
    onRepair(`${path} ended in ${bytes.length - size} bytes of an unfinished record; they were cut off.`);
  }
  return size;
}
