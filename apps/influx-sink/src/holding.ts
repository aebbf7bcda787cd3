import type { BatchKind } from '@neuraltrade/contracts';
import { type Received, recordCount } from './received';

/** When a batch is full. */
export interface BatchLimits {
  /** Records that make it full. */
  readonly records: number;
  /** Messages that make it full, however few records they hold. */
  readonly messages: number;
}

/** Messages that wait to be written, in queue order. What bounds them is the queue's window of unanswered messages. */
export class Holding<K extends BatchKind> {
  readonly #limits: BatchLimits;
  #messages: Received<K>[] = [];
  #records = 0;

  /** @param limits both at least 1. */
  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  /** Records held. */
  get records(): number {
    return this.#records;
  }

  /** Everything held, records that cannot be used included. */
  get count(): number {
    return this.#messages.reduce((sum, message) => sum + recordCount(message), 0);
  }

  /** Whether nothing is held. */
  get empty(): boolean {
    return this.#messages.length === 0;
  }

  /** Whether a full batch is held. */
  get full(): boolean {
    return this.#records >= this.#limits.records || this.#messages.length >= this.#limits.messages;
  }

  /** Puts a message behind the others. */
  add(message: Received<K>): void {
    this.#messages.push(message);
    this.#records += message.records.length;
  }

  /** Takes the oldest messages, whole ones, up to the batch's size in records; at least one when any is held. */
  take(): Received<K>[] {
    let count = 0;
    let records = 0;
    for (const message of this.#messages) {
      if (count > 0 && records + message.records.length > this.#limits.records) break;
      count += 1;
      records += message.records.length;
    }
    this.#records -= records;
    return this.#messages.splice(0, count);
  }
}
