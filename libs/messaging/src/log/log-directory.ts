import { mkdir, readdir, readFile, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FileSegment, segmentOffset, segmentPath, syncDirectory } from './file-segment';
import { readRecord } from './record-format';

/** What a log's directory holds. */
export interface LogDirectory {
  /** Oldest first; at least one. */
  readonly segments: FileSegment[];
  /** The next record's offset. */
  readonly nextOffset: number;
}

/**
 * Opens the directory of one log, making it when there is none. What stands behind the last whole record of the newest
 * segment is cut off: an append that was under way when its process died.
 */
export async function openLogDirectory(
  directory: string,
  synced: boolean,
  onRepair: (sentence: string) => void,
): Promise<LogDirectory> {
  await mkdir(directory, { recursive: true });
  if (synced) await syncDirectory(dirname(directory));
  const offsets = (await readdir(directory))
    .map(segmentOffset)
    .filter((offset) => offset !== null)
    .sort((a, b) => a - b);
  const newest = offsets.at(-1);
  if (newest === undefined)
    return { segments: [await FileSegment.create(directory, 0, synced)], nextOffset: 0 };

  const segments: FileSegment[] = [];
  for (const offset of offsets.slice(0, -1)) {
    const path = segmentPath(directory, offset);
    segments.push(new FileSegment(offset, path, (await stat(path)).size, synced));
  }
  const path = segmentPath(directory, newest);
  const bytes = await readFile(path);
  const { size, nextOffset } = wholeRecords(bytes, newest);
  if (size < bytes.length) {
    await truncate(path, size);
    onRepair(`${path} ended in ${bytes.length - size} bytes of an unfinished record; they were cut off.`);
  }
  segments.push(new FileSegment(newest, path, size, synced));
  return { segments, nextOffset };
}

function wholeRecords(bytes: Buffer, firstOffset: number): { size: number; nextOffset: number } {
  let size = 0;
  let nextOffset = firstOffset;
  for (;;) {
    const read = readRecord(bytes, size);
    if (typeof read === 'string') return { size, nextOffset };
    size = read.end;
    nextOffset = read.record.offset + 1;
  }
}
