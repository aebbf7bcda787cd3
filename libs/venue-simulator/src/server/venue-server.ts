import { createServer, STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { RawData, WebSocket } from 'ws';
import { RestFaults, faultyAnswer } from '../faults/rest-faults';
import { SubscriptionFaults } from '../faults/subscription-faults';
import { RetryPatience } from '../faults/retry-patience';
import { Connection } from './connection';
import type { TurnClock } from './connection';
import type { RestAnswer, RestRequest, Session, SimulatedVenue } from './simulated-venue';
import { ViolationTally } from './violations';

/** Largest message that a client may send; a larger one ends its connection with close code 1009. */
export const MAX_CLIENT_MESSAGE_BYTES = 64 * 1024;
const MAX_CONNECTIONS = 1_024;

/** The sockets of one venue on one port: WebSocket and REST. */
export class VenueServer {
  /** Faults of the REST interface. */
  readonly restFaults = new RestFaults();
  /** Faults of subscribe requests. */
  readonly subscriptionFaults = new SubscriptionFaults();
  /** Limits that clients broke. */
  readonly violations = new ViolationTally();
  readonly #venue: SimulatedVenue;
  readonly #clock: TurnClock;
  readonly #maxBufferedBytes: number;
  readonly #patience: RetryPatience;
  readonly #http: Server;
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_CLIENT_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  readonly #sessions = new Map<Connection, Session>();
  #connections = 0;
  #slowClientsCut = 0;

  /**
   * @param maxBufferedBytes a client that has this much untaken at the start of a turn is cut.
   */
  constructor(venue: SimulatedVenue, clock: TurnClock, maxBufferedBytes: number) {
    this.#patience = new RetryPatience(venue.bansImpatient);
    this.#venue = venue;
    this.#clock = clock;
    this.#maxBufferedBytes = maxBufferedBytes;
    this.#http = createServer((request, response) => this.#onRequest(request, response));
    this.#http.maxConnections = MAX_CONNECTIONS;
    this.#http.on('upgrade', (request, socket, head) => this.#onUpgrade(request, socket, head));
  }

  /** Clients cut because they did not read, since the start. */
  get slowClientsCut(): number {
    return this.#slowClientsCut;
  }

  /** Clients connected now. */
  get clients(): number {
    return this.#sessions.size;
  }

  /** Binds a free port of `host` and returns it. @throws Error when the host cannot be bound. */
  listen(host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(0, host, () => {
        this.#http.off('error', reject);
        resolve((this.#http.address() as AddressInfo).port);
      });
    });
  }

  /** Starts a turn: cuts clients that do not read, and holds the others' frames until {@link endTurn}. */
  beginTurn(): void {
    const { nowMs } = this.#clock;
    for (const connection of this.#sessions.keys()) {
      connection.wake();
      if (connection.cutAtMs <= nowMs) {
        this.#sessions.delete(connection);
        connection.cut();
      } else if (connection.bufferedBytes > this.#maxBufferedBytes) {
        this.#slowClientsCut++;
        this.#sessions.delete(connection);
        connection.cut();
      } else {
        connection.hold();
      }
    }
  }

  /** Ends a turn: does what is due by the clock and sends all that was held. */
  endTurn(): void {
    this.#venue.turn(this.#clock.nowMs);
    for (const [connection, session] of this.#sessions) {
      session.turn(this.#clock.nowMs);
      connection.release();
    }
  }

  /**
   * Tells every present client that the venue will shut down, and cuts them at `cutAtMs` (ms UTC).
   * @returns how many were told. @throws Error when the venue makes no such announcements.
   */
  announceShutdown(cutAtMs: number): number {
    let told = 0;
    for (const [connection, session] of this.#sessions) {
      if (session.announceShutdown?.() !== true) continue;
      connection.cutAtMs = cutAtMs;
      told++;
    }
    return told;
  }

  /** Cuts every client, as a network failure would. */
  cutClients(): void {
    for (const connection of this.#sessions.keys()) connection.cut();
  }

  /** Sends a frame to every client. @returns how many sockets took it. */
  sendToAll(frame: string): number {
    let reached = 0;
    for (const connection of this.#sessions.keys()) if (connection.send(frame)) reached++;
    return reached;
  }

  /** A fault: sends nothing to the present clients for a while. @returns how many they are. */
  silence(forMs: number, reads: boolean): number {
    for (const connection of this.#sessions.keys()) connection.silence(forMs, reads);
    return this.#sessions.size;
  }

  /** Cuts every client and frees the port. */
  async stop(): Promise<void> {
    this.cutClients();
    this.#webSockets.close();
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    this.#http.closeAllConnections();
    await closed;
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const url = parseUrl(request.url);
    if (url === null || !this.#venue.acceptsPath(url)) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    if (!this.#venue.connects.allows(this.#clock.nowMs)) {
      this.violations.note('connect-rate');
      const reason = STATUS_CODES[this.#venue.connects.refusal];
      socket.end(
        `HTTP/1.1 ${this.#venue.connects.refusal} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) =>
      this.#onOpen(webSocket, socket, url),
    );
  }

  #onOpen(webSocket: WebSocket, socket: Duplex, url: URL): void {
    const connection = new Connection(
      ++this.#connections,
      webSocket,
      socket,
      this.#clock,
      this.violations.note,
    );
    // A faulty or oversized frame is answered by ws with a close frame; the close event follows.
    webSocket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') this.violations.note('message-size');
    });
    const session = this.#venue.open(connection, url);
    this.#sessions.set(connection, session);
    webSocket.on('message', (data, isBinary) =>
      this.subscriptionFaults.pass(isBinary ? null : textOf(data), connection, session, this.#clock.nowMs),
    );
    webSocket.on('ping', () => session.onPing());
    webSocket.on('pong', (payload) => session.onPong(payload.toString()));
    webSocket.on('close', () => {
      this.#sessions.delete(connection);
      session.onClose();
    });
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const { nowMs } = this.#clock;
    const patience = this.#patience.hears(nowMs);
    if (patience === 'too-early') this.violations.note('ignored-retry-after');
    if (patience === 'banned') {
      const leftMs = this.#patience.bannedUntilMs - nowMs;
      this.#reply(response, banned(leftMs), false);
      return;
    }
    const fault = this.restFaults.at(nowMs);
    if (fault === null) {
      this.#reply(response, this.#answer(request), false);
      return;
    }
    this.restFaults.befell(request.url ?? '');
    const instead = faultyAnswer(fault);
    const waitS = Number(fault.retryAfter);
    if (instead !== null && waitS > 0) this.#patience.told(nowMs, waitS * 1_000);
    // The wall clock counts here: a client waits by it. Nobody waits for the answer to a client that is gone.
    setTimeout(() => {
      this.#reply(response, instead ?? this.#answer(request), fault.truncated === true);
    }, fault.delayMs ?? 0).unref();
  }

  #answer(request: IncomingMessage): RestAnswer {
    const url = parseUrl(request.url);
    if (url === null) return { status: 400, body: {} };
    const asked: RestRequest = {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
    };
    return this.#venue.answer(asked);
  }

  #reply(response: ServerResponse, answer: RestAnswer, truncated: boolean): void {
    if (answer.violation !== undefined) this.violations.note(answer.violation);
    if (response.destroyed) return;
    const body = Buffer.from(JSON.stringify(answer.body));
    response.writeHead(answer.status, {
      ...answer.headers,
      'content-type': 'application/json; charset=utf-8',
      'content-length': body.length,
    });
    if (!truncated) response.end(body);
    else response.write(body.subarray(0, body.length >> 1), () => response.destroy());
  }
}

function banned(leftMs: number): RestAnswer {
  return {
    status: 418,
    headers: { 'retry-after': String(Math.max(1, Math.ceil(leftMs / 1000))) },
    body: { message: 'Banned for asking while told to wait' },
    violation: 'rest-banned',
  };
}

function parseUrl(target: string | undefined): URL | null {
  try {
    return new URL(`http://venue${target ?? '/'}`);
  } catch {
    return null;
  }
}

function textOf(data: RawData): string {
  if (Buffer.isBuffer(data)) return data.toString();
  return Array.isArray(data) ? Buffer.concat(data).toString() : Buffer.from(data).toString();
}
