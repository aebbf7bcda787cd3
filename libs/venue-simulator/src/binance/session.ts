import { asTexts, parseObject } from '../server/client-json';
import type { JsonObject } from '../server/client-json';
import type { Connection, TurnClock } from '../server/connection';
import { MessageRate } from '../server/message-rate';
import type { Session } from '../server/simulated-venue';
import { errorFrame, resultFrame, shutdownFrame } from './frames';
import type { FrameForm, RequestId } from './frames';
import type { StreamDirectory } from './streams';

const PING_INTERVAL_MS = 20_000;
const PONG_LIMIT_MS = 60_000;
const LIFETIME_MS = 24 * 3_600_000;
const MESSAGES_PER_SECOND = 5;
/** Most streams of one connection. */
export const MAX_STREAMS = 1_024;

const METHODS = ['SUBSCRIBE', 'UNSUBSCRIBE', 'LIST_SUBSCRIPTIONS', 'SET_PROPERTY', 'GET_PROPERTY'];

/** One connection to the Binance market streams. */
export class BinanceSession implements Session {
  /** How this connection wants its frames. */
  form: FrameForm;
  readonly #connection: Connection;
  readonly #clock: TurnClock;
  readonly #directory: StreamDirectory;
  readonly #streams = new Set<string>();
  readonly #rate = new MessageRate(MESSAGES_PER_SECOND, 1_000);
  readonly #openedMs: number;
  /** Payload and time of the pings that no pong has answered, oldest first. */
  readonly #pings = new Map<string, number>();
  #lastPingMs: number;

  constructor(connection: Connection, clock: TurnClock, directory: StreamDirectory, form: FrameForm) {
    this.#connection = connection;
    this.#clock = clock;
    this.#directory = directory;
    this.form = form;
    this.#openedMs = clock.nowMs;
    this.#lastPingMs = clock.nowMs;
  }

  /** Sends a market frame. False when the socket is not open. */
  send(frame: Buffer): boolean {
    return this.#connection.send(frame);
  }

  /** Adds streams; false, and none added, when they would be too many. Unknown names are kept and stay silent. */
  subscribe(streams: readonly string[]): boolean {
    const wanted = new Set([...this.#streams, ...streams]);
    if (wanted.size > MAX_STREAMS) return false;
    for (const stream of streams) {
      this.#streams.add(stream);
      this.#directory.join(stream, this);
    }
    return true;
  }

  /** Refuses a subscribe request. */
  refuse(text: string): void {
    const id = requestId(parseObject(text)?.['id']);
    this.#reply(errorFrame(2, 'Invalid request: refused', id === false ? null : id));
  }

  /** Answers a request. */
  onMessage(text: string | null): void {
    if (!this.#countMessage()) return;
    const message = text === null ? null : parseObject(text);
    if (message === null) {
      this.#reply(errorFrame(3, 'Invalid JSON: expected value at line 1 column 1', undefined));
      return;
    }
    const id = requestId(message['id']);
    if (id === false) {
      const fault =
        'Invalid request: request ID must be an integer, a string of at most 36 characters or null';
      this.#reply(errorFrame(2, fault, undefined));
      return;
    }
    this.#reply(this.#answer(message, id));
  }

  /** Pings count as messages. */
  onPing(): void {
    this.#countMessage();
  }

  /** Pongs count as messages, and answer the venue's pings. */
  onPong(payload: string): void {
    if (!this.#countMessage() || !this.#pings.has(payload)) return;
    // A pong answers its ping and every earlier one; an unsolicited pong answers none.
    for (const sent of this.#pings.keys()) {
      this.#pings.delete(sent);
      if (sent === payload) return;
    }
  }

  /** Announces the shutdown of this server. */
  announceShutdown(): boolean {
    return this.#connection.send(shutdownFrame(this.#clock.shownMs, this.form));
  }

  /** Pings, and keeps the limits of pongs and lifetime. */
  turn(nowMs: number): void {
    if (nowMs - this.#openedMs >= LIFETIME_MS) {
      this.#connection.close(1001, 'connections live for 24 hours');
      return;
    }
    // A ping that could not be answered, because nothing of the client's was read, is held against nobody.
    if (!this.#connection.reads) this.#pings.clear();
    const [oldest] = this.#pings.values();
    if (oldest !== undefined && nowMs - oldest > PONG_LIMIT_MS) {
      this.#connection.closeFor('pong-timeout', 1008, 'Pong timeout');
      return;
    }
    if (nowMs - this.#lastPingMs >= PING_INTERVAL_MS) {
      this.#lastPingMs = nowMs;
      if (this.#connection.ping(String(nowMs))) this.#pings.set(String(nowMs), nowMs);
    }
  }

  /** Ends every subscription. */
  onClose(): void {
    this.#directory.leaveAll(this);
  }

  #countMessage(): boolean {
    if (this.#rate.allows(this.#clock.nowMs)) return true;
    this.#connection.closeFor('message-rate', 1008, 'Too many requests');
    return false;
  }

  #reply(frame: string): void {
    this.#connection.send(frame);
  }

  #answer(message: JsonObject, id: RequestId): string {
    switch (message['method']) {
      case 'SUBSCRIBE':
      case 'UNSUBSCRIBE':
        return this.#changeStreams(message['method'], message['params'], id);
      case 'LIST_SUBSCRIPTIONS':
        return resultFrame([...this.#streams], id);
      case 'SET_PROPERTY':
      case 'GET_PROPERTY':
        return this.#property(message['method'], message['params'], id);
      default: {
        const name = typeof message['method'] === 'string' ? message['method'] : '';
        const known = METHODS.map((method) => `\`${method}\``).join(', ');
        return errorFrame(2, `Invalid request: unknown variant \`${name}\`, expected one of ${known}`, id);
      }
    }
  }

  #changeStreams(method: 'SUBSCRIBE' | 'UNSUBSCRIBE', params: unknown, id: RequestId): string {
    const streams = asTexts(params);
    if (streams === null) return errorFrame(2, 'Invalid request: params must be a list of stream names', id);
    if (method === 'SUBSCRIBE') {
      if (this.subscribe(streams)) return resultFrame(null, id);
      this.#connection.noteViolation('too-many-streams');
      return errorFrame(4, 'Too many subscriptions', id);
    }
    for (const stream of streams) {
      this.#streams.delete(stream);
      this.#directory.leave(stream, this);
    }
    return resultFrame(null, id);
  }

  #property(method: 'SET_PROPERTY' | 'GET_PROPERTY', params: unknown, id: RequestId): string {
    const [name, value] = Array.isArray(params) ? (params as unknown[]) : [];
    if (typeof name !== 'string') return errorFrame(2, 'Invalid request: property name must be a string', id);
    if (name !== 'combined') return errorFrame(0, 'Unknown property', id);
    if (method === 'GET_PROPERTY') return resultFrame(this.form.combined, id);
    if (typeof value !== 'boolean') return errorFrame(1, 'Invalid value type: expected Boolean', id);
    this.form = { ...this.form, combined: value };
    return resultFrame(null, id);
  }
}

function requestId(id: unknown): RequestId | false {
  if (id === undefined || id === null || Number.isSafeInteger(id)) return id as number | null | undefined;
  return typeof id === 'string' && id.length <= 36 ? id : false;
}
