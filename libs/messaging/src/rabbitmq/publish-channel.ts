import { IllegalOperationError, type ConfirmChannel, type Message } from 'amqplib';
import type { OutgoingMessage, PublishOutcome } from '../message-bus';

/** A message on its way, and whoever waits for its outcome. */
export interface Publish {
  /** What is published, on an amqp exchange or, with '', straight to the queue of that name. */
  readonly message: Omit<OutgoingMessage, 'amqpExchange'> & { readonly amqpExchange: string };
  /** Monotonic time at which no answer becomes `unknown`, ms. */
  readonly deadline: number;
  /** Told the outcome, once. */
  readonly settle: (outcome: PublishOutcome) => void;
  /** Whether the outcome is known; it still fills the window until the broker answers. */
  settled: boolean;
  /** Whether the broker has sent it back for want of a queue; its confirm follows. */
  returned: boolean;
}

/** What a publish channel tells. */
export interface PublishChannelEvents {
  /** The broker has answered for a message. */
  readonly onAnswer: (publish: Publish, outcome: 'confirmed' | 'nacked' | 'returned') => void;
  /** There is room again: the broker has answered, or the socket has taken what was buffered. */
  readonly onRoom: () => void;
  /** The channel has ended, and with it the answers for these. */
  readonly onEnd: (unanswered: Publish[], reason: string) => void;
}

/** One confirm channel: which message has which delivery tag, and how much is in front of the broker. */
export class PublishChannel {
  /** By delivery tag, which counts up from 1 on each channel; in that order. */
  private readonly unanswered = new Map<number, Publish>();
  private lastTag = 0;
  private bytes = 0;
  private buffered = false;
  private ended = false;
  private retired = false;
  private onEmpty: () => void = () => undefined;

  constructor(
    private readonly channel: ConfirmChannel,
    private readonly events: PublishChannelEvents,
  ) {
    let reason = 'the connection ended';
    channel.on('ack', ({ deliveryTag, multiple }) => this.answer(deliveryTag, multiple, true));
    channel.on('nack', ({ deliveryTag, multiple }) => this.answer(deliveryTag, multiple, false));
    channel.on('return', (message) => this.noteReturn(message));
    channel.on('drain', () => {
      this.buffered = false;
      events.onRoom();
    });
    channel.on('error', (error) => (reason = error.message));
    channel.on('close', () => {
      this.ended = true;
      const open = [...this.unanswered.values()];
      this.unanswered.clear();
      this.onEmpty();
      events.onEnd(open, reason);
    });
  }

  /** Messages in front of the broker. */
  get inFlight(): number {
    return this.unanswered.size;
  }

  /** Bytes in front of the broker. */
  get bytesInFlight(): number {
    return this.bytes;
  }

  /** Whether the socket takes more; false from a full buffer until it has drained, and for ever once the channel ended. */
  get writable(): boolean {
    return !this.ended && !this.buffered;
  }

  /** Whether it was given up for another one: its end is no fault. */
  get isRetired(): boolean {
    return this.retired;
  }

  /** Waits for open answers, but not longer than this, ms, and closes the channel. Nothing may be written any more. */
  async retire(timeoutMs: number): Promise<void> {
    if (this.unanswered.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.onEmpty = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    if (this.ended) return;
    this.retired = true;
    try {
      // Rejects or never answers when the connection ends first.
      void this.channel.close().catch(() => undefined);
    } catch {
      // Closed already.
    }
  }

  /** Writes a message. Whatever the buffer says about further ones, this one is on its way and never written again. */
  write(publish: Publish): void {
    const { message } = publish;
    const { amqpExchange, routingKey, body, contentType, headers, messageId } = message;
    const options = {
      mandatory: true,
      persistent: message.persistent ?? true,
      contentType,
      headers,
      messageId,
      ...(message.priority === undefined ? {} : { priority: message.priority }),
      ...(message.expirationMs === undefined ? {} : { expiration: String(message.expirationMs) }),
    };
    let hasRoom: boolean;
    try {
      hasRoom = this.channel.publish(amqpExchange, routingKey, body, options);
    } catch (error) {
      // The client has ended the channel already, and tells so in a moment.
      if (error instanceof IllegalOperationError) this.ended = true;
      publish.settled = true;
      publish.settle('unknown');
      return;
    }
    this.unanswered.set(++this.lastTag, publish);
    this.bytes += body.length;
    if (!hasRoom) this.buffered = true;
  }

  /** Settles what has waited too long. @returns how many. */
  expire(now: number): number {
    let count = 0;
    for (const publish of this.unanswered.values()) {
      if (publish.deadline > now) break;
      if (publish.settled) continue;
      publish.settled = true;
      publish.settle('unknown');
      count += 1;
    }
    return count;
  }

  private answer(deliveryTag: number, multiple: boolean, isAck: boolean): void {
    if (!multiple) this.answerOne(deliveryTag, isAck);
    else {
      for (const tag of this.unanswered.keys()) {
        if (tag > deliveryTag) break;
        this.answerOne(tag, isAck);
      }
    }
    if (this.unanswered.size === 0) this.onEmpty();
    this.events.onRoom();
  }

  private answerOne(tag: number, isAck: boolean): void {
    const publish = this.unanswered.get(tag);
    if (publish === undefined) return;
    this.unanswered.delete(tag);
    this.bytes -= publish.message.body.length;
    this.events.onAnswer(publish, publish.returned ? 'returned' : isAck ? 'confirmed' : 'nacked');
  }

  /** The broker returns messages in the order in which they were published, each in front of its confirm. */
  private noteReturn({ properties }: Message): void {
    for (const publish of this.unanswered.values()) {
      if (publish.returned || publish.message.messageId !== properties.messageId) continue;
      publish.returned = true;
      return;
    }
  }
}
