import { CLOSE_CODES, type Channel, type ClientMessage, type ServerMessage } from '../protocol';
import { retryDelay } from './backoff';
import { Subscriptions } from './subscriptions';

/** Longest silence of a living gateway (it speaks once a second), ms. */
const SILENCE_MS = 6_000;

/** How the connection to the gateway is. */
export type LinkState =
  | { kind: 'connecting' }
  | { kind: 'open' }
  | { kind: 'lost'; code: number }
  | { kind: 'unauthorized'; refused: boolean };

/** What a link tells. */
export interface LinkEvents {
  /** The connection's state changed. */
  onState: (state: LinkState) => void;
  /** A message came, in its order: what a channel missed has been asked for again. */
  onMessage: (message: ServerMessage) => void;
}

/** One WebSocket to the gateway that is opened again whenever it ends, and goes on where the last one was. */
export class GatewayLink {
  private readonly subscriptions = new Subscriptions();
  private socket: WebSocket | null = null;
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private state: LinkState = { kind: 'connecting' };

  /**
   * @param url where the gateway's socket is.
   * @param token shown when the gateway asks for one; null = none is known.
   * @param events who is told.
   */
  constructor(
    private readonly url: string,
    private token: string | null,
    private readonly events: LinkEvents,
  ) {}

  /** Connects now; a wait for the next attempt ends. */
  connect(): void {
    clearTimeout(this.timer);
    this.dropSocket();
    this.tell({ kind: 'connecting' });
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.watch();
    socket.onmessage = ({ data }) => this.receive(data);
    socket.onclose = ({ code }) => this.lose(code);
  }

  /** Connects at once when waiting for the next attempt: the network is back, or the page is looked at again. */
  hurry(): void {
    if (this.state.kind === 'lost') this.connect();
  }

  /** Shows a token from now on. */
  useToken(token: string): void {
    this.token = token;
    this.connect();
  }

  /** Wants a channel from now on. */
  subscribe(channel: Channel): void {
    this.send(this.subscriptions.add(channel));
  }

  /** Wants a channel no more. */
  unsubscribe(channel: Channel): void {
    this.send(this.subscriptions.remove(channel));
  }

  private receive(data: unknown): void {
    this.watch();
    if (typeof data !== 'string') return;
    const message = JSON.parse(data) as ServerMessage;
    switch (message.type) {
      case 'hello':
        this.begin(message.authRequired, message.session);
        break;
      case 'error':
        break;
      default: {
        this.attempt = 0;
        const verdict = this.subscriptions.accept(message);
        if (verdict === null || verdict === 'unwanted') return;
        if (verdict !== 'taken') return this.send(verdict);
      }
    }
    this.events.onMessage(message);
  }

  private begin(authRequired: boolean, session: string): void {
    if (authRequired) {
      if (this.token === null) return this.giveUp(false);
      this.say({ op: 'auth', token: this.token });
    }
    this.tell({ kind: 'open' });
    for (const message of this.subscriptions.begin(session)) this.send(message);
  }

  private lose(code: number): void {
    if (code === CLOSE_CODES.unauthorized) return this.giveUp(true);
    this.dropSocket();
    const delay = retryDelay(this.attempt, Math.random);
    this.attempt += 1;
    this.timer = setTimeout(() => this.connect(), delay);
    this.tell({ kind: 'lost', code });
  }

  private giveUp(refused: boolean): void {
    this.dropSocket();
    this.tell({ kind: 'unauthorized', refused });
  }

  private watch(): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.lose(0), SILENCE_MS);
  }

  private dropSocket(): void {
    clearTimeout(this.watchdog);
    if (this.socket === null) return;
    this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
    this.socket = null;
  }

  /** What is said before the gateway has greeted is said again then. */
  private send(message: ClientMessage): void {
    if (this.state.kind === 'open') this.say(message);
  }

  private say(message: ClientMessage): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private tell(state: LinkState): void {
    this.state = state;
    this.events.onState(state);
  }
}
