import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { RawData, WebSocket } from 'ws';
import { RestFaults, faultyAnswer } from '../faults/rest-faults';
import { SubscriptionFaults } from '../faults/subscription-faults';
import type { FaultRecord } from '../faults/venue-faults';
import { Connection } from './connection';
import type { TurnClock } from './connection';
import type { RestAnswer, Session, SimulatedVenue } from './simulated-venue';

/** Largest message that a client may send; a larger one ends its connection with close code 1009. */
export const MAX_CLIENT_MESSAGE_BYTES = 64 * 1024;
const MAX_CONNECTIONS = 1_024;

/** Takes what a fault did, apart from where and when. */
export type FaultNote = (fault: Omit<FaultRecord, 'exchange' | 'at'>) => void;

/** The sockets of one venue on one port: WebSocket and REST. */
export class VenueServer {
  /** Faults of the REST interface. */
  readonly restFaults = new RestFaults();
  /** Faults of subscribe requests. */
  readonly subscriptionFaults: SubscriptionFaults;
  readonly #venue: SimulatedVenue;
  readonly #clock: TurnClock;
  readonly #maxBufferedBytes: number;
  readonly #note: FaultNote;
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
   * @param note is told of each fault that befell one request.
   */
  constructor(venue: SimulatedVenue, clock: TurnClock, maxBufferedBytes: number, note: FaultNote) {
    this.#note = note;
    this.subscriptionFaults = new SubscriptionFaults((fault) => note({ fault, clients: 1 }));
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
    for (const connection of this.#sessions.keys()) {
      connection.wake();
      if (connection.bufferedBytes > this.#maxBufferedBytes) {
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
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) =>
      this.#onOpen(webSocket, socket, url),
    );
  }

  #onOpen(webSocket: WebSocket, socket: Duplex, url: URL): void {
    const connection = new Connection(++this.#connections, webSocket, socket, this.#clock);
    // A faulty or oversized frame is answered by ws with a close frame; the close event follows.
    webSocket.on('error', () => undefined);
    const session = this.#venue.open(connection, url);
    this.#sessions.set(connection, session);
    webSocket.on('message', (data, isBinary) =>
      this.subscriptionFaults.pass(isBinary ? null : textOf(data), connection, session),
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
    const fault = this.restFaults.at(this.#clock.nowMs);
    if (fault === null) {
      this.#reply(request, response, null);
      return;
    }
    this.#note({ fault: `rest-${fault.status ?? 'slow'}`, path: request.url ?? '' });
    const answer = faultyAnswer(fault);
    // The wall clock counts here: a client waits by it. Nobody waits for the answer to a client that is gone.
    setTimeout(() => this.#reply(request, response, answer), fault.delayMs ?? 0).unref();
  }

  #reply(request: IncomingMessage, response: ServerResponse, instead: RestAnswer | null): void {
    if (response.destroyed) return;
    const url = parseUrl(request.url);
    const method = request.method ?? 'GET';
    const answer: RestAnswer =
      instead ??
      (url === null
        ? { status: 400, body: {} }
        : this.#venue.answer({
            method,
            path: url.pathname,
            query: url.searchParams,
            headers: request.headers,
          }));
    const body = JSON.stringify(answer.body);
    response.writeHead(answer.status, {
      ...answer.headers,
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  }
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
