import type { Metrics } from '@neuraltrade/metrics';
import type { Channel } from 'amqplib';
import type { OutgoingMessage } from '../message-bus';
import { messageFault } from '../message-limits';
import type { BrokerSession } from './broker-session';

/** Publishes without confirms, on a channel of its own: what cannot be written at once is dropped and counted. */
export class BestEffortSender {
  private channel: Channel | null = null;
  private writable = false;
  private blocked = false;

  constructor(private readonly metrics: Metrics | undefined) {}

  /** Opens a channel on a new session. @throws Error when the session has ended. */
  async attach(session: BrokerSession): Promise<void> {
    const channel = await session.channel();
    this.channel = channel;
    this.writable = true;
    this.blocked = false;
    channel.on('drain', () => (this.writable = true));
    channel.on('error', () => undefined);
    channel.on('close', () => {
      if (this.channel === channel) this.channel = null;
      session.destroy();
    });
  }

  /** Stops sending while the broker takes nothing. */
  setBlocked(blocked: boolean): void {
    this.blocked = blocked;
  }

  /** Sends a message, or drops it. */
  send(message: OutgoingMessage): void {
    const { amqpExchange, routingKey, body, contentType, headers, messageId } = message;
    if (messageFault(message) !== null) return this.drop('too-large');
    if (this.channel === null) return this.drop('not-connected');
    if (!this.writable || this.blocked) return this.drop('busy');
    const options = {
      persistent: message.persistent ?? false,
      contentType,
      headers,
      messageId,
      ...(message.priority === undefined ? {} : { priority: message.priority }),
      ...(message.expirationMs === undefined ? {} : { expiration: String(message.expirationMs) }),
    };
    try {
      this.writable = this.channel.publish(amqpExchange, routingKey, body, options);
    } catch {
      // The client has ended the channel already, and tells so in a moment.
      this.drop('not-connected');
    }
  }

  private drop(reason: string): void {
    this.metrics?.messagesFailed.inc({ stage: 'send', reason });
  }
}
