import { join } from 'node:path';
import { lockDirectory } from './directory-lock';
import { assertFileName } from './file-name';
import { FileSegment } from './file-segment';
import { openLogDirectory } from './log-directory';
import { MemorySegment } from './memory-segment';
import { SegmentedLog } from './segmented-log';

/** Where the logs of one bus are, and how they are bounded. */
export interface LogStoreOptions {
  /** The directory that holds a directory for each log; null = in memory. */
  readonly directory: string | null;
  /** Upper bound of one log, bytes. */
  readonly maxBytes: number;
  /** Size at which a log begins its next segment, bytes. */
  readonly segmentBytes: number;
  /** Whether an append is flushed to the device before it counts. */
  readonly synced: boolean;
  /** Told in a sentence what was mended. */
  readonly onRepair: (sentence: string) => void;
}

/** The log queues of one bus. */
export interface LogStore {
  /** Opens a log by its name, creating it; the same log for the same name. @throws PermanentError for an unusable name. */
  open(name: string): Promise<SegmentedLog>;
  /** Why a log could not be written last, a sentence; empty when all is well. */
  readonly fault: string;
  /** Waits for outstanding appends and releases everything. */
  close(): Promise<void>;
}

/** Opens the place of all logs. @throws PermanentError when a live process owns the directory. */
export function openLogStore(options: LogStoreOptions): LogStore {
  const { directory, onRepair } = options;
  const lock = directory === null ? null : lockDirectory(directory, onRepair);
  const opening = new Map<string, Promise<SegmentedLog>>();
  const opened = new Set<SegmentedLog>();

  async function openLog(name: string): Promise<SegmentedLog> {
    assertFileName('Log', name);
    const log =
      directory === null ? memoryLog(name, options) : await fileLog(name, join(directory, name), options);
    opened.add(log);
    return log;
  }

  return {
    open(name) {
      const known = opening.get(name);
      if (known !== undefined) return known;
      const log = openLog(name);
      opening.set(name, log);
      // A log that could not be opened may be tried again.
      log.catch(() => opening.delete(name));
      return log;
    },
    get fault() {
      for (const log of opened) if (log.fault !== '') return log.fault;
      return '';
    },
    async close() {
      await Promise.allSettled(opening.values());
      await Promise.all([...opened].map((log) => log.close()));
      lock?.release();
    },
  };
}

function memoryLog(name: string, options: LogStoreOptions): SegmentedLog {
  const createSegment = (firstOffset: number) => Promise.resolve(new MemorySegment(firstOffset));
  return new SegmentedLog({
    ...options,
    name,
    segments: [new MemorySegment(0)],
    nextOffset: 0,
    createSegment,
  });
}

async function fileLog(name: string, directory: string, options: LogStoreOptions): Promise<SegmentedLog> {
  const { synced, onRepair } = options;
  const { segments, nextOffset } = await openLogDirectory(directory, synced, onRepair);
  const createSegment = (firstOffset: number) => FileSegment.create(directory, firstOffset, synced);
  return new SegmentedLog({ ...options, name, segments, nextOffset, createSegment });
}
