import type { Metrics } from '@neuraltrade/metrics';
import { Deque } from '../deque';
import type { PublishOutcome } from '../message-bus';
import { messageFault } from '../message-limits';
import { PublishChannel, type Publish } from './publish-channel';
import type { BrokerSession } from './broker-session';

/** How publishes are bounded. */
export interface ConfirmedPublisherOptions {
  /** After how long without an answer a publish is `unknown`, ms. */
  readonly confirmTimeoutMs: number;
  /** Most messages in front of the broker. */
  readonly window: number;
  /** Most bytes in front of the broker; one larger message may go alone. */
  readonly windowBytes: number;
  /** Most bytes that wait for room in the window. */
  readonly maxWaitingBytes: number;
  /** Where failures are counted. */
  readonly metrics: Metrics | undefined;
  /** After how long of nothing but refusals of a routing key another channel is tried, ms. */
  readonly renewAfterMs: number;
  /** Told of a message that no queue is bound for, and of every confirm after one. */
  readonly onRouted: (message: Publish['message'], returned: boolean) => void;
}

/** Bytes that a waiting message takes beside its body, about. */
const OVERHEAD_BYTES = 500;
const BUFFER = 'broker-window';
/** Longest wait for open answers before a channel is given up for another, ms. */
const RENEW_WAIT_MS = 1_000;

/**
 * Publishes with confirms: what the window has no room for waits in order, bounded. Over a reconnect the waiting messages stay,
 * and those in front of the broker are `unknown`: they may or may not be stored.
 */
export class ConfirmedPublisher {
  private readonly waiting = new Deque<Publish>();
  private waitingBytes = 0;
  private channel: PublishChannel | null = null;
  private session: BrokerSession | null = null;
  /** Since when each of these routing keys has been refused and never taken, monotonic ms; empty while all is well. */
  private readonly refusedSince = new Map<string, number>();
  private renewedAt = -Infinity;
  private blocked = false;
  private closed = false;
  private sweep: NodeJS.Timeout | null = null;
  private onEmpty: () => void = () => undefined;

  constructor(private readonly options: ConfirmedPublisherOptions) {}

  /** Publishes one message. @throws PermanentError when no broker could take it; see MessageBus.publish. */
  publish(message: Publish['message']): Promise<PublishOutcome> {
    const fault = messageFault(message);
    if (fault !== null) return Promise.reject(fault);
    if (this.closed) return Promise.resolve('unknown');
    return new Promise((settle) => {
      const deadline = performance.now() + this.options.confirmTimeoutMs;
      const publish: Publish = { message, deadline, settle, settled: false, returned: false };
      if (this.channel !== null && this.waiting.length === 0 && this.hasRoom(this.channel)) {
        this.channel.write(publish);
      } else this.wait(publish);
      this.sweep ??= setInterval(() => this.expire(), Math.min(this.options.confirmTimeoutMs / 4, 250));
    });
  }

  /** Opens a channel on a new session and writes what waits. @throws Error when the session has ended. */
  async attach(session: BrokerSession): Promise<void> {
    this.blocked = false;
    this.session = session;
    await this.openChannel(session);
  }

  /** Stops writing while the broker takes nothing, and goes on afterwards. */
  setBlocked(blocked: boolean): void {
    this.blocked = blocked;
    this.proceed();
  }

  /** Takes nothing more and waits for open answers, but not longer than this, ms; then everything is `unknown`. */
  async close(timeoutMs: number): Promise<void> {
    this.closed = true;
    if (this.channel !== null && !this.blocked && !this.isEmpty) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.onEmpty = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    for (let publish = this.waiting.shift(); publish !== undefined; publish = this.waiting.shift()) {
      this.fail(publish, 'unknown', 'closed');
    }
    this.waitingBytes = 0;
    if (this.channel !== null) this.channel.expire(Infinity);
    if (this.sweep !== null) clearInterval(this.sweep);
    this.sweep = null;
  }

  private async openChannel(session: BrokerSession): Promise<void> {
    const confirmChannel = await session.confirmChannel();
    const channel = new PublishChannel(confirmChannel, {
      onAnswer: (publish, outcome) => this.answered(publish, outcome),
      onRoom: () => this.proceed(),
      onEnd: (unanswered) => {
        if (this.channel === channel) this.channel = null;
        for (const publish of unanswered) this.fail(publish, 'unknown', 'connection-lost');
        this.proceed();
        // The session outlives a channel that the broker has closed: it is of no use without one.
        if (!channel.isRetired) session.destroy();
      },
    });
    this.channel = channel;
    this.proceed();
  }

  /**
   * A channel that was opened while the leader of a queue was going down keeps asking that node, and the broker refuses
   * everything for the queue as if it were full, until that node is back. Another channel asks the new leader.
   */
  private async renew(session: BrokerSession, old: PublishChannel): Promise<void> {
    this.renewedAt = performance.now();
    // What is published meanwhile waits, as over a reconnect: nothing overtakes what the old channel has.
    this.channel = null;
    await old.retire(RENEW_WAIT_MS);
    // The link may have a new session already.
    if (session !== this.session || !session.isOpen || this.closed) return;
    await this.openChannel(session).catch(() => session.destroy());
  }

  private get isEmpty(): boolean {
    return this.waiting.length === 0 && (this.channel?.inFlight ?? 0) === 0;
  }

  private hasRoom(channel: PublishChannel): boolean {
    const { window, windowBytes } = this.options;
    if (this.blocked || !channel.writable) return false;
    return channel.inFlight < window && (channel.inFlight === 0 || channel.bytesInFlight < windowBytes);
  }

  private wait(publish: Publish): void {
    const { message } = publish;
    if (this.waitingBytes >= this.options.maxWaitingBytes) {
      this.fail(publish, 'nacked', 'window-full');
      return;
    }
    this.waitingBytes += message.body.length + OVERHEAD_BYTES;
    // What waits is written later than the call, from which on body and headers are the caller's again.
    const copy = { ...message, body: Buffer.from(message.body), headers: { ...message.headers } };
    this.waiting.push({ ...publish, message: copy });
  }

  private proceed(): void {
    const { channel } = this;
    while (channel !== null && this.waiting.length > 0 && this.hasRoom(channel)) {
      const publish = this.takeWaiting();
      if (publish !== undefined && !publish.settled) channel.write(publish);
    }
    if (!this.isEmpty) return;
    if (this.sweep !== null) {
      clearInterval(this.sweep);
      this.options.metrics?.bufferDepth.set({ buffer: BUFFER }, 0);
    }
    this.sweep = null;
    this.onEmpty();
  }

  private takeWaiting(): Publish | undefined {
    const publish = this.waiting.shift();
    if (publish !== undefined) this.waitingBytes -= publish.message.body.length + OVERHEAD_BYTES;
    return publish;
  }

  private answered(publish: Publish, outcome: 'confirmed' | 'nacked' | 'returned'): void {
    if (outcome === 'nacked') this.noteRefusal(publish.message.routingKey);
    else {
      if (this.refusedSince.size > 0) this.refusedSince.delete(publish.message.routingKey);
      this.options.onRouted(publish.message, outcome === 'returned');
    }
    if (outcome === 'returned')
      this.options.metrics?.messagesFailed.inc({ stage: 'broker', reason: 'returned' });
    if (publish.settled) return;
    publish.settled = true;
    publish.settle(outcome);
  }

  private noteRefusal(routingKey: string): void {
    const now = performance.now();
    const since = this.refusedSince.get(routingKey);
    if (since === undefined) this.refusedSince.set(routingKey, now);
    else {
      const { renewAfterMs } = this.options;
      const { session, channel } = this;
      if (session === null || channel === null) return;
      if (now - Math.max(since, this.renewedAt) >= renewAfterMs) void this.renew(session, channel);
    }
  }

  private expire(): void {
    const now = performance.now();
    let expired = this.channel?.expire(now) ?? 0;
    for (
      let head = this.waiting.at(0);
      head !== undefined && head.deadline <= now;
      head = this.waiting.at(0)
    ) {
      this.takeWaiting();
      head.settled = true;
      head.settle('unknown');
      expired += 1;
    }
    if (expired > 0)
      this.options.metrics?.messagesFailed.inc({ stage: 'broker', reason: 'no-answer' }, expired);
    const depth = this.waiting.length + (this.channel?.inFlight ?? 0);
    this.options.metrics?.bufferDepth.set({ buffer: BUFFER }, depth);
    this.proceed();
  }

  private fail(publish: Publish, outcome: 'unknown' | 'nacked', reason: string): void {
    if (publish.settled) return;
    publish.settled = true;
    this.options.metrics?.messagesFailed.inc({ stage: 'broker', reason });
    publish.settle(outcome);
  }
}
