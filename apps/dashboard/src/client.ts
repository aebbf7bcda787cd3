import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { CLOSE_CODES } from '../page/protocol';
import type { ClientLimits } from './config';
import { MessageBudget } from './message-budget';
import type { Topic } from './topics/topic';

interface Subscription {
  readonly topic: Topic;
  /** The version that the client has; null before its snapshot. */
  version: number | null;
  /** Whether it was answered; until then it is told, even if nothing has changed. */
  answered: boolean;
}

/**
 * One connected client. While it reads too slowly nothing more is queued for it; once it has caught up, each topic tells it what
 * has changed since, which grows with symbols, not with time. A client that stays behind, or whose waiting bytes would pass
 * the cap, is cut.
 */
export class Client {
  /** Whether it has shown the token, or need not. */
  authorized = false;
  /** Whether it has answered the last ping. */
  alive = true;
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly budget: MessageBudget;
  private behindSince: number | null = null;
  private closed = false;

  /**
   * @param socket the open connection.
   * @param transport what it is carried by: frames of one moment are written to it at once.
   * @param limits its bounds.
   * @param now our clock, ms.
   */
  constructor(
    private readonly socket: WebSocket,
    private readonly transport: Duplex,
    private readonly limits: ClientLimits,
    now: number,
  ) {
    this.budget = new MessageBudget(limits.messagesPerSecond, now);
  }

  /** Whether a message of it may be read now; a client over its budget is cut. */
  mayTalk(now: number): boolean {
    if (this.closed) return false;
    if (this.budget.take(now)) return true;
    this.cut(CLOSE_CODES.tooManyMessages, 'too many messages');
    return false;
  }

  /** Sends a frame; a client whose waiting bytes would pass the cap is cut instead. */
  send(frame: Buffer): void {
    if (this.closed) return;
    if (this.socket.bufferedAmount + frame.length > this.limits.maxWaitingBytes)
      return this.cut(CLOSE_CODES.tooSlow, 'too slow');
    this.socket.send(frame, { binary: false });
  }

  /** How many channels it follows. */
  get subscriptionCount(): number {
    return this.subscriptions.size;
  }

  /** Whether it follows the channel of this key. */
  follows(key: string): boolean {
    return this.subscriptions.has(key);
  }

  /** What it follows. */
  followed(): Topic[] {
    return [...this.subscriptions.values()].map(({ topic }) => topic);
  }

  /** Follows a channel from a version on, or from the beginning (null), and is answered as soon as it keeps up. */
  follow(key: string, topic: Topic, version: number | null, now: number): void {
    const subscription = { topic, version, answered: false };
    this.subscriptions.set(key, subscription);
    if (!this.isBehind(now)) this.tell(subscription);
  }

  /** Stops following a channel. False when it does not follow it. */
  unfollow(key: string): boolean {
    return this.subscriptions.delete(key);
  }

  /** Tells what has changed in everything that it follows, unless it is behind. */
  deliver(now: number): void {
    if (this.subscriptions.size === 0) return;
    this.transport.cork();
    try {
      for (const subscription of this.subscriptions.values()) {
        if (subscription.answered && subscription.version === subscription.topic.version) continue;
        if (this.closed || this.isBehind(now)) return;
        this.tell(subscription);
      }
    } finally {
      this.transport.uncork();
    }
  }

  /** Asks for a pong; a client that owes one since the last time is gone, and its connection is dropped. */
  ping(): void {
    if (!this.alive) return this.socket.terminate();
    this.alive = false;
    this.socket.ping();
  }

  /** Closes with a code; nothing more is sent or read. */
  cut(code: number, reason: string): void {
    if (this.closed) return;
    this.closed = true;
    this.socket.close(code, reason);
  }

  private tell(subscription: Subscription): void {
    const { topic, version } = subscription;
    this.send(topic.frameAfter(version));
    subscription.version = topic.version;
    subscription.answered = true;
  }

  /** Whether it reads too slowly now; one that has done so for too long is cut. */
  private isBehind(now: number): boolean {
    if (this.socket.bufferedAmount <= this.limits.maxWaitingBytes / 4) {
      this.behindSince = null;
      return false;
    }
    this.behindSince ??= now;
    if (now - this.behindSince > this.limits.maxBehindMs) this.cut(CLOSE_CODES.tooSlow, 'too slow');
    return true;
  }
}
