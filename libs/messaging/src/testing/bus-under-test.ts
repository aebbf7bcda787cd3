import type { QueueSpec } from '@neuraltrade/contracts';
import type { Delivery, MessageBus, OutgoingMessage, Subscription } from '../message-bus';

/** A bus made for one test. */
export interface BusUnderTest {
  /** A bus that nothing is declared on yet: the in-process one, or a connection to a broker's empty virtual host. */
  readonly bus: MessageBus;
  /** Closes the bus and gives another one on the same storage; absent when logs and core queues do not outlive it. */
  readonly restart?: () => Promise<MessageBus>;
  /** Closes whatever is open and removes what was stored. */
  dispose(): Promise<void>;
}

/** Makes the bus of one test. */
export type MakeBus = () => Promise<BusUnderTest>;

/** The bus of the running test, made before it and disposed of after it. */
export function eachTestHasItsBus(makeBus: MakeBus): () => BusUnderTest {
  let current: BusUnderTest | undefined;
  beforeEach(async () => {
    current = await makeBus();
  });
  afterEach(async () => {
    await current?.dispose();
    current = undefined;
  });
  return () => {
    if (current === undefined) throw new Error('The bus exists only within a test.');
    return current;
  };
}

/** Resolves once the condition holds; rejects with what was waited for when it does not within 10 s. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited 10 s in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A queue with room, bound to every key of market.raw, unless told otherwise. */
export function queueSpec(name: string, changes: Partial<QueueSpec> = {}): QueueSpec {
  return {
    name,
    kind: 'core',
    singleActiveConsumer: false,
    maxBytes: 10_000_000,
    bindings: [{ amqpExchange: 'market.raw', pattern: '#' }],
    ...changes,
  };
}

/** A message whose id and body are a text, on market.raw unless told otherwise. */
export function message(text: string, changes: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return {
    amqpExchange: 'market.raw',
    routingKey: 'raw.0.binance',
    body: Buffer.from(text),
    contentType: 'application/json',
    headers: { schema: 'raw', schemaVersion: 1 },
    messageId: text,
    ...changes,
  };
}

/** Message texts first, first+1, ... */
export function texts(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(first + i));
}

/** Publishes messages one after another and expects every one to be confirmed. */
export async function publishAll(bus: MessageBus, bodies: readonly string[]): Promise<void> {
  for (const text of bodies) expect(await bus.publish(message(text))).toBe('confirmed');
}

/** A consumer that answers nothing by itself. */
export interface Collector {
  /** What was delivered, in order. */
  readonly deliveries: Delivery[];
  /** Its subscription. */
  readonly subscription: Subscription;
  /** The texts of what was delivered, in order. */
  texts(): string[];
  /** Waits for that many deliveries in all. */
  received(count: number): Promise<Delivery[]>;
}

/** Consumes a queue and collects its deliveries. */
export async function collect(bus: MessageBus, queue: string, prefetch = 100): Promise<Collector> {
  const deliveries: Delivery[] = [];
  const subscription = await bus.consume(queue, { prefetch }, (delivery) => deliveries.push(delivery));
  return {
    deliveries,
    subscription,
    texts: () => deliveries.map(({ body }) => body.toString()),
    received: async (count) => {
      await until(`${count} deliveries of ${queue}`, () => deliveries.length >= count);
      return deliveries;
    },
  };
}
