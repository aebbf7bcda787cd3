import type { Channel, ConsumeMessage, Options } from 'amqplib';
import type { BrokerSession } from './broker-session';

/** Longest wait for the broker's answer to a close, ms. Beyond, the connection is cut: deliveries must go back. */
const CLOSE_TIMEOUT_MS = 3_000;

/** What a consuming channel needs. */
export interface ConsumingChannelOptions {
  /** The queue. */
  readonly queue: string;
  /** Most deliveries without an answer. */
  readonly prefetch: number;
  /** Further settings of the consumer. */
  readonly consume?: Options.Consume;
  /** Handed each message in order, first after `begin`. */
  readonly onMessage: (message: ConsumeMessage) => void;
  /** Told once when it has ended, with the reason. */
  readonly onEnd: (how: 'closed' | 'lost', reason: string) => void;
}

/**
 * A channel with one consumer. It ends by closing the channel, never by a cancel, which would let the next consumer begin
 * while deliveries are held here. After its end answers are dropped: their tags mean nothing on another channel.
 */
export class ConsumingChannel {
  private early: ConsumeMessage[] | null = [];
  private isEnded = false;
  private closing: Promise<void> | null = null;
  /** Settles when the channel is gone. */
  readonly ended: Promise<void>;

  private constructor(
    private readonly session: BrokerSession,
    private readonly channel: Channel,
    private readonly options: ConsumingChannelOptions,
  ) {
    let reason = 'the connection ended';
    channel.on('error', (error) => (reason = error.message));
    this.ended = new Promise((resolve) => {
      channel.on('close', () => {
        this.end('lost', reason);
        resolve();
      });
    });
  }

  /** Opens a channel and consumes. @throws Error with the broker's code when it refuses. */
  static async open(session: BrokerSession, options: ConsumingChannelOptions): Promise<ConsumingChannel> {
    const channel = await session.channel();
    const opened = new ConsumingChannel(session, channel, options);
    try {
      await channel.prefetch(options.prefetch);
      await channel.consume(options.queue, (message) => opened.receive(message), options.consume);
    } catch (error) {
      opened.isEnded = true;
      void channel.close().catch(() => undefined);
      throw error;
    }
    // Deliveries follow on the heels of the answer: whoever waits for it must get it first.
    setImmediate(() => opened.begin());
    return opened;
  }

  /** Whether answers still count. */
  get isOpen(): boolean {
    return !this.isEnded;
  }

  /** Answers that a delivery, or it and all earlier ones, is done. */
  ack(message: ConsumeMessage, andEarlier: boolean): void {
    this.answer(() => this.channel.ack(message, andEarlier));
  }

  /** Gives a delivery back. */
  giveBack(message: ConsumeMessage): void {
    this.answer(() => this.channel.nack(message, false, true));
  }

  /** Ends it and resolves when the broker has what was not answered. */
  close(): Promise<void> {
    this.end('closed', '');
    this.closing ??= this.closeChannel();
    return this.closing;
  }

  private answer(send: () => void): void {
    if (this.isEnded) return;
    try {
      send();
    } catch {
      // The client has ended the channel already, and tells so in a moment: the delivery comes again.
    }
  }

  private begin(): void {
    const early = this.early ?? [];
    this.early = null;
    for (const message of early) if (!this.isEnded) this.options.onMessage(message);
  }

  private receive(message: ConsumeMessage | null): void {
    if (this.isEnded) return;
    if (message === null) {
      // The broker has ended the consumer, its queue being deleted or moved; the channel holds deliveries still.
      this.end('lost', `the broker cancelled the consumer of ${this.options.queue}`);
      void this.closeChannel();
    } else if (this.early !== null) this.early.push(message);
    else this.options.onMessage(message);
  }

  private end(how: 'closed' | 'lost', reason: string): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.early = null;
    this.options.onEnd(how, reason);
  }

  private async closeChannel(): Promise<void> {
    const timer = setTimeout(() => this.session.destroy(), CLOSE_TIMEOUT_MS);
    // Never answered when the connection ends first; the channel's own end always comes.
    try {
      void this.channel.close().catch(() => undefined);
    } catch {
      // Closed already.
    }
    await this.ended;
    clearTimeout(timer);
  }
}
