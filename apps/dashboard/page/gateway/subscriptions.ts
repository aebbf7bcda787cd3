import type { Channel, ClientMessage, Resume, ServerMessage, Versioned } from '../protocol';

/** A message of a channel. */
export type ChannelMessage = Extract<ServerMessage, Versioned>;

interface Subscription {
  readonly channel: Channel;
  /** The version of the newest message; null before the first. */
  seq: number | null;
  /** The gateway's run that `seq` belongs to. */
  session: string | null;
  /** Whether the channel was asked for and has not answered yet. */
  isAsked: boolean;
}

/** What is wanted from the gateway and how far it has been told: on it rests that nothing is missed by a reconnect. */
export class Subscriptions {
  private readonly byKey = new Map<string, Subscription>();
  private session: string | null = null;

  /** Wants a channel from now on. Returns what to say when connected. */
  add(channel: Channel): ClientMessage {
    const subscription = { channel, seq: null, session: null, isAsked: true };
    this.byKey.set(keyOf(channel), subscription);
    return this.ask(subscription);
  }

  /** Wants a channel no more. Returns what to say when connected. */
  remove(channel: Channel): ClientMessage {
    this.byKey.delete(keyOf(channel));
    return { op: 'unsubscribe', ...channel };
  }

  /** Everything to say to a gateway that has greeted with this session. */
  begin(session: string): ClientMessage[] {
    this.session = session;
    return [...this.byKey.values()].map((subscription) => this.ask(subscription));
  }

  /**
   * Judges a message: 'taken' when it continues what is known or replaces it, 'unwanted' when nobody wants its channel any more,
   * else what to say because something between was missed.
   */
  accept(message: ChannelMessage): 'taken' | 'unwanted' | ClientMessage | null {
    const subscription = this.byKey.get(keyOf(channelOf(message)));
    if (subscription === undefined) return 'unwanted';
    const { seq, from } = message;
    if (from === null || from === subscription.seq) {
      Object.assign(subscription, { seq, session: this.session, isAsked: false });
      return 'taken';
    }
    return subscription.isAsked ? null : this.ask(subscription);
  }

  private ask(subscription: Subscription): ClientMessage {
    subscription.isAsked = true;
    const { channel, seq, session } = subscription;
    if (seq === null || session === null || session !== this.session) {
      subscription.seq = null;
      return { op: 'subscribe', ...channel };
    }
    const resume: Resume = { session, seq };
    return { op: 'subscribe', resume, ...channel };
  }
}

/** The channel that a message belongs to. */
function channelOf(message: ChannelMessage): Channel {
  const { exchange, symbol } = message as { exchange: string; symbol: string };
  switch (message.type) {
    case 'prices':
    case 'pipeline':
      return { channel: message.type };
    case 'candles':
      return { channel: 'candles', exchange, symbol, timeframe: message.timeframe };
    case 'trades':
    case 'gaps':
      return { channel: message.type, exchange, symbol };
    case 'signals':
      return { channel: 'signals', ...(exchange && { exchange }), ...(symbol && { symbol }) };
  }
}

function keyOf(channel: Channel): string {
  const { exchange, symbol, timeframe } = channel as Partial<Record<string, string>>;
  return [channel.channel, exchange, symbol, timeframe].join('|');
}
