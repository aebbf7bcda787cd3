import type { Channel } from '../page/protocol';
import type { Client } from './client';
import { channelKey, type Topics } from './topics/topics';

/** The connected clients, and what each of them follows. */
export class FanOut {
  private readonly connected = new Set<Client>();

  /** @param topics what can be followed. */
  constructor(private readonly topics: Topics) {}

  /** The connected clients. */
  get clients(): ReadonlySet<Client> {
    return this.connected;
  }

  /** Takes a client in. */
  add(client: Client): void {
    this.connected.add(client);
  }

  /**
   * Subscribes a client, or answers its subscription anew.
   * @param version what it has from before; null = nothing.
   */
  follow(client: Client, channel: Channel, version: number | null, now: number): void {
    const key = channelKey(channel);
    // Followed anew before it is let go: the topic of the only follower must not be closed in between.
    const topic = this.topics.follow(channel);
    if (client.unfollow(key)) this.topics.unfollow(channel);
    client.follow(key, topic, version, now);
  }

  /** Ends a subscription of a client. */
  unfollow(client: Client, channel: Channel): void {
    if (client.unfollow(channelKey(channel))) this.topics.unfollow(channel);
  }

  /** Forgets a client that is gone. */
  remove(client: Client): void {
    this.connected.delete(client);
    for (const { channel } of client.followed()) this.unfollow(client, channel);
  }

  /** Tells every client what changed since the last time. */
  flush(now: number): void {
    this.topics.advance();
    for (const client of this.connected) client.deliver(now);
  }

  /** Closes every connection because the gateway stops. */
  closeAll(): void {
    for (const client of this.connected) client.cut(1001, 'the gateway stops');
  }
}
