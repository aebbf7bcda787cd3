import { setTimeout as sleep } from 'node:timers/promises';
import { PermanentError } from '@neuraltrade/contracts';
import type { ParkedMessage, ParkedMessages, PublishOutcome } from '@neuraltrade/messaging';
import type { ParkedRequest } from './arguments';
import type { Audit } from './audit';
import { matches } from './filter';
import { marketOf } from './market';
import type { Output } from './output';

/** What is handled together: recorded, sent, confirmed, removed. */
const STEP_MESSAGES = 100;
const STEP_BYTES = 4_194_304;

/** Why a message stays parked. */
export interface Kept {
  /** Its id. */
  readonly id: string;
  /** A part of a sentence. */
  readonly why: string;
}

/** What a run has done. */
export interface Changed {
  /** How many were sent back or removed. */
  readonly done: number;
  /** How many were meant and stay. */
  readonly kept: number;
  /** Each reason for which messages stay, with their number. */
  readonly whys: ReadonlyMap<string, number>;
  /** Ids that no message has. */
  readonly missing: readonly string[];
  /** Why it ended before its end; '' when it did not. */
  readonly halted: string;
}

const WHY: Readonly<Record<Exclude<PublishOutcome, 'confirmed'>, string>> = {
  nacked: 'its queue is full',
  returned: 'its queue is gone',
  unknown: 'the broker did not confirm it in time, so that it may be in its queue as well',
};
/** Further messages would fare the same, and those behind must not overtake. */
const HALTING = new Set<string>([WHY.nacked, WHY.unknown]);

/**
 * Sends messages back, or removes them. A message is removed only after its queue has confirmed it, so that a crash leaves it
 * in one place or in both; and nothing happens to it before the audit trail has it.
 * @param stopping ends the work after the step that is under way.
 */
export async function change(
  { verb, filter, limit, rate }: ParkedRequest,
  parked: ParkedMessages,
  audit: Pick<Audit, 'add'>,
  output: Output,
  stopping: AbortSignal,
): Promise<Changed> {
  const missing = new Set(filter.ids);
  const whys = new Map<string, number>();
  let step: ParkedMessage[] = [];
  let bytes = 0;
  let chosen = 0;
  let seen = 0;
  let done = 0;
  let kept = 0;
  let halted = '';

  const finishStep = async (): Promise<void> => {
    const messages = step;
    step = [];
    bytes = 0;
    if (messages.length === 0) return;
    const pause = verb === 'replay' ? sleep((messages.length / rate) * 1_000) : Promise.resolve();
    await audit.add({ event: 'intended', messages: messages.map(factsOf) });
    const stay = verb === 'replay' ? await sendBack(parked, messages) : [];
    const staying = new Set(stay.map(({ message }) => message));
    const gone = messages.filter((message) => !staying.has(message));
    for (const message of gone) parked.take(message);
    done += gone.length;
    kept += stay.length;
    for (const { why } of stay) whys.set(why, (whys.get(why) ?? 0) + 1);
    halted = stay.find(({ why }) => HALTING.has(why))?.why ?? '';
    await audit.add({
      event: 'done',
      ids: gone.map(({ id }) => id),
      kept: stay.map(({ message: { id }, why }) => ({ id, why })),
    });
    if (stopping.aborted) halted ||= 'it was interrupted';
    if (halted === '') await pause;
  };

  for await (const message of parked.messages()) {
    output.progress(`${++seen} of ${parked.count} parked messages were looked at, ${done} are done.`);
    if (!matches(filter, message, marketOf(message))) continue;
    missing.delete(message.id);
    step.push(message);
    bytes += message.body.length;
    chosen += 1;
    if (step.length >= STEP_MESSAGES || bytes >= STEP_BYTES || chosen >= limit) await finishStep();
    if (halted !== '' || chosen >= limit) break;
  }
  if (halted === '') await finishStep();
  return { done, kept, whys, missing: halted === '' && chosen < limit ? [...missing] : [], halted };
}

async function sendBack(
  parked: ParkedMessages,
  messages: readonly ParkedMessage[],
): Promise<{ readonly message: ParkedMessage; readonly why: string }[]> {
  const outcomes = await Promise.all(
    messages.map(async (message) => ({ message, why: await whyNotSent(parked, message) })),
  );
  return outcomes.flatMap(({ message, why }) => (why === null ? [] : [{ message, why }]));
}

async function whyNotSent(parked: ParkedMessages, message: ParkedMessage): Promise<string | null> {
  try {
    const outcome = await parked.replay(message);
    return outcome === 'confirmed' ? null : WHY[outcome];
  } catch (error) {
    if (error instanceof PermanentError) return error.message.replace(/\.$/, '');
    throw error;
  }
}

function factsOf({ id, reason, queue, messageId, replays }: ParkedMessage) {
  return { id, reason, queue, messageId, replays };
}
