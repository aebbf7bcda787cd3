import { newestTrade } from '../market/instrument';
import { asObject, asTexts, parseObject } from '../server/client-json';
import type { JsonObject } from '../server/client-json';
import type { Connection, TurnClock } from '../server/connection';
import { MessageRate } from '../server/message-rate';
import type { Session, TradeWitness } from '../server/simulated-venue';
import { CHANNELS, channelFault, isChannel } from './channels';
import type { ChannelName, ProductChannels } from './channels';
import { errorFrame, matchFrame, subscriptionsFrame, tickerFrame } from './frames';

const SUBSCRIBE_WITHIN_MS = 5_000;
const MESSAGES_PER_SECOND = 100;

interface Request {
  readonly channel: string;
  /** null: every product of the channel (unsubscribe only). */
  readonly products: readonly string[] | null;
}

/** One connection to the Coinbase Exchange feed. */
export class CoinbaseSession implements Session {
  readonly #connection: Connection;
  readonly #clock: TurnClock;
  readonly #channels: ProductChannels;
  readonly #told: TradeWitness;
  readonly #openedMs: number;
  readonly #rate = new MessageRate(MESSAGES_PER_SECOND, 1_000);
  readonly #subscribed = new Map<ChannelName, Set<string>>();
  #asked = false;

  constructor(connection: Connection, clock: TurnClock, channels: ProductChannels, told: TradeWitness) {
    this.#told = told;
    this.#connection = connection;
    this.#clock = clock;
    this.#channels = channels;
    this.#openedMs = clock.nowMs;
  }

  /** Sends a market frame. False when the socket is not open. */
  send(frame: Buffer): boolean {
    return this.#connection.send(frame);
  }

  /** Refuses a subscribe request, for the first of its products. */
  refuse(text: string): void {
    this.#asked = true;
    const product = readRequests(parseObject(text) ?? {})?.[0]?.products?.[0] ?? '';
    this.#reply(errorFrame('Failed to subscribe', `${product} is not a valid product`));
    this.#reply(subscriptionsFrame(this.#subscribed));
  }

  /** Answers a request. */
  onMessage(text: string | null): void {
    if (!this.#rate.allows(this.#clock.nowMs)) {
      this.#connection.closeFor('message-rate', 1008, 'rate limit exceeded');
      return;
    }
    const message = text === null ? null : parseObject(text);
    if (message === null) this.#reply(errorFrame('Malformed JSON'));
    else if (message['type'] === 'subscribe') this.#subscribe(message);
    else if (message['type'] === 'unsubscribe') this.#unsubscribe(message);
    else this.#reply(errorFrame('Type has to be either subscribe or unsubscribe'));
  }

  /** Nothing depends on pings. */
  onPing(): void {
    // The pong has been sent already.
  }

  /** Nothing depends on pongs. */
  onPong(): void {
    // The venue sends no pings.
  }

  /** Hangs up on a client that has not subscribed in time. */
  turn(nowMs: number): void {
    if (!this.#asked && nowMs - this.#openedMs >= SUBSCRIBE_WITHIN_MS) {
      this.#asked = true;
      this.#connection.closeFor('no-subscription', 1008, 'no subscribe message within 5 seconds');
    }
  }

  /** Ends every subscription. */
  onClose(): void {
    this.#channels.leaveAll(this);
  }

  #reply(frame: string): void {
    this.#connection.send(frame);
  }

  #subscribe(message: JsonObject): void {
    const requests = readRequests(message);
    if (requests === null || requests.length === 0) {
      this.#reply(errorFrame('Failed to subscribe', 'No channels provided'));
      return;
    }
    this.#asked = true;
    const faults = new Set<string>();
    const added: [ChannelName, string][] = [];
    for (const { channel, products } of requests) {
      const fault = channelFault(channel) ?? (products?.length ? null : ' is not a valid product');
      if (fault !== null) faults.add(fault);
      if (fault !== null || !isChannel(channel)) continue;
      for (const id of products ?? []) {
        const productFault = this.#channels.productFault(id);
        if (productFault !== null) faults.add(productFault);
        else if (this.#join(channel, id)) added.push([channel, id]);
      }
    }
    for (const reason of faults) this.#reply(errorFrame('Failed to subscribe', reason));
    this.#reply(subscriptionsFrame(this.#subscribed));
    for (const [channel, id] of added) this.#greet(channel, id);
  }

  #unsubscribe(message: JsonObject): void {
    const requests = readRequests(message) ?? [];
    const everything = CHANNELS.map((channel) => ({ channel, products: asTexts(message['product_ids']) }));
    for (const { channel, products } of requests.length === 0 ? everything : requests) {
      if (!isChannel(channel)) continue;
      const held = this.#subscribed.get(channel);
      for (const id of products ?? [...(held ?? [])]) {
        const product = this.#channels.product(id);
        if (held?.delete(id) && product) this.#channels.audiences[channel].remove(product, this);
      }
    }
    this.#reply(subscriptionsFrame(this.#subscribed));
  }

  #join(channel: ChannelName, id: string): boolean {
    const held = this.#subscribed.get(channel) ?? new Set();
    this.#subscribed.set(channel, held);
    const product = this.#channels.product(id);
    if (product === undefined || held.has(id)) return false;
    held.add(id);
    this.#channels.audiences[channel].add(product, this);
    return true;
  }

  /** What a channel sends right after its subscription: the newest trade as history, the newest ticker. */
  #greet(channel: ChannelName, id: string): void {
    const product = this.#channels.product(id);
    if (product === undefined) return;
    if (channel === 'matches') {
      const newest = newestTrade(product);
      this.#told(product, [newest]);
      this.#reply(matchFrame('last_match', product, newest));
    }
    if (channel === 'ticker') this.#reply(tickerFrame(product));
  }
}

/** The channels asked for, each with its own products or those of the message; null when they cannot be read. */
function readRequests(message: JsonObject): Request[] | null {
  const { channels } = message;
  if (!Array.isArray(channels)) return null;
  const shared = asTexts(message['product_ids']);
  return (channels as unknown[]).flatMap((entry) => {
    if (typeof entry === 'string') return { channel: entry, products: shared };
    const { name, product_ids: own } = asObject(entry) ?? {};
    return typeof name === 'string' ? { channel: name, products: asTexts(own) ?? shared } : [];
  });
}
