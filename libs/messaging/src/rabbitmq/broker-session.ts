import { connect, type Channel, type ChannelModel, type ConfirmChannel, type SocketOptions } from 'amqplib';
import type { BrokerAddress } from './broker-address';
import { faultText } from './broker-fault';

/** How a session is opened. */
export interface SessionOptions {
  /** Deadline of connecting, handshake included, ms. */
  readonly connectTimeoutMs: number;
  /** Certificates that amqps nodes are checked against; undefined = the system's. */
  readonly ca: Buffer | undefined;
  /** Shown in the broker's list of connections. */
  readonly name: string;
  /** Gives connecting up. */
  readonly signal: AbortSignal;
  /** The broker began to refuse publishers for want of memory or disk (its reason), or takes them again (null). */
  readonly onBlocked: (reason: string | null) => void;
}

/** One connection to one node, from its handshake to its end. */
export class BrokerSession {
  /** Settles when the connection has ended, with the reason. */
  readonly ended: Promise<string>;
  private open = true;

  private constructor(
    /** Host and port. */
    readonly node: string,
    private readonly model: ChannelModel,
    private readonly socket: AbortController,
    onBlocked: (reason: string | null) => void,
  ) {
    let reason = 'it was closed';
    model.on('error', (error) => (reason = faultText(error)));
    model.on('blocked', onBlocked);
    model.on('unblocked', () => onBlocked(null));
    this.ended = new Promise((resolve) => {
      model.on('close', (error?: Error) => {
        this.open = false;
        // The client only says goodbye, which a peer that is away never hears: its socket would linger.
        socket.abort();
        resolve(error === undefined ? reason : faultText(error));
      });
    });
  }

  /** Connects to a node. @throws Error with the fault, within connectTimeoutMs. */
  static async open(address: BrokerAddress, options: SessionOptions): Promise<BrokerSession> {
    const socket = new AbortController();
    const socketOptions: SocketOptions & { signal: AbortSignal } = {
      // Small frames must not wait for the answer to earlier ones.
      noDelay: true,
      signal: socket.signal,
      clientProperties: { connection_name: options.name },
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    };
    // The client's own timeout counts from the last byte: a node that drips would hold it for ever.
    const timer = setTimeout(() => socket.abort(), options.connectTimeoutMs);
    const giveUp = (): void => socket.abort();
    options.signal.addEventListener('abort', giveUp);
    if (options.signal.aborted) giveUp();
    try {
      const model = await connect(address.connect, socketOptions);
      return new BrokerSession(address.node, model, socket, options.onBlocked);
    } catch (error) {
      socket.abort();
      throw error;
    } finally {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', giveUp);
    }
  }

  /** Whether the connection has not ended as far as is known. */
  get isOpen(): boolean {
    return this.open;
  }

  /** A new channel. @throws Error when the connection has ended. */
  channel(): Promise<Channel> {
    return this.model.createChannel();
  }

  /** A new channel whose publishes are confirmed. @throws Error when the connection has ended. */
  confirmChannel(): Promise<ConfirmChannel> {
    return this.model.createConfirmChannel();
  }

  /**
   * Uses a channel of its own for a few calls: one that is refused costs its channel, and nothing else.
   * @throws what the work throws, with the broker's code where it was the broker.
   */
  async withChannel<T>(work: (channel: Channel) => Promise<T>): Promise<T> {
    const channel = await this.channel();
    // Its calls reject with the same error.
    channel.on('error', () => undefined);
    const closed = new Promise((resolve) => channel.once('close', resolve));
    try {
      return await work(channel);
    } finally {
      // Rejects or never answers when the broker has closed it already.
      void Promise.race([closed, channel.close()]).catch(() => undefined);
    }
  }

  /** Says goodbye and waits for the answer, but not longer than this, ms. */
  async close(timeoutMs: number): Promise<void> {
    if (!this.open) return;
    const timer = setTimeout(() => this.destroy(), timeoutMs);
    void this.model.close().catch(() => undefined);
    await this.ended;
    clearTimeout(timer);
  }

  /** Cuts the connection at once. */
  destroy(): void {
    this.socket.abort();
  }
}
