import type { Timers } from '../timers';
import type { Connection, Transport, TransportHandlers } from '../transport';

/** A transport whose peer is the test: it opens, sends and closes when the test says so. */
export class ScriptedTransport implements Transport {
  /** Every connection that was dialled, oldest first. */
  readonly connections: ScriptedConnection[] = [];
  readonly #timers: Timers;

  /** @param timers the clock that stamps frames. */
  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** The connection dialled last. */
  get latest(): ScriptedConnection {
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error('Nothing was dialled.');
    return connection;
  }

  /** Counts the dialling; nothing happens until the test says so. */
  connect(url: string, handlers: TransportHandlers): Connection {
    const connection = new ScriptedConnection(url, handlers, this.#timers);
    this.connections.push(connection);
    return connection;
  }
}

/** The test's end of one connection. */
export class ScriptedConnection implements Connection {
  /** Frames that the client sent. */
  readonly sent: string[] = [];
  /** Tokens of the pings that the client sent. */
  readonly pings: string[] = [];
  /** How the client ended it; null while it did not. */
  ended: 'closed' | 'terminated' | null = null;
  /** Whether the client stopped reading. */
  paused = false;
  readonly url: string;
  /** When it was dialled, ms UTC. */
  readonly dialledAt: number;
  readonly #handlers: TransportHandlers;
  readonly #timers: Timers;

  constructor(url: string, handlers: TransportHandlers, timers: Timers) {
    this.url = url;
    this.#handlers = handlers;
    this.#timers = timers;
    this.dialledAt = timers.now();
  }

  /** Completes the handshake. */
  opens(): this {
    this.#handlers.onOpen();
    return this;
  }

  /** Sends frames to the client. */
  says(...frames: object[]): void {
    for (const frame of frames) {
      if (this.ended === null) this.#handlers.onFrame(JSON.stringify(frame), this.#timers.now());
    }
  }

  /** Answers a ping of the client. */
  pongs(token: string): void {
    if (this.ended === null) this.#handlers.onPong(this.#timers.now(), token);
  }

  /** Cuts the connection, or refuses it. */
  cuts(reason = 'closed with code 1006'): void {
    if (this.ended === null) this.#handlers.onClose(reason);
  }

  /** Keeps what the client sends. */
  send(text: string): void {
    this.sent.push(text);
  }

  /** Keeps the token. */
  ping(token: string): void {
    this.pings.push(token);
  }

  /** Notes the pause. */
  pause(): void {
    this.paused = true;
  }

  /** Notes the end of the pause. */
  resume(): void {
    this.paused = false;
  }

  /** Notes the polite end. */
  close(): void {
    this.ended = 'closed';
  }

  /** Notes the hard end. */
  terminate(): void {
    this.ended = 'terminated';
  }
}
