import { AMQP_EXCHANGES, PermanentError, type QueueBinding, type QueueSpec } from '@neuraltrade/contracts';
import type { Channel } from 'amqplib';
import { topologyRefusal } from './broker-fault';
import type { BrokerSession } from './broker-session';
import type { LinkRole } from './broker-link';
import { LOG_OPTIONS, queueOptions } from './queue-arguments';

/** Everything that this process has declared, so that it can be declared again on every new connection. */
export class Topology {
  private readonly queues = new Map<string, QueueSpec>();
  private readonly logs = new Set<string>();

  constructor(private readonly optionalQueueExpiresMs: number) {}

  /** Whether a queue was declared here. */
  has(queue: string): boolean {
    return this.queues.has(queue);
  }

  /** Whether a queue was declared here and belongs to this connection alone. */
  isExclusive(queue: string): boolean {
    return this.queues.get(queue)?.kind === 'exclusive';
  }

  /** Forgets a queue that went away with its consumer. */
  forget(queue: string): void {
    this.queues.delete(queue);
  }

  /** @throws PermanentError when a bound is no positive number. */
  check(specs: readonly QueueSpec[]): void {
    for (const { name, maxBytes } of specs) {
      if (maxBytes > 0) continue;
      throw new PermanentError('malformed', `Queue ${name} needs maxBytes above 0, not ${maxBytes}.`);
    }
  }

  /** Keeps queues that the broker has accepted; their bindings add up. */
  remember(specs: readonly QueueSpec[]): void {
    for (const spec of specs) {
      const known = this.queues.get(spec.name)?.bindings ?? [];
      const isNew = ({ amqpExchange, pattern }: QueueBinding): boolean =>
        !known.some((binding) => binding.amqpExchange === amqpExchange && binding.pattern === pattern);
      this.queues.set(spec.name, { ...spec, bindings: [...known, ...spec.bindings.filter(isNew)] });
    }
  }

  /** Keeps a log queue that the broker has accepted. */
  rememberLog(name: string): void {
    this.logs.add(name);
  }

  /**
   * Declares everything remembered that belongs to a connection of this role: exclusive queues live and die with the one that
   * consumes.
   * @throws PermanentError when the broker refuses any of it for good; whatever else was thrown may be tried again.
   */
  async assertAll(session: BrokerSession, role: LinkRole): Promise<void> {
    await this.assertQueues(session, role, [...this.queues.values()], true);
    if (role === 'consume' || this.logs.size === 0) return;
    await asserting(session, async (channel) => {
      for (const name of this.logs) await channel.assertQueue(name, LOG_OPTIONS);
    });
  }

  /** Declares those of the queues that belong to a connection of this role. @throws as assertAll does. */
  async assertQueues(
    session: BrokerSession,
    role: LinkRole,
    specs: readonly QueueSpec[],
    amqpExchanges = false,
  ): Promise<void> {
    const mine = specs.filter(({ kind }) => (kind === 'exclusive') === (role === 'consume'));
    if (mine.length === 0 && !amqpExchanges) return;
    await asserting(session, async (channel) => {
      if (amqpExchanges) {
        for (const name of Object.values(AMQP_EXCHANGES)) {
          await channel.assertExchange(name, 'topic', { durable: true });
        }
      }
      for (const spec of mine) {
        await channel.assertQueue(spec.name, queueOptions(spec, this.optionalQueueExpiresMs));
        for (const { amqpExchange, pattern } of spec.bindings) {
          await channel.bindQueue(spec.name, amqpExchange, pattern);
        }
      }
    });
  }

  /** Declares a log queue. @throws as assertAll does. */
  async assertLog(session: BrokerSession, name: string): Promise<void> {
    await asserting(session, (channel) => channel.assertQueue(name, LOG_OPTIONS));
  }
}

async function asserting(
  session: BrokerSession,
  work: (channel: Channel) => Promise<unknown>,
): Promise<void> {
  try {
    await session.withChannel(work);
  } catch (error) {
    throw topologyRefusal(error) ?? error;
  }
}
