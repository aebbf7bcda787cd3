import { setTimeout as sleep } from 'node:timers/promises';
import type { RabbitMq } from '@neuraltrade/infra';

const LOOK_EVERY_MS = 250;

/** Messages of each queue, those under way to a consumer included. */
export async function messagesByQueue(broker: Pick<RabbitMq, 'rabbitmqctl'>): Promise<Map<string, number>> {
  const told = await broker.rabbitmqctl('--silent', 'list_queues', '--no-table-headers', 'name', 'messages');
  return new Map(
    told.split('\n').flatMap((line) => {
      const [name, messages] = line.trim().split(/\s+/);
      return name === undefined || messages === undefined ? [] : [[name, Number(messages)]];
    }),
  );
}

/**
 * Waits until the queues whose names begin so hold nothing any more.
 * @returns null, or a sentence that names those which still do when the time is over.
 */
export async function drained(
  broker: Pick<RabbitMq, 'rabbitmqctl'>,
  prefix: string,
  withinMs: number,
): Promise<string | null> {
  for (const deadline = Date.now() + withinMs; ; await sleep(LOOK_EVERY_MS)) {
    const queues = [...(await messagesByQueue(broker))].filter(([name]) => name.startsWith(prefix));
    if (queues.length === 0) return `There is no queue ${prefix}*.`;
    const full = queues.filter(([, messages]) => messages > 0);
    if (full.length === 0) return null;
    if (Date.now() > deadline)
      return `After ${withinMs / 1_000} s messages still wait: ${full.map(([name, count]) => `${count} in ${name}`).join(', ')}.`;
  }
}
