import { sharedRabbitMq, whyNoRabbitMq, type Environment, type SharedRabbitMq } from '@neuraltrade/infra';
import { connect, type Channel, type ChannelModel } from 'amqplib';
import type { MessageBus } from '../message-bus';
import type { RabbitMqBusOptions } from '../rabbitmq/options';
import { createRabbitMqBus } from '../rabbitmq/rabbitmq-bus';

/**
 * Runs tests that need a broker, or skips them with a sentence. To be called in a *.integration.spec.ts file.
 * @param env the environment of the test.
 */
export function describeWithBroker(
  env: Environment,
  name: string,
  tests: (broker: SharedRabbitMq) => void,
): void {
  const broker = sharedRabbitMq(env);
  if (broker === null) test.skip(`${name} (${whyNoRabbitMq(env)})`, () => undefined);
  else describe(name, () => tests(broker));
}

/** A virtual host of the shared broker, and a connection to it beside the bus under test. */
export interface VirtualHost {
  /** Its address. */
  readonly url: string;
  /** A channel of the test's own. */
  readonly channel: Channel;
  /** Makes a bus on it whose queues are deleted by `clear`. */
  makeBus(changes?: Partial<RabbitMqBusOptions>): MessageBus;
  /** Deletes every queue that buses made here have declared. */
  clear(): Promise<void>;
  /** Ends the connection. */
  close(): Promise<void>;
}

/** Settings by which tests reconnect quickly. */
export const QUICK: Omit<RabbitMqBusOptions, 'urls'> = {
  heartbeatS: 2,
  connectTimeoutMs: 5_000,
  reconnectBaseMs: 50,
  reconnectMaxMs: 200,
  log: { info: () => undefined, warn: () => undefined },
};

/** Takes a virtual host of the shared broker. */
export async function makeVirtualHost(broker: SharedRabbitMq): Promise<VirtualHost> {
  const url = await broker.takeVirtualHost();
  const model: ChannelModel = await connect(url);
  model.on('error', () => undefined);
  const channel = await model.createChannel();
  channel.on('error', () => undefined);
  const names = new Set<string>();
  return {
    url,
    channel,
    makeBus: (changes = {}) => {
      const bus = createRabbitMqBus({ urls: [url], ...QUICK, ...changes });
      return Object.assign(Object.create(bus) as MessageBus, {
        declare: (queues: Parameters<MessageBus['declare']>[0]) => {
          for (const queue of queues) names.add(queue.name);
          return bus.declare(queues);
        },
        openLog: (log: string) => {
          names.add(log);
          return bus.openLog(log);
        },
      });
    },
    clear: async () => {
      for (const queue of names) await channel.deleteQueue(queue);
      names.clear();
    },
    close: () => model.close().catch(() => undefined),
  };
}
