import { Deque } from '../deque';
import type { DurableMessage } from './durable-message';
import { createQueueSegment } from './queue-directory';
import type { QueueSegment } from './queue-segment';

/** How long after a failed write of answers the next try is made, ms. */
const RETRY_MS = 1_000;

/** Where and how one queue is stored. */
export interface QueueJournalOptions {
  /** The queue's name, for messages. */
  readonly name: string;
  /** The queue's directory. */
  readonly directory: string;
  /** Size at which the next segment begins, bytes. */
  readonly segmentBytes: number;
  /** Whether messages are flushed to the device before they count. */
  readonly synced: boolean;
  /** Told in a sentence what could not be rewritten. */
  readonly onRepair: (sentence: string) => void;
}

/** Whom a publisher's outcome goes through. */
export interface Receipt {
  /** Told once for each queue: whether the message is stored there. */
  settled(stored: boolean): void;
}

/** One message on its way into a file, and who is told what became of it: never within the call that appended it. */
export interface PendingMessage {
  /** The message. */
  readonly message: DurableMessage;
  /** The queue that it belongs to; told first. */
  readonly queue: { arrived(message: DurableMessage, stored: boolean): void };
  /** The publisher's. */
  readonly receipt: Receipt;
}

/**
 * The files of one queue. What is published and answered in one turn of the event loop goes into one write each. A segment whose messages are all answered is deleted. When the files
 * behind the newest one are larger than twice their unanswered messages plus one segment, the one with the most answered
 * bytes is rewritten without them, together with the one in front of it where both fit into one.
 */
export class QueueJournal {
  private readonly pending = new Deque<PendingMessage>();
  /** Segments with answers that are not written. */
  private readonly answered = new Set<QueueSegment>();
  /** Segments whose files are to be deleted, oldest wish first. */
  private readonly removable: QueueSegment[] = [];
  private withOpenAnswers: QueueSegment | null = null;
  private running: Promise<void> | null = null;
  private retry: NodeJS.Timeout | null = null;
  private rewriteFrom = 0;
  private closed = false;
  private messageFault = '';
  private answerFault = '';

  constructor(
    private readonly options: QueueJournalOptions,
    /** What is there already, oldest first; at least one. */
    private readonly segments: QueueSegment[],
  ) {
    for (const segment of segments) if (segment.isDone && segment !== this.active) this.answered.add(segment);
    if (this.hasAnswers) this.wake();
  }

  /** Why the last write failed, a sentence; empty when all is stored. */
  get fault(): string {
    return this.messageFault || this.answerFault;
  }

  /** Stores a message; offsets ascend from call to call. */
  append(pending: PendingMessage): void {
    this.pending.push(pending);
    this.wake();
  }

  /** Notes that a stored message is answered; written soon. */
  answer(offset: number): void {
    if (this.closed) return;
    const segment = this.segmentOf(offset);
    segment.answer(offset);
    this.answered.add(segment);
    this.wake();
  }

  /** Writes what is under way and releases the files. */
  async close(): Promise<void> {
    while (this.running !== null) await this.running;
    if (this.hasAnswers) await this.writeAnswers();
    this.closed = true;
    if (this.retry !== null) clearTimeout(this.retry);
    await this.withOpenAnswers?.sealAnswers();
    await this.active.sealMessages();
  }

  private get active(): QueueSegment {
    return this.segments.at(-1) as QueueSegment;
  }

  private get hasAnswers(): boolean {
    return this.answered.size > 0 || this.removable.length > 0;
  }

  private wake(): void {
    this.running ??= this.run();
  }

  private async run(): Promise<void> {
    // All of one turn goes into one write.
    await new Promise((resolve) => setImmediate(resolve));
    let rewritten: boolean;
    do {
      await Promise.all([
        this.hasAnswers ? this.writeAnswers() : null,
        this.pending.length > 0 ? this.writeMessages() : null,
      ]);
      rewritten = await this.rewriteOne();
    } while (rewritten || this.pending.length > 0 || (this.hasAnswers && this.answerFault === ''));
    this.running = null;
  }

  private async writeAnswers(): Promise<void> {
    const segments = [...this.answered];
    this.answered.clear();
    for (const segment of segments) if (segment.isDone && segment !== this.active) this.discard(segment);
    try {
      for (let first = this.removable[0]; first !== undefined; first = this.removable[0]) {
        await first.remove();
        this.removable.shift();
      }
      for (let segment = segments[0]; segment !== undefined; segment = segments[0]) {
        await this.writeAnswersOf(segment);
        segments.shift();
      }
      this.answerFault = '';
    } catch (error) {
      for (const segment of segments) this.answered.add(segment);
      this.answerFault = `Answers to queue ${this.options.name} could not be written: ${String(error)}.`;
      this.retry ??= setTimeout(() => {
        this.retry = null;
        this.wake();
      }, RETRY_MS).unref();
    }
  }

  private async writeAnswersOf(segment: QueueSegment): Promise<void> {
    // Discarded or merged since.
    if (!this.segments.includes(segment)) return;
    // One open file of answers a queue, however many segments it has.
    if (this.withOpenAnswers !== segment) await this.withOpenAnswers?.sealAnswers();
    this.withOpenAnswers = segment;
    await segment.writeAnswers();
  }

  private async writeMessages(): Promise<void> {
    const { segmentBytes, name } = this.options;
    const batch: PendingMessage[] = [];
    try {
      if (this.active.messageBytes >= segmentBytes) await this.startSegment();
      let size = this.active.messageBytes;
      while (this.pending.length > 0 && (batch.length === 0 || size < segmentBytes)) {
        const next = this.pending.shift() as PendingMessage;
        batch.push(next);
        size += next.message.record.length;
      }
      await this.active.append(batch.map(({ message }) => message));
    } catch (error) {
      this.messageFault = `Queue ${name} could not be written: ${String(error)}.`;
      // Those behind fail too: the publisher repeats all in order, and no later one may get ahead.
      for (let next = this.pending.shift(); next !== undefined; next = this.pending.shift()) batch.push(next);
      settle(batch, false);
      return;
    }
    this.messageFault = '';
    settle(batch, true);
  }

  private async startSegment(): Promise<void> {
    const { directory, synced } = this.options;
    const { offset } = (this.pending.at(0) as PendingMessage).message;
    const next = await createQueueSegment(directory, offset, synced);
    const full = this.active;
    this.segments.push(next);
    if (full.isDone) this.answered.add(full);
    await full.sealMessages();
  }

  /** @returns whether a segment was rewritten, so that there may be more to do. */
  private async rewriteOne(): Promise<boolean> {
    const { segments } = this;
    const { segmentBytes, synced, name, onRepair } = this.options;
    let size = 0;
    let open = 0;
    let worst = -1;
    let worstBytes = 0;
    for (let i = 0; i < segments.length - 1; i++) {
      const segment = segments[i] as QueueSegment;
      size += segment.size;
      open += segment.openBytes;
      const answeredBytes = segment.size - segment.openBytes;
      if (answeredBytes <= worstBytes) continue;
      worst = i;
      worstBytes = answeredBytes;
    }
    const victim = segments[worst];
    if (victim === undefined || size <= 2 * open + segmentBytes || size < this.rewriteFrom) return false;
    const previous = segments[worst - 1];
    const fits = previous !== undefined && previous.openBytes + victim.openBytes <= segmentBytes;
    try {
      if (this.withOpenAnswers !== null) await this.withOpenAnswers.sealAnswers();
      this.withOpenAnswers = null;
      if (fits) await previous.rewriteWith(victim, synced);
      else await victim.rewriteWith(null, synced);
    } catch (error) {
      // Tried again once another segment's worth has come.
      this.rewriteFrom = size + segmentBytes;
      onRepair(`Queue ${name} could not be rewritten without its answered messages: ${String(error)}.`);
      return false;
    }
    this.rewriteFrom = 0;
    if (fits) {
      this.discard(victim);
      this.answered.add(previous);
    }
    return true;
  }

  private discard(segment: QueueSegment): void {
    const index = this.segments.indexOf(segment);
    if (index < 0) return;
    this.segments.splice(index, 1);
    this.answered.delete(segment);
    if (this.withOpenAnswers === segment) this.withOpenAnswers = null;
    this.removable.push(segment);
  }

  /** The last segment that begins at or before an offset; a few hundred at most. */
  private segmentOf(offset: number): QueueSegment {
    const { segments } = this;
    let low = 0;
    let high = segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((segments[middle] as QueueSegment).firstOffset <= offset) low = middle;
      else high = middle - 1;
    }
    return segments[low] as QueueSegment;
  }
}

function settle(batch: readonly PendingMessage[], stored: boolean): void {
  for (const { message, queue, receipt } of batch) {
    queue.arrived(message, stored);
    receipt.settled(stored);
  }
}
