import { asObject, asTexts, parseObject } from '../server/client-json';
import type { JsonObject } from '../server/client-json';
import type { Connection, TurnClock } from '../server/connection';
import type { Session, TradeWitness } from '../server/simulated-venue';
import type { PairChannels, StreamName } from './channels';
import { HEARTBEAT_FRAME, answerFrame, pongFrame, statusFrame, tickerFrame, tradeFrame } from './frames';

const HEARTBEAT_AFTER_MS = 1_000;
const IDLE_LIMIT_MS = 60_000;
const SNAPSHOT_TRADES = 50;

/** What a subscribe or unsubscribe request asks for. */
interface ChannelRequest {
  readonly method: 'subscribe' | 'unsubscribe';
  readonly channel: 'trade' | 'ticker';
  readonly stream: StreamName;
  readonly trigger: string | undefined;
  readonly snapshot: boolean;
  readonly requestId: number | undefined;
}

/** One connection to Kraken's WebSocket v2. */
export class KrakenSession implements Session {
  readonly #connection: Connection;
  readonly #clock: TurnClock;
  readonly #channels: PairChannels;
  readonly #told: TradeWitness;
  /** 'channel symbol' -> stream. */
  readonly #subscribed = new Map<string, StreamName>();
  #heardMs: number;

  constructor(connection: Connection, clock: TurnClock, channels: PairChannels, told: TradeWitness) {
    this.#told = told;
    this.#connection = connection;
    this.#clock = clock;
    this.#channels = channels;
    this.#heardMs = clock.nowMs;
    this.#reply(statusFrame(connection.number));
  }

  /** Sends a market frame. False when the socket is not open. */
  send(frame: Buffer): boolean {
    return this.#connection.send(frame);
  }

  /** Refuses a subscribe request, each of its symbols by itself. */
  refuse(text: string): void {
    this.#heardMs = this.#clock.nowMs;
    const message = parseObject(text) ?? {};
    const id = message['req_id'];
    const requestId = typeof id === 'number' ? id : undefined;
    for (const symbol of asTexts(asObject(message['params'])?.['symbol']) ?? []) {
      this.#refuse({ method: 'subscribe', error: 'Exceeded msg rate', symbol, requestId });
    }
  }

  /** Answers a request. */
  onMessage(text: string | null): void {
    this.#heardMs = this.#clock.nowMs;
    const message = text === null ? null : parseObject(text);
    const method = message?.['method'];
    if (message === null || typeof method !== 'string') {
      this.#refuse({ error: 'Malformed request' });
      return;
    }
    const id = message['req_id'];
    const requestId = typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? id : undefined;
    if (method === 'ping') this.#reply(pongFrame(requestId, this.#clock.shownMs));
    else if (method === 'subscribe' || method === 'unsubscribe') this.#change(method, message, requestId);
    else this.#refuse({ method, error: 'Method not found', requestId });
  }

  /** Notes a sign of life. */
  onPing(): void {
    this.#heardMs = this.#clock.nowMs;
  }

  /** Notes a sign of life. */
  onPong(): void {
    this.#heardMs = this.#clock.nowMs;
  }

  /** Heartbeats in silence, and ends a connection that has nothing to do. */
  turn(nowMs: number): void {
    if (this.#subscribed.size > 0) {
      if (nowMs - this.#connection.lastSentMs >= HEARTBEAT_AFTER_MS) this.#reply(HEARTBEAT_FRAME);
    } else if (nowMs - this.#heardMs >= IDLE_LIMIT_MS) {
      this.#connection.closeFor('no-subscription', 1000, 'no subscription');
    }
  }

  /** Ends every subscription. */
  onClose(): void {
    this.#channels.leaveAll(this);
  }

  #reply(frame: string): void {
    this.#connection.send(frame);
  }

  #refuse(parts: { method?: string; error: string; symbol?: string; requestId?: number | undefined }): void {
    this.#reply(answerFrame(parts, this.#clock.shownMs));
  }

  #change(method: 'subscribe' | 'unsubscribe', message: JsonObject, requestId: number | undefined): void {
    const params = asObject(message['params']) ?? {};
    const symbols = asTexts(params['symbol']);
    const { channel, event_trigger: trigger = 'trades', snapshot } = params;
    if (channel !== 'trade' && channel !== 'ticker') {
      const name = typeof channel === 'string' ? ` ${channel}` : '';
      this.#refuse({ method, error: `Channel not offered by this simulator${name}`, requestId });
    } else if (symbols === null || symbols.length === 0) {
      this.#refuse({ method, error: 'Symbol(s) missing', requestId });
    } else if (channel === 'ticker' && trigger !== 'bbo' && trigger !== 'trades') {
      this.#refuse({ method, error: 'Event trigger not supported', requestId });
    } else {
      const bbo = trigger === 'bbo';
      const request: ChannelRequest = {
        method,
        channel,
        stream: channel === 'trade' ? 'trade' : bbo ? 'ticker:bbo' : 'ticker:trades',
        trigger: channel === 'trade' ? undefined : bbo ? 'bbo' : 'trades',
        snapshot: typeof snapshot === 'boolean' ? snapshot : channel === 'ticker',
        requestId,
      };
      for (const symbol of symbols) this.#changeOne(request, symbol);
    }
  }

  #changeOne(request: ChannelRequest, symbol: string): void {
    const { method, channel, stream, trigger, snapshot, requestId } = request;
    const pair = this.#channels.pair(symbol);
    const key = `${channel} ${symbol}`;
    const held = this.#subscribed.get(key);
    if (pair === undefined) {
      this.#refuse({ method, error: `Currency pair not supported ${symbol}`, symbol, requestId });
    } else if (method === 'subscribe') {
      if (held !== undefined) {
        this.#refuse({ method, error: 'Already subscribed', symbol, requestId });
        return;
      }
      this.#subscribed.set(key, stream);
      this.#channels.audiences[stream].add(pair, this);
      const result = { channel, event_trigger: trigger, snapshot, symbol };
      this.#reply(answerFrame({ method, result, requestId }, this.#clock.shownMs));
      if (snapshot) {
        const past = channel === 'trade' ? pair.recent.last(SNAPSHOT_TRADES) : [];
        this.#told(pair, past);
        this.#reply(channel === 'trade' ? tradeFrame('snapshot', pair, past) : tickerFrame('snapshot', pair));
      }
    } else if (held !== stream) {
      this.#refuse({ method, error: 'Subscription Not Found', symbol, requestId });
    } else {
      this.#subscribed.delete(key);
      this.#channels.audiences[stream].remove(pair, this);
      const result = { channel, event_trigger: trigger, symbol };
      this.#reply(answerFrame({ method, result, requestId }, this.#clock.shownMs));
    }
  }
}
