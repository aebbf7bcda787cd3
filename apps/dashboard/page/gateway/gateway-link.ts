import { retryDelay } from './backoff';
import { CLOSE_CODES, type CandleSeriesName, type ClientMessage, type ServerMessage } from '../protocol';

/** Longest silence of a living gateway (it speaks once a second), ms. */
const SILENCE_MS = 6_000;

/** How the connection to the gateway is. */
export type LinkState =
  | { kind: 'connecting' }
  | { kind: 'open' }
  | { kind: 'lost'; retryAt: number }
  | { kind: 'unauthorized'; refused: boolean };

/** What a link tells. */
export interface LinkEvents {
  /** The connection's state changed. */
  onState: (state: LinkState) => void;
  /** A message came. */
  onMessage: (message: ServerMessage) => void;
}

/** One WebSocket to the gateway that is opened again whenever it ends, and subscribes to what is wanted. */
export class GatewayLink {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private token: string | null;
  private series: CandleSeriesName | null = null;
  private state: LinkState = { kind: 'connecting' };

  /**
   * @param url where the gateway's socket is.
   * @param token shown when the gateway asks for one.
   * @param events who is told.
   */
  constructor(
    private readonly url: string,
    token: string | null,
    private readonly events: LinkEvents,
  ) {
    this.token = token;
  }

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

  /** Follows this series of candles instead of the one before. */
  follow(series: CandleSeriesName): void {
    if (this.state.kind === 'open') {
      if (this.series !== null) this.send({ op: 'unsubscribe', channel: 'candles', ...this.series });
      this.send({ op: 'subscribe', channel: 'candles', ...series });
    }
    this.series = series;
  }

  private receive(data: unknown): void {
    this.watch();
    if (typeof data !== 'string') return;
    const message = JSON.parse(data) as ServerMessage;
    if (message.type === 'hello') this.begin(message.authRequired);
    else this.attempt = 0;
    this.events.onMessage(message);
  }

  private begin(authRequired: boolean): void {
    if (authRequired) {
      if (this.token === null) return this.giveUp(false);
      this.send({ op: 'auth', token: this.token });
    }
    this.tell({ kind: 'open' });
    this.send({ op: 'subscribe', channel: 'prices' });
    if (this.series !== null) this.send({ op: 'subscribe', channel: 'candles', ...this.series });
  }

  private lose(code: number): void {
    if (code === CLOSE_CODES.unauthorized) return this.giveUp(true);
    this.dropSocket();
    const delay = retryDelay(this.attempt, Math.random);
    this.attempt += 1;
    this.timer = setTimeout(() => this.connect(), delay);
    this.tell({ kind: 'lost', retryAt: Date.now() + delay });
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

  private send(message: ClientMessage): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private tell(state: LinkState): void {
    this.state = state;
    this.events.onState(state);
  }
}
