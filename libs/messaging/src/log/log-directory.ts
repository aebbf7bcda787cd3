import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FileSegment, segmentOffset, segmentPath, syncDirectory } from './file-segment';
import { repairSegment } from './segment-repair';

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
  let nextOffset = newest;
  const size = await repairSegment(path, ({ offset }) => (nextOffset = offset + 1), onRepair);
  segments.push(new FileSegment(newest, path, size, synced));
  return { segments, nextOffset };
}
