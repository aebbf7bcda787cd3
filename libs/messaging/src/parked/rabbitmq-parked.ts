import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parkedQueue, PermanentError, RetryableError } from '@neuraltrade/contracts';
import type { Channel, ConsumeMessage } from 'amqplib';
import { shuffled } from '../shuffled';
import type { PublishOutcome } from '../message-bus';
import { brokerAddress, type BrokerAddress } from '../rabbitmq/broker-address';
import { brokerCode, connectionFault, faultText } from '../rabbitmq/broker-fault';
import { BrokerSession } from '../rabbitmq/broker-session';
import { ConfirmedPublisher } from '../rabbitmq/confirmed-publisher';
import { deliveryOf } from '../rabbitmq/consumed-message';
import type { RabbitMqBusOptions } from '../rabbitmq/options';
import { LOG_OPTIONS } from '../rabbitmq/queue-arguments';
import { brokerDeath } from './broker-death';
import { assertReplayable, type ParkedMessage, readParked, replayOf } from './parked-message';
import { ParkedPage } from './parked-page';
import { PARKED_AUDIT_LOG, type ParkedMessages } from './parked-messages';

const QUEUE = parkedQueue(1).name;
/** Held by whoever handles parked messages: a second one would see only what the first one has not taken out yet. */
const LOCK_QUEUE = 'parked.lock';
/** Messages on one channel; a connection has two thousand channels. */
const PAGE_SIZE = 500;
const CLOSE_TIMEOUT_MS = 3_000;
const GIVE_BACK_TIMEOUT_MS = 2_000;

/** Where and how the broker is reached. */
export type RabbitMqParkedOptions = Pick<
  RabbitMqBusOptions,
  'urls' | 'heartbeatS' | 'connectTimeoutMs' | 'caFile' | 'confirmTimeoutMs'
>;

/**
 * Opens market.parked of a broker. It is tried once, at every node.
 * @throws RetryableError when no node can be reached or another one holds the messages, PermanentError when the broker
 *   refuses for good or an address cannot be read, each with a sentence.
 */
export async function openRabbitMqParked(options: RabbitMqParkedOptions): Promise<ParkedMessages> {
  const addresses = options.urls.map((url) => brokerAddress(url, options.heartbeatS));
  const sessions: BrokerSession[] = [];
  try {
    // Apart, since a broker that takes no messages reads no answers from the same connection either.
    for (const role of ['consume', 'publish']) sessions.push(await connected(addresses, options, role));
    const [consuming, publishing] = sessions as [BrokerSession, BrokerSession];
    await locked(consuming);
    const count = await readyIn(consuming);
    const publisher = new ConfirmedPublisher({
      confirmTimeoutMs: options.confirmTimeoutMs ?? 10_000,
      window: 1_000,
      windowBytes: 16_777_216,
      maxWaitingBytes: 67_108_864,
      metrics: undefined,
      // The first refusal ends what is done.
      renewAfterMs: Infinity,
      onRouted: () => undefined,
    });
    await publisher.attach(publishing);
    return new RabbitMqParked(consuming, publishing, publisher, count);
  } catch (error) {
    await Promise.all(sessions.map((session) => session.close(CLOSE_TIMEOUT_MS)));
    throw error;
  }
}

interface HeldMessage {
  readonly page: ParkedPage;
  readonly message: ConsumeMessage;
}

class RabbitMqParked implements ParkedMessages {
  private readonly pages: ParkedPage[] = [];
  private readonly given = new WeakMap<ParkedMessage, HeldMessage>();
  private readonly walk = this.walkThrough();
  private audited = false;

  constructor(
    private readonly consuming: BrokerSession,
    private readonly publishing: BrokerSession,
    private readonly publisher: ConfirmedPublisher,
    readonly count: number,
  ) {}

  get place(): string {
    return `RabbitMQ at ${this.consuming.node}`;
  }

  async *messages(): AsyncGenerator<ParkedMessage> {
    // By hand: who stops early must not end the walk.
    for (let next = await this.walk.next(); next.done !== true; next = await this.walk.next()) {
      const { message } = next.value;
      const headers = (message.properties.headers ?? {}) as Readonly<Record<string, unknown>>;
      const parked = readParked(deliveryOf(message), brokerDeath(headers, QUEUE));
      this.given.set(parked, next.value);
      yield parked;
    }
  }

  async replay(message: ParkedMessage): Promise<PublishOutcome> {
    assertReplayable(message);
    return this.publisher.publish({ ...replayOf(message), amqpExchange: '', routingKey: message.queue });
  }

  take(message: ParkedMessage): void {
    const given = this.given.get(message);
    if (given?.page.ack(given.message) === true) this.given.delete(message);
  }

  async record(entry: Readonly<Record<string, unknown>>): Promise<void> {
    if (!this.audited)
      await this.publishing.withChannel((channel) => channel.assertQueue(PARKED_AUDIT_LOG, LOG_OPTIONS));
    this.audited = true;
    const outcome = await this.publisher.publish({
      amqpExchange: '',
      routingKey: PARKED_AUDIT_LOG,
      body: Buffer.from(JSON.stringify(entry)),
      contentType: 'application/json',
      headers: { type: 'audit' },
      messageId: '',
    });
    if (outcome !== 'confirmed')
      throw new RetryableError(
        `What is done could not be recorded in ${PARKED_AUDIT_LOG}: it was ${outcome}.`,
      );
  }

  async close(): Promise<void> {
    await this.publisher.close(CLOSE_TIMEOUT_MS);
    await this.giveBack().catch(() => undefined);
    await Promise.all([this.consuming, this.publishing].map((session) => session.close(CLOSE_TIMEOUT_MS)));
  }

  private async *walkThrough(): AsyncGenerator<HeldMessage> {
    for (let seen = 0; seen < this.count;) {
      const page = await ParkedPage.open(this.consuming, QUEUE, PAGE_SIZE);
      this.pages.push(page);
      const before = seen;
      while (seen < this.count) {
        const message = await page.next();
        if (message === null) break;
        seen += 1;
        yield { page, message };
      }
      await page.cancel();
      if (seen === before) return;
    }
  }

  /**
   * What is given back stands behind everything that was given back before: so that all of it keeps its order, all of it is
   * taken out first.
   * A page after the other, each seen to be back before the next, or before somebody else looks: so they keep their order.
   * The end of a channel is answered before its queue knows of it.
   */
  private async giveBack(): Promise<void> {
    for (let rest = await this.walk.next(); rest.done !== true; rest = await this.walk.next());
    for (const page of this.pages) {
      await page.cancel();
      const whole = (await readyIn(this.consuming)) + page.heldCount;
      await page.close();
      for (const end = performance.now() + GIVE_BACK_TIMEOUT_MS; performance.now() < end; await sleep(2))
        if ((await readyIn(this.consuming)) >= whole) break;
    }
  }
}

async function connected(
  addresses: readonly BrokerAddress[],
  { connectTimeoutMs, caFile }: RabbitMqParkedOptions,
  role: string,
): Promise<BrokerSession> {
  const ca = caFile === undefined ? undefined : readFileSync(caFile);
  const faults: string[] = [];
  for (const address of shuffled(addresses, Math.random)) {
    try {
      return await BrokerSession.open(address, {
        connectTimeoutMs,
        ca,
        name: `parked ${role}`,
        signal: new AbortController().signal,
        onBlocked: () => undefined,
      });
    } catch (error) {
      faults.push(`${address.node}: ${connectionFault(error, address.virtualHost)}`);
    }
  }
  throw new RetryableError(`RabbitMQ cannot be reached: ${faults.join('; ')}.`);
}

async function locked(session: BrokerSession): Promise<void> {
  const lock = (channel: Channel) =>
    channel.assertQueue(LOCK_QUEUE, { exclusive: true, durable: false, autoDelete: false });
  try {
    await session.withChannel(lock);
  } catch (error) {
    if (brokerCode(error) !== 405) throw error;
    throw new RetryableError(
      `Another command is at work on the parked messages of ${session.node}: wait until it has ended.`,
    );
  }
}

async function readyIn(session: BrokerSession): Promise<number> {
  try {
    return (await session.withChannel((channel) => channel.checkQueue(QUEUE))).messageCount;
  } catch (error) {
    if (brokerCode(error) === 404)
      throw new PermanentError(
        'malformed',
        `There is no queue ${QUEUE} on RabbitMQ at ${session.node}: no service has begun there yet.`,
      );
    throw new RetryableError(
      `${QUEUE} on RabbitMQ at ${session.node} cannot be looked at: ${faultText(error)}.`,
    );
  }
}
