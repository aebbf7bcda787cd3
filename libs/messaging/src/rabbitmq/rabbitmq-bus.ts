import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PermanentError, RetryableError, type QueueSpec } from '@neuraltrade/contracts';
import type { LogQueue } from '../log-queue';
import type {
  BusHealth,
  ConsumeOptions,
  Delivery,
  MessageBus,
  OutgoingMessage,
  PublishOutcome,
  QueueDepth,
  Subscription,
} from '../message-bus';
import { OPTIONAL_QUEUE_EXPIRES_MS } from '../queue-limits';
import { BestEffortSender } from './best-effort-sender';
import { type BrokerAddress, brokerAddress } from './broker-address';
import { brokerCode, faultText, isNodeDown, topologyRefusal } from './broker-fault';
import { BrokerLink, closedError, type LinkRole } from './broker-link';
import type { BrokerSession } from './broker-session';
import { ConfirmedPublisher } from './confirmed-publisher';
import { ConsumingChannel } from './consuming-channel';
import type { RabbitMqBusOptions } from './options';
import type { Publish } from './publish-channel';
import { QueueSubscription } from './queue-subscription';
import { StreamLog } from './stream-log';
import { Topology } from './topology';
import { TopologyRepair } from './topology-repair';

/** Between attempts at what the broker could not do yet, ms: a queue whose node is still coming up, for one. */
const RETRY_MS = 200;
/** Longest wait for open confirms when the bus is closed, ms. */
const DRAIN_TIMEOUT_MS = 3_000;
const MAX_PREFETCH = 65_535;

/**
 * A message bus over RabbitMQ. It connects in the background and again for ever; what needs the broker waits for it.
 * @throws PermanentError when there is no address or one cannot be read; Error when the CA file cannot be read.
 */
export function createRabbitMqBus(options: RabbitMqBusOptions): MessageBus {
  return new RabbitMqBus(options);
}

class RabbitMqBus implements MessageBus {
  private readonly topology: Topology;
  private readonly repair: TopologyRepair;
  private readonly publisher: ConfirmedPublisher;
  private readonly sender: BestEffortSender;
  private readonly links: Readonly<Record<LinkRole, BrokerLink>>;
  private readonly consumers = new Set<{ close(): Promise<void> }>();
  /** Queues whose consumer went away and that nobody consumes again yet, and why. */
  private readonly unconsumed = new Map<string, string>();
  private readonly logs = new Map<string, LogQueue>();
  private closing: Promise<void> | null = null;

  constructor(private readonly options: RabbitMqBusOptions) {
    const { metrics, heartbeatS, connectTimeoutMs, caFile, random = Math.random, now = Date.now } = options;
    if (options.urls.length === 0)
      throw new PermanentError('malformed', 'No address of the broker is given.');
    let known = options.urls.map((url) => brokerAddress(url, heartbeatS));
    const addresses = (): readonly BrokerAddress[] => {
      try {
        const urls = options.currentUrls?.() ?? [];
        if (urls.length > 0) known = urls.map((url) => brokerAddress(url, heartbeatS));
      } catch {
        // A file that is being replaced is read at the next round.
      }
      return known;
    };
    const ca = caFile === undefined ? undefined : readFileSync(caFile);
    this.topology = new Topology(options.optionalQueueExpiresMs ?? OPTIONAL_QUEUE_EXPIRES_MS);
    this.repair = new TopologyRepair((role) => this.assertAll(role), now);
    this.sender = new BestEffortSender(metrics);
    this.publisher = new ConfirmedPublisher({
      confirmTimeoutMs: options.confirmTimeoutMs ?? 10_000,
      window: options.publishWindow ?? 1_000,
      windowBytes: options.publishWindowBytes ?? 16_777_216,
      maxWaitingBytes: options.maxWaitingBytes ?? 67_108_864,
      renewAfterMs: options.renewAfterMs ?? 1_000,
      metrics,
      onRouted: ({ amqpExchange, routingKey }, returned) => {
        if (returned) this.repair.unroutable(amqpExchange, routingKey);
        else this.repair.routed(amqpExchange, routingKey);
      },
    });
    const link = (role: LinkRole, prepare: (session: BrokerSession) => Promise<void>): BrokerLink =>
      new BrokerLink({
        ...options,
        role,
        addresses,
        session: { connectTimeoutMs, ca, name: `${options.name ?? 'neuraltrade'} ${role}` },
        prepare,
        onBlocked: (blocked) => {
          if (role === 'publish') this.setBlocked(blocked);
        },
        random,
        now,
      });
    this.links = {
      publish: link('publish', async (session) => {
        await this.topology.assertAll(session, 'publish');
        await this.sender.attach(session);
        await this.publisher.attach(session);
      }),
      consume: link('consume', (session) => this.topology.assertAll(session, 'consume')),
    };
    for (const each of Object.values(this.links)) each.start();
  }

  async declare(queues: readonly QueueSpec[]): Promise<void> {
    this.topology.check(queues);
    await this.untilDone(async () => {
      // The amqp exchanges too: somebody may have deleted one since this connection began.
      await this.topology.assertQueues(await this.links.publish.ready(), 'publish', queues, true);
      await this.topology.assertQueues(await this.links.consume.ready(), 'consume', queues);
    });
    this.topology.remember(queues);
  }

  publish(message: OutgoingMessage): Promise<PublishOutcome> {
    return this.publisher.publish(message);
  }

  send(message: OutgoingMessage): void {
    if (this.closing === null) this.sender.send(message);
  }

  async consume(
    queue: string,
    { prefetch }: ConsumeOptions,
    onDelivery: (delivery: Delivery) => void,
  ): Promise<Subscription> {
    if (!Number.isSafeInteger(prefetch) || prefetch < 1 || prefetch > MAX_PREFETCH) {
      throw new PermanentError(
        'malformed',
        `A consumer of ${queue} needs a prefetch from 1 to ${MAX_PREFETCH}, not ${prefetch}.`,
      );
    }
    const { metrics } = this.options;
    const subscription = await this.opened(queue, (session) => {
      const exclusive = this.topology.isExclusive(queue);
      return QueueSubscription.open(session, {
        queue,
        exclusive,
        prefetch,
        onDelivery,
        publish: (message) => this.publish(message),
        onParked: (reason) => metrics?.parked.inc({ reason }),
        onRepeatedAnswer: () => metrics?.messagesFailed.inc({ stage: 'consume', reason: 'repeated-answer' }),
        onEnded: (how, reason) => {
          if (how === 'lost') this.noteLost(queue, reason);
          else if (exclusive) this.topology.forget(queue);
        },
      });
    });
    this.unconsumed.delete(queue);
    return this.closedWithBus(subscription);
  }

  async openLog(name: string): Promise<LogQueue> {
    this.assertOpen();
    const known = this.logs.get(name);
    if (known !== undefined) return known;
    await this.untilDone(async () => this.topology.assertLog(await this.links.publish.ready(), name));
    this.topology.rememberLog(name);
    const log = new StreamLog(name, {
      publish: (message: Publish['message']) => this.publisher.publish(message),
      consume: async (consume) =>
        this.closedWithBus(await this.opened(name, (session) => ConsumingChannel.open(session, consume))),
    });
    this.logs.set(name, log);
    return log;
  }

  async depth(queue: string): Promise<QueueDepth> {
    const session = this.links.consume.session;
    if (session === null) throw new RetryableError(this.links.consume.problem);
    try {
      const { messageCount } = await session.withChannel((channel) => channel.checkQueue(queue));
      return { ready: messageCount, unacked: 0 };
    } catch (error) {
      if (brokerCode(error) === 404) return { ready: 0, unacked: 0 };
      throw new RetryableError(`The depth of ${queue} is not known: ${faultText(error)}.`);
    }
  }

  health(): BusHealth {
    const reason =
      this.closing !== null
        ? 'The message bus is closed.'
        : this.links.publish.problem || this.links.consume.problem || this.repair.problem || this.lostQueue;
    return { ok: reason === '', reason };
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    await Promise.all([...this.consumers].map((consumer) => consumer.close()));
    await this.publisher.close(DRAIN_TIMEOUT_MS);
    this.repair.stop();
    await Promise.all(Object.values(this.links).map((link) => link.close()));
  }

  private get lostQueue(): string {
    for (const sentence of this.unconsumed.values()) return sentence;
    return '';
  }

  private setBlocked(blocked: boolean): void {
    this.publisher.setBlocked(blocked);
    this.sender.setBlocked(blocked);
  }

  private noteLost(queue: string, reason: string): void {
    const sentence = `Queue ${queue} is not consumed any more: ${reason}.`;
    this.unconsumed.set(queue, sentence);
    this.options.log.warn({ queue }, sentence);
    // The queue itself may be gone.
    this.repair.request();
  }

  private async assertAll(role: LinkRole): Promise<void> {
    const { session } = this.links[role];
    if (session !== null) await this.topology.assertAll(session, role);
  }

  /** Opens a consumer: over lost connections, and over a queue of ours that somebody has deleted. */
  private async opened<T>(queue: string, open: (session: BrokerSession) => Promise<T>): Promise<T> {
    let missing = 0;
    for (;;) {
      const session = await this.links.consume.ready();
      this.assertOpen();
      try {
        return await open(session);
      } catch (error) {
        this.assertOpen();
        if (brokerCode(error) === 404 && !isNodeDown(error)) {
          if (!this.isOurs(queue) || ++missing > 1) throw undeclared(queue);
          await this.links.publish.ready();
          await this.untilDone(() => this.repair.now());
          continue;
        }
        const refusal = brokerCode(error) === 403 ? inUse(queue, error) : topologyRefusal(error);
        if (refusal !== null) throw refusal;
        await sleep(RETRY_MS);
      }
    }
  }

  /** Repeats what the broker could not do yet. @throws PermanentError when it never will, or when the bus is closed. */
  private async untilDone(work: () => Promise<void>): Promise<void> {
    for (;;) {
      this.assertOpen();
      try {
        await work();
        return;
      } catch (error) {
        if (error instanceof PermanentError) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  private isOurs(queue: string): boolean {
    return this.topology.has(queue) || this.logs.has(queue);
  }

  private closedWithBus<T extends { close(): Promise<void>; readonly ended: Promise<unknown> }>(
    consumer: T,
  ): T {
    this.consumers.add(consumer);
    void consumer.ended.then(() => this.consumers.delete(consumer));
    return consumer;
  }

  private assertOpen(): void {
    if (this.closing !== null) throw closedError();
  }
}

function undeclared(queue: string): PermanentError {
  return new PermanentError('malformed', `Queue ${queue} is not declared: declare it before consuming it.`);
}

function inUse(queue: string, error: unknown): PermanentError {
  return /exclusive/.test(faultText(error))
    ? new PermanentError('malformed', `Queue ${queue} is exclusive and has its consumer already.`)
    : new PermanentError(
        'malformed',
        `The broker does not let its user consume ${queue}: ${faultText(error)}.`,
      );
}
