import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  AMQP_EXCHANGES,
  DEFAULT_QUEUE_MAX_BYTES,
  parkedQueue,
  PermanentError,
  type QueueSpec,
} from '@neuraltrade/contracts';
import { Deque } from '../deque';
import { createInProcessBus } from '../in-process/in-process-bus';
import type { Delivery, MessageBus, PublishOutcome, Subscription } from '../message-bus';
import { assertReplayable, type ParkedMessage, readParked, replayOf } from './parked-message';
import { PARKED_AUDIT_LOG, type ParkedMessages } from './parked-messages';

const QUEUE = parkedQueue(1).name;

/**
 * Opens the parked messages in the files of an in-process bus that does not run.
 * @param dataDir the bus's directory.
 * @throws PermanentError when a live process owns it or there are no such files, with a sentence.
 */
export async function openFileParked(
  dataDir: string,
  onRepair: (sentence: string) => void,
): Promise<ParkedMessages> {
  if (!existsSync(join(dataDir, 'queues', QUEUE)))
    throw new PermanentError('malformed', `There are no queues in ${dataDir}: no pipeline has run with it.`);
  const bus = createInProcessBus({ dataDir, onRepair });
  try {
    // All of them are in memory then, and none is refused.
    await bus.declare([{ ...parkedQueue(Number.MAX_SAFE_INTEGER), bindings: [] }]);
    return new FileParked(bus, dataDir, (await bus.depth(QUEUE)).ready);
  } catch (error) {
    await bus.close();
    throw error;
  }
}

class FileParked implements ParkedMessages {
  private readonly tags = new WeakMap<ParkedMessage, number>();
  private subscription: Subscription | null = null;

  constructor(
    private readonly bus: MessageBus,
    private readonly dataDir: string,
    readonly count: number,
  ) {}

  get place(): string {
    return this.dataDir;
  }

  async *messages(): AsyncGenerator<ParkedMessage> {
    const arrived = new Deque<Delivery>();
    let wake = (): void => undefined;
    this.subscription = await this.bus.consume(QUEUE, { prefetch: Math.max(1, this.count) }, (delivery) => {
      arrived.push(delivery);
      wake();
    });
    for (let seen = 0; seen < this.count; seen += 1) {
      if (arrived.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const delivery = arrived.shift() as Delivery;
      const parked = readParked(delivery, null);
      this.tags.set(parked, delivery.tag);
      yield parked;
    }
  }

  async replay(message: ParkedMessage): Promise<PublishOutcome> {
    const { queue } = message;
    assertReplayable(message);
    // Queues of other kinds are gone with their process.
    if (!existsSync(join(this.dataDir, 'queues', queue))) return 'returned';
    await this.bus.declare([target(queue)]);
    const amqpExchange = AMQP_EXCHANGES.raw;
    return this.bus.publish({ ...replayOf(message), amqpExchange, routingKey: routeTo(queue) });
  }

  take(message: ParkedMessage): void {
    const tag = this.tags.get(message);
    if (tag !== undefined && this.tags.delete(message)) this.subscription?.ack(tag);
  }

  async record(entry: Readonly<Record<string, unknown>>): Promise<void> {
    const log = await this.bus.openLog(PARKED_AUDIT_LOG);
    await log.append({ headers: { type: 'audit' }, body: Buffer.from(JSON.stringify(entry)) });
  }

  async close(): Promise<void> {
    await this.subscription?.close();
    await this.bus.close();
  }
}

/** Bound to nothing but its own route: bindings are not in the files, so that this process makes all there are. */
function target(queue: string): QueueSpec {
  return {
    name: queue,
    kind: 'core',
    singleActiveConsumer: false,
    maxBytes: DEFAULT_QUEUE_MAX_BYTES,
    bindings: [{ amqpExchange: AMQP_EXCHANGES.raw, pattern: routeTo(queue) }],
  };
}

function routeTo(queue: string): string {
  return `replay.${queue}`;
}
