import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import {
  type Channel,
  CLOSE_CODES,
  type DashboardMode,
  type ErrorMessage,
  type Resume,
  type ServerMessage,
} from '../page/protocol';
import type { Access } from './access';
import { Client } from './client';
import { type ClientRequest, parseClientMessage } from './client-message';
import type { ClientLimits } from './config';
import type { FanOut } from './fan-out';
import type { MarketView } from './market-view';
import { channelKey, type Topics } from './topics/topics';

const CLOSE_TIMEOUT_MS = 1_000;

/** What the socket server works with. */
export interface SocketServerDeps {
  /** Whose upgrades it takes. */
  readonly server: Server;
  /** Who may connect. */
  readonly access: Access;
  /** Bounds per client. */
  readonly limits: ClientLimits;
  /** Told to every client first. */
  readonly mode: DashboardMode;
  /** What is known. */
  readonly view: MarketView;
  /** What can be followed. */
  readonly topics: Topics;
  /** Tells clients what changes. */
  readonly fanOut: FanOut;
  /** Our clock, ms UTC. */
  readonly now: () => number;
}

/** The WebSocket endpoint /ws: who may connect, what a client may say, and the timers of all clients. */
export class SocketServer {
  private readonly session = randomUUID();
  private readonly sockets: WebSocketServer;
  private readonly timers: NodeJS.Timeout[];

  /** @param deps what it works with. */
  constructor(private readonly deps: SocketServerDeps) {
    const { server, access, limits, fanOut, topics, now, view } = deps;
    const options: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // Answered within the budget: whoever pings without reading would make us hold its pongs.
      autoPong: false,
      maxPayload: limits.maxMessageBytes,
      maxFragments: 16,
      maxBufferedChunks: 256,
      // Known to ws, not yet to its types: a client that does not answer a close is dropped after this time.
      closeTimeout: CLOSE_TIMEOUT_MS,
    };
    this.sockets = new WebSocketServer(options);
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.upgrade(request, socket, head),
    );
    const eachSecond = (): void => {
      view.pipeline.endSecond();
      topics.endSecond();
    };
    const checkAll = (): void => {
      if (access.renew()) for (const client of [...fanOut.clients]) refuseClient(client);
      for (const client of fanOut.clients) client.ping();
    };
    this.timers = [
      setInterval(() => fanOut.flush(now()), limits.flushIntervalMs),
      setInterval(eachSecond, 1_000),
      setInterval(checkAll, limits.pingIntervalMs),
    ];
  }

  /** Ends the timers and closes every connection. */
  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.deps.fanOut.closeAll();
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { access, fanOut, limits } = this.deps;
    // Without a listener a reset of the half-open connection would end the process.
    socket.on('error', () => socket.destroy());
    const path = request.url?.split('?', 1)[0];
    if (path !== '/ws') return refuseUpgrade(socket, '404 Not Found');
    if (!access.hostAllowed(request) || !access.originAllowed(request))
      return refuseUpgrade(socket, '403 Forbidden');
    if (request.headers.authorization !== undefined && !access.requestAuthorized(request))
      return refuseUpgrade(socket, '401 Unauthorized');
    if (fanOut.clients.size >= limits.maxClients) return refuseUpgrade(socket, '503 Service Unavailable');
    this.sockets.handleUpgrade(request, socket, head, (opened) => this.welcome(opened, socket, request));
  }

  private welcome(socket: WebSocket, transport: Duplex, request: IncomingMessage): void {
    const { access, fanOut, limits, mode, now } = this.deps;
    const client = new Client(socket, transport, limits, now());
    client.authorized = access.requestAuthorized(request);
    fanOut.add(client);
    const deadline = client.authorized
      ? undefined
      : setTimeout(() => client.authorized || refuseClient(client), limits.authDeadlineMs);
    socket.on('pong', () => {
      if (client.mayTalk(now())) client.alive = true;
    });
    socket.on('ping', (data: Buffer) => {
      if (client.mayTalk(now())) socket.pong(data);
    });
    // Faults of a connection (a message too big, a reset) close it; ws has chosen the code already.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(deadline);
      fanOut.remove(client);
    });
    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (!client.mayTalk(now())) return;
      if (isBinary) return client.cut(1003, 'texts only');
      this.obey(client, parseClientMessage(textOf(data)));
    });
    const { session } = this;
    client.send(frameOf({ type: 'hello', version: 2, session, mode, authRequired: !client.authorized }));
  }

  private obey(client: Client, request: ClientRequest | null): void {
    const { access, fanOut } = this.deps;
    if (request?.op === 'auth') {
      client.authorized ||= access.tokenMatches(request.token);
      if (!client.authorized) refuseClient(client);
      return;
    }
    if (!client.authorized) return client.cut(CLOSE_CODES.unauthorized, 'the token comes first');
    if (request === null)
      return refuse(client, {
        code: 'malformed',
        message: 'That is no message of this protocol: op is auth, subscribe or unsubscribe.',
      });
    if (request.op === 'unsubscribe') return fanOut.unfollow(client, request.channel);
    this.follow(client, request.channel, request.resume);
  }

  private follow(client: Client, channel: Channel, resume: Resume | undefined): void {
    const { view, fanOut, limits, now } = this.deps;
    const names = 'symbol' in channel || 'exchange' in channel ? channel : null;
    if (names !== null && !view.knows(names))
      return refuse(client, {
        code: 'unknown-symbol',
        message: `Nothing is known of ${[names.symbol, names.exchange].filter((name) => name !== undefined).join(' on ')}.`,
        about: channel,
      });
    if (client.subscriptionCount >= limits.maxSubscriptions && !client.follows(channelKey(channel)))
      return refuse(client, {
        code: 'too-many-subscriptions',
        message: `At most ${limits.maxSubscriptions} channels: unsubscribe one first.`,
        about: channel,
      });
    fanOut.follow(client, channel, resume?.session === this.session ? resume.seq : null, now());
  }
}

function frameOf(message: ServerMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}

function refuse(client: Client, fault: Omit<ErrorMessage, 'type'>): void {
  client.send(frameOf({ type: 'error', ...fault }));
}

function refuseClient(client: Client): void {
  client.cut(CLOSE_CODES.unauthorized, 'a valid token is required');
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function textOf(data: RawData): string {
  // With the default binaryType a text message is one Buffer.
  return Buffer.isBuffer(data) ? data.toString('utf8') : '';
}
