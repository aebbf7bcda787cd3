import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { type ClientMessage, CLOSE_CODES, type DashboardMode, type ErrorMessage } from '../page/protocol';
import type { Access } from './access';
import { Client } from './client';
import { parseClientMessage } from './client-message';
import type { ClientLimits } from './config';
import type { FanOut } from './fan-out';
import { frameOf } from './frames';
import { seriesKey } from './live-candles';
import type { MarketView } from './market-view';

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
  /** Tells clients what changes. */
  readonly fanOut: FanOut;
  /** Our clock, ms UTC. */
  readonly now: () => number;
}

/** The WebSocket endpoint /ws: who may connect, what a client may say, and the timers of all clients. */
export class SocketServer {
  private readonly sockets: WebSocketServer;
  private readonly timers: NodeJS.Timeout[];

  /** @param deps what it works with. */
  constructor(private readonly deps: SocketServerDeps) {
    const { server, limits, fanOut, now, view } = deps;
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
      fanOut.sendPipeline(now());
    };
    const pingAll = (): void => {
      for (const client of fanOut.clients) client.ping();
    };
    this.timers = [
      setInterval(() => fanOut.flush(now()), limits.flushIntervalMs),
      setInterval(eachSecond, 1_000),
      setInterval(pingAll, limits.pingIntervalMs),
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
    this.sockets.handleUpgrade(request, socket, head, (opened) => this.welcome(opened, request));
  }

  private welcome(socket: WebSocket, request: IncomingMessage): void {
    const { access, fanOut, limits, mode, now } = this.deps;
    const client = new Client(socket, limits, now());
    client.authorized = access.requestAuthorized(request);
    fanOut.clients.add(client);
    const deadline = client.authorized
      ? undefined
      : setTimeout(() => client.authorized || fanOut.refuse(client), limits.authDeadlineMs);
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
    client.send(frameOf({ type: 'hello', version: 1, mode, authRequired: !client.authorized }));
  }

  private obey(client: Client, message: ClientMessage | null): void {
    const { access, fanOut } = this.deps;
    if (message?.op === 'auth') {
      client.authorized ||= access.tokenMatches(message.token);
      if (!client.authorized) fanOut.refuse(client);
      return;
    }
    if (!client.authorized) return client.cut(CLOSE_CODES.unauthorized, 'the token comes first');
    if (message === null)
      return refuse(
        client,
        'malformed',
        'That is no message of this protocol: op is auth, subscribe or unsubscribe.',
      );
    if (message.channel === 'prices') {
      if (message.op === 'subscribe') fanOut.followPrices(client);
      else client.followPrices(false);
      return;
    }
    // The schema lets no other channel pass yet.
    if (message.channel !== 'candles') return;
    if (message.op === 'unsubscribe') return fanOut.unfollow(client, seriesKey(message));
    this.follow(client, message);
  }

  private follow(client: Client, message: Extract<ClientMessage, { channel: 'candles' }>): void {
    const { exchange, symbol, timeframe } = message;
    const { view, fanOut, limits } = this.deps;
    if (!view.knows(exchange, symbol))
      return refuse(client, 'unknown-symbol', `Nothing is known of ${symbol} on ${exchange}.`);
    if (client.followed.size >= limits.maxSubscriptions && !client.followed.has(seriesKey(message)))
      return refuse(
        client,
        'too-many-subscriptions',
        `At most ${limits.maxSubscriptions} series: unsubscribe one first.`,
      );
    fanOut.follow(client, { exchange, symbol, timeframe });
  }
}

function refuse(client: Client, code: ErrorMessage['code'], message: string): void {
  client.send(frameOf({ type: 'error', code, message }));
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function textOf(data: RawData): string {
  // With the default binaryType a text message is one Buffer.
  return Buffer.isBuffer(data) ? data.toString('utf8') : '';
}
