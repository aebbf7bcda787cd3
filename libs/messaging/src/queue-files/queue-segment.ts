import { rm } from 'node:fs/promises';
import { FileSegment } from '../log/file-segment';
import { answersPath, encodeAnswers } from './answer-format';
import type { DurableMessage } from './durable-message';
import { replaceFile } from './replace-file';

/** A stretch of a queue: a file of messages, and beside it a file that says which of them are answered. */
export class QueueSegment {
  private readonly open = new Map<number, Buffer>();
  private openSize = 0;
  /** Answered, and not yet written as such. */
  private answered: number[] = [];

  /**
   * @param messages the file of messages.
   * @param answers the file of answers, made with its first one.
   * @param path of the file of messages.
   */
  constructor(
    private messages: FileSegment,
    private answers: FileSegment,
    private readonly path: string,
  ) {}

  /** No message of it has a lower offset. */
  get firstOffset(): number {
    return this.messages.firstOffset;
  }

  /** Whether every message is answered. */
  get isDone(): boolean {
    return this.open.size === 0;
  }

  /** Bytes of the messages that are not answered. */
  get openBytes(): number {
    return this.openSize;
  }

  /** Bytes of its message file. */
  get messageBytes(): number {
    return this.messages.size;
  }

  /** Bytes of its files. */
  get size(): number {
    return this.messages.size + this.answers.size;
  }

  /** Takes a message in that the file holds already. */
  restore({ offset, record }: DurableMessage): void {
    this.open.set(offset, record);
    this.openSize += record.length;
  }

  /** Stores messages. @throws when they could not be stored; none of them is then. */
  async append(batch: readonly DurableMessage[]): Promise<void> {
    await this.messages.append(batch.map(({ record }) => record));
    for (const message of batch) this.restore(message);
  }

  /** Notes that a message is answered; written with the next `writeAnswers`. */
  answer(offset: number): void {
    const record = this.open.get(offset);
    if (record === undefined) return;
    this.open.delete(offset);
    this.openSize -= record.length;
    this.answered.push(offset);
  }

  /** Writes the answers noted since the last call. @throws when that failed; they are kept for the next call. */
  async writeAnswers(): Promise<void> {
    const offsets = this.answered;
    if (offsets.length === 0) return;
    this.answered = [];
    try {
      await this.answers.append([encodeAnswers(offsets)]);
    } catch (error) {
      this.answered = offsets.concat(this.answered);
      throw error;
    }
  }

  /** Lets go of its file of messages; nothing is appended any more. */
  sealMessages(): Promise<void> {
    return this.messages.seal();
  }

  /** Lets go of its file of answers until the next one. */
  sealAnswers(): Promise<void> {
    return this.answers.seal();
  }

  /**
   * Rewrites its file with the unanswered messages of itself and of the segment behind it, which is to be removed then.
   * A crash in between leaves messages in both files, of which a start takes the first. @throws when nothing was changed.
   */
  async rewriteWith(next: QueueSegment | null, synced: boolean): Promise<void> {
    await this.answers.seal();
    const written = [...this.open.values(), ...(next?.open.values() ?? [])];
    // Only what is answered from here on has to be told beside the new file.
    const dropped = this.answered;
    const droppedNext = next?.answered ?? [];
    this.answered = [];
    if (next !== null) next.answered = [];
    const content = Buffer.concat(written);
    try {
      await replaceFile(this.path, content, synced);
    } catch (error) {
      this.answered = dropped.concat(this.answered);
      if (next !== null) next.answered = droppedNext.concat(next.answered);
      throw error;
    }
    this.messages = new FileSegment(this.firstOffset, this.path, content.length, synced);
    if (next !== null) this.takeOver(next);
    // Answers to messages that are in no file any more do no harm, should they stay.
    await rm(answersPath(this.path), { force: true }).catch(() => undefined);
    this.answers = new FileSegment(this.firstOffset, answersPath(this.path), 0, false);
  }

  /** Deletes its files, the messages first: answers without messages do no harm, messages without answers come again. */
  async remove(): Promise<void> {
    await this.messages.seal();
    await this.answers.seal();
    await rm(this.path, { force: true });
    await rm(answersPath(this.path), { force: true });
  }

  private takeOver(next: QueueSegment): void {
    for (const [offset, record] of next.open) this.open.set(offset, record);
    for (const offset of next.answered) this.answered.push(offset);
    this.openSize += next.openSize;
    next.open.clear();
    next.openSize = 0;
    next.answered = [];
  }
}
