import { setTimeout as sleep } from 'node:timers/promises';
import { RetryableError } from '@neuraltrade/contracts';
import type { Channel, ConsumeMessage } from 'amqplib';
import { Deque } from '../deque';
import type { BrokerSession } from '../rabbitmq/broker-session';

/** How long nothing comes before it is asked whether there is anything, ms. */
const IDLE_MS = 300;
const CLOSE_TIMEOUT_MS = 3_000;

/**
 * Some messages of a queue, held without an answer on a channel of their own: the bodies in memory are those of one page
 * that were not looked at yet. Its end gives them back in their order, which only the end of a channel does.
 */
export class ParkedPage {
  private readonly arrived = new Deque<ConsumeMessage>();
  private readonly held = new Set<number>();
  private fault = '';
  private cancelled = false;
  private wake: () => void = () => undefined;

  private constructor(
    private readonly channel: Channel,
    private readonly queue: string,
    private readonly size: number,
  ) {
    channel.on('error', (error) => (this.fault = error.message));
    channel.on('close', () => {
      this.fault ||= 'the connection ended';
      this.wake();
    });
  }

  /** Begins to take up to `size` messages. @throws Error with the broker's code when it refuses. */
  static async open(session: BrokerSession, queue: string, size: number): Promise<ParkedPage> {
    const page = new ParkedPage(await session.channel(), queue, size);
    await page.channel.prefetch(size);
    await page.channel.consume(queue, (message) => page.receive(message), { consumerTag: 'page' });
    return page;
  }

  /** Messages that are held. */
  get heldCount(): number {
    return this.held.size;
  }

  /**
   * The next message.
   * @returns null when the page is full, or when there are no more in the queue.
   * @throws RetryableError when the channel has ended.
   */
  async next(): Promise<ConsumeMessage | null> {
    for (let idle = 0; ;) {
      const message = this.arrived.shift();
      if (message !== undefined) return message;
      this.assertOpen();
      if (this.held.size >= this.size) return null;
      if (await this.arrival()) continue;
      // Twice: what is on its way is neither ready any more nor here yet.
      const { messageCount } = await this.channel.checkQueue(this.queue);
      if (messageCount === 0 && ++idle === 2 && this.arrived.length === 0) return null;
    }
  }

  /** Takes no more; what is held stays held. Everything that was on its way is here when this resolves. */
  async cancel(): Promise<void> {
    if (this.cancelled) return;
    this.cancelled = true;
    this.assertOpen();
    await this.channel.cancel('page');
  }

  /** Takes a message off the queue for good. @returns false when it is not held here any more. */
  ack(message: ConsumeMessage): boolean {
    if (this.fault !== '' || !this.held.delete(message.fields.deliveryTag)) return false;
    this.channel.ack(message);
    return true;
  }

  /** Gives everything held back; settles when the broker has said so. */
  async close(): Promise<void> {
    if (this.fault !== '') return;
    const late = new AbortController();
    await Promise.race([
      this.channel.close().catch(() => undefined),
      sleep(CLOSE_TIMEOUT_MS, undefined, { signal: late.signal }).catch(() => undefined),
    ]);
    late.abort();
  }

  private receive(message: ConsumeMessage | null): void {
    if (message === null) this.fault ||= `the broker cancelled the consumer of ${this.queue}`;
    else {
      this.held.add(message.fields.deliveryTag);
      this.arrived.push(message);
    }
    this.wake();
  }

  private async arrival(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), IDLE_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  private assertOpen(): void {
    if (this.fault !== '')
      throw new RetryableError(`The messages of ${this.queue} went back to it: ${this.fault}.`);
  }
}
