import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FileSegment, segmentOffset, segmentPath, syncDirectory } from '../log/file-segment';
import type { ReadRecord } from '../log/record-format';
import { repairSegment } from '../log/segment-repair';
import { answersPath, decodeAnswers } from './answer-format';
import { restoredMessage, type DurableMessage, type MessageEnvelope } from './durable-message';
import { QueueSegment } from './queue-segment';
import { UNFINISHED_SUFFIX } from './replace-file';

/** What a queue's directory holds. */
export interface QueueDirectory {
  /** Oldest first; at least one. */
  readonly segments: QueueSegment[];
  /** What is not answered, in the queue's order. */
  readonly messages: readonly DurableMessage[];
  /** Above every offset that the queue has ever stored. */
  readonly nextOffset: number;
}

/** Makes the files of a new segment. */
export async function createQueueSegment(
  directory: string,
  firstOffset: number,
  synced: boolean,
): Promise<QueueSegment> {
  return queueSegment(directory, await FileSegment.create(directory, firstOffset, synced), 0);
}

/**
 * Opens the directory of one queue, making it when there is none, and reads every unanswered message into memory. What
 * stands behind the last whole record of a file is cut off.
 */
export async function openQueueDirectory(
  directory: string,
  nextOffset: number,
  synced: boolean,
  onRepair: (sentence: string) => void,
): Promise<QueueDirectory> {
  await mkdir(directory, { recursive: true });
  if (synced) await syncDirectory(dirname(directory));
  const files = await readdir(directory);
  for (const file of files)
    if (file.endsWith(UNFINISHED_SUFFIX)) await rm(join(directory, file), { force: true });
  const offsets = files
    .map(segmentOffset)
    .filter((offset) => offset !== null)
    .sort((a, b) => a - b);
  if (offsets.length === 0) {
    return {
      segments: [await createQueueSegment(directory, nextOffset, synced)],
      messages: [],
      nextOffset,
    };
  }
  const messages: DurableMessage[] = [];
  const segments: QueueSegment[] = [];
  let next = 0;
  for (const first of offsets) {
    const path = segmentPath(directory, first);
    if (first < next) {
      // Its messages were rewritten into the file in front, and it was not removed yet.
      await rm(path);
      await rm(answersPath(path), { force: true });
      continue;
    }
    const answered = new Set<number>();
    const answerBytes = await readAnswers(answersPath(path), answered, onRepair);
    const unanswered: DurableMessage[] = [];
    const onRecord = (record: ReadRecord<MessageEnvelope>['record'], bytes: Buffer): void => {
      next = record.offset + 1;
      if (!answered.has(record.offset)) unanswered.push(restoredMessage(record, bytes));
    };
    const size = await repairSegment(path, onRecord, onRepair);
    next = Math.max(next, first);
    const segment = queueSegment(directory, new FileSegment(first, path, size, synced), answerBytes);
    for (const message of unanswered) {
      segment.restore(message);
      messages.push(message);
    }
    segments.push(segment);
  }
  return { segments, messages, nextOffset: next };
}

function queueSegment(directory: string, messages: FileSegment, answerBytes: number): QueueSegment {
  const { firstOffset } = messages;
  const path = segmentPath(directory, firstOffset);
  const answers = new FileSegment(firstOffset, answersPath(path), answerBytes, false);
  return new QueueSegment(messages, answers, path);
}

async function readAnswers(
  path: string,
  answered: Set<number>,
  onRepair: (sentence: string) => void,
): Promise<number> {
  const onRecord = ({ body }: { body: Buffer }) => decodeAnswers(body, (offset) => answered.add(offset));
  try {
    return await repairSegment(path, onRecord, onRepair);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
