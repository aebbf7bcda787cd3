import { asTexts, parseObject } from '../server/client-json';
import type { Connection, TurnClock } from '../server/connection';
import type { Session } from '../server/simulated-venue';
import { answerFrame, bookFrame, connectionId } from './frames';
import type { TopicDirectory } from './topics';

const IDLE_LIMIT_MS = 600_000;
/** Most topics of one request. */
export const MAX_ARGS_PER_REQUEST = 10;
/** Most characters of all topics of one connection. */
export const MAX_ARGS_CHARACTERS = 21_000;

/** One connection to Bybit's public spot stream. */
export class BybitSession implements Session {
  readonly #connection: Connection;
  readonly #clock: TurnClock;
  readonly #directory: TopicDirectory;
  readonly #id: string;
  readonly #topics = new Set<string>();
  #characters = 0;
  #heardMs: number;

  constructor(connection: Connection, clock: TurnClock, directory: TopicDirectory) {
    this.#connection = connection;
    this.#clock = clock;
    this.#directory = directory;
    this.#id = connectionId(connection.number);
    this.#heardMs = clock.nowMs;
  }

  /** Sends a market frame. False when the socket is not open. */
  send(frame: Buffer): boolean {
    return this.#connection.send(frame);
  }

  /** Refuses a subscribe request, for the first of its topics. */
  refuse(text: string): void {
    this.#heardMs = this.#clock.nowMs;
    this.#refuse(`Invalid symbol :[${asTexts(parseObject(text)?.['args'])?.[0] ?? ''}]`, 'subscribe');
  }

  /** Answers a request. */
  onMessage(text: string | null): void {
    this.#heardMs = this.#clock.nowMs;
    const message = text === null ? null : parseObject(text);
    const op = message?.['op'];
    if (message === null || typeof op !== 'string') {
      this.#refuse('Invalid request: not a JSON object with an op', '');
      return;
    }
    const id = message['req_id'];
    const requestId = typeof id === 'string' ? id : undefined;
    if (op === 'ping') this.#accept('pong', op, requestId);
    else if (op === 'subscribe' || op === 'unsubscribe') this.#change(op, message['args'], requestId);
    else this.#refuse(`Invalid op :[${op}]`, op);
  }

  /** Notes a sign of life. */
  onPing(): void {
    this.#heardMs = this.#clock.nowMs;
  }

  /** Notes a sign of life. */
  onPong(): void {
    this.#heardMs = this.#clock.nowMs;
  }

  /** Keeps the time limits. */
  turn(nowMs: number): void {
    if (nowMs - Math.max(this.#heardMs, this.#connection.lastSentMs) >= IDLE_LIMIT_MS)
      this.#connection.cutFor('idle');
  }

  /** Ends every subscription. */
  onClose(): void {
    this.#directory.leaveAll(this);
  }

  #accept(message: string, op: string, requestId: string | undefined): void {
    this.#connection.send(answerFrame(true, message, this.#id, op, requestId));
  }

  /** Refusals carry no request id: the client has to read the topic out of the text. */
  #refuse(message: string, op: string): void {
    this.#connection.send(answerFrame(false, message, this.#id, op));
  }

  #change(op: 'subscribe' | 'unsubscribe', args: unknown, requestId: string | undefined): void {
    const names = asTexts(args);
    if (names === null || names.length === 0)
      this.#refuse('Invalid request: args must be a list of topics', op);
    else if (names.length > MAX_ARGS_PER_REQUEST) {
      this.#connection.noteViolation('request-size');
      this.#refuse('args size >10', op);
    } else if (op === 'subscribe') this.#subscribe(names, requestId);
    else this.#unsubscribe(names, requestId);
  }

  /** All topics of a request or none: one that cannot be subscribed refuses the whole. */
  #subscribe(names: readonly string[], requestId: string | undefined): void {
    for (const name of names) {
      const fault = this.#directory.fault(name);
      if (fault !== null) return this.#refuse(fault, 'subscribe');
      if (this.#topics.has(name)) return this.#refuse(`error:already subscribed,topic:${name}`, 'subscribe');
    }
    const characters = names.reduce((sum, name) => sum + name.length, this.#characters);
    if (characters > MAX_ARGS_CHARACTERS) {
      this.#connection.noteViolation('too-many-streams');
      return this.#refuse('args characters >21000', 'subscribe');
    }
    this.#characters = characters;
    this.#accept('subscribe', 'subscribe', requestId);
    for (const name of names) {
      const topic = this.#directory.topic(name);
      this.#topics.add(name);
      topic?.audience.add(topic.instrument, this);
      if (topic?.book) this.#connection.send(bookFrame(topic.instrument, this.#clock.shownMs));
    }
  }

  #unsubscribe(names: readonly string[], requestId: string | undefined): void {
    for (const name of names) {
      const topic = this.#directory.topic(name);
      if (this.#topics.delete(name)) this.#characters -= name.length;
      topic?.audience.remove(topic.instrument, this);
    }
    this.#accept('unsubscribe', 'unsubscribe', requestId);
  }
}
