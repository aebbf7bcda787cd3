import { join } from 'node:path';
import { PermanentError, RetryableError } from '@neuraltrade/contracts';
import { assertFileName } from '../log/file-name';
import type { DurableMessage } from './durable-message';
import { openQueueDirectory } from './queue-directory';
import { QueueJournal } from './queue-journal';

/** Where the queues of one bus are, and how they are written. */
export interface QueueStoreOptions {
  /** The directory that holds a directory for each queue; owned by this process. */
  readonly directory: string;
  /** Size at which a queue begins its next segment, bytes. */
  readonly segmentBytes: number;
  /** Whether messages are flushed to the device before they count. */
  readonly synced: boolean;
  /** Told in a sentence what was mended. */
  readonly onRepair: (sentence: string) => void;
}

/** One queue's files, and what they held when they were opened. */
export interface OpenedQueue {
  /** Writes to them. */
  readonly journal: QueueJournal;
  /** What was not answered, in order. Each may have been delivered. */
  readonly messages: readonly DurableMessage[];
}

/** The queues of one bus that are in files. */
export class QueueStore {
  private readonly opening = new Map<string, Promise<OpenedQueue>>();
  private readonly journals = new Set<QueueJournal>();
  private next = 0;

  constructor(private readonly options: QueueStoreOptions) {}

  /** Gives the next offset of the bus, above every offset of the queues that are open. */
  nextOffset(): number {
    return this.next++;
  }

  /**
   * Opens a queue's files, making them when there are none; the same for the same name.
   * @throws PermanentError for an unusable name, RetryableError when the files cannot be read or made.
   */
  open(name: string): Promise<OpenedQueue> {
    const known = this.opening.get(name);
    if (known !== undefined) return known;
    const queue = this.openFiles(name);
    this.opening.set(name, queue);
    // A queue that could not be opened may be tried again.
    queue.catch(() => this.opening.delete(name));
    return queue;
  }

  /** Why a queue could not be written last, a sentence; empty when all is well. */
  get fault(): string {
    for (const { fault } of this.journals) if (fault !== '') return fault;
    return '';
  }

  /** Writes what is under way and releases everything. */
  async close(): Promise<void> {
    await Promise.allSettled(this.opening.values());
    await Promise.all([...this.journals].map((journal) => journal.close()));
  }

  private async openFiles(name: string): Promise<OpenedQueue> {
    assertFileName('Queue', name);
    const directory = join(this.options.directory, name);
    const { synced, onRepair } = this.options;
    try {
      const opened = await openQueueDirectory(directory, this.next, synced, onRepair);
      this.next = Math.max(this.next, opened.nextOffset);
      const journal = new QueueJournal({ ...this.options, name, directory }, opened.segments);
      this.journals.add(journal);
      return { journal, messages: opened.messages };
    } catch (error) {
      if (error instanceof PermanentError) throw error;
      throw new RetryableError(
        `The files of queue ${name} below ${directory} cannot be opened: ${String(error)}.`,
      );
    }
  }
}
