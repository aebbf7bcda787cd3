import type { BrokerDeath } from './parked-message';

/** The name under which a broker keeps its history of a message that it gave up, the newest entry first. */
const DEATHS = 'x-death';

/**
 * How the broker gave a message up last, by the headers that it noted.
 * @param except a queue whose entry does not count: the one in which the message waits now.
 * @returns null when it never did.
 */
export function brokerDeath(headers: Readonly<Record<string, unknown>>, except: string): BrokerDeath | null {
  const deaths: unknown = headers[DEATHS];
  if (!Array.isArray(deaths)) return null;
  for (const death of deaths as unknown[]) {
    if (typeof death !== 'object' || death === null) continue;
    const {
      queue,
      reason,
      exchange,
      time,
      ['routing-keys']: keys,
    } = death as Readonly<Record<string, unknown>>;
    if (typeof queue !== 'string' || queue === except) continue;
    const [key] = Array.isArray(keys) ? (keys as unknown[]) : [];
    return {
      queue,
      reason: textOf(reason).replaceAll('_', '-'),
      amqpExchange: textOf(exchange),
      routingKey: textOf(key),
      at: instantOf(time),
    };
  }
  return null;
}

/** The client gives an AMQP timestamp, whole seconds, as a tagged value. */
function instantOf(time: unknown): number | null {
  if (typeof time !== 'object' || time === null || !('value' in time)) return null;
  return typeof time.value === 'number' ? time.value * 1_000 : null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
