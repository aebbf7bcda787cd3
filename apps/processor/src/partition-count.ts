import { randomUUID } from 'node:crypto';
import { logNames } from '@neuraltrade/contracts';
import { type MessageBus, within } from '@neuraltrade/messaging';
import { ConfigError } from '@neuraltrade/service';

const WAIT_MS = 10_000;

/**
 * Holds the number of partitions to the one that this bus was first used with: another one would send a symbol's trades to a
 * partition that knows nothing of their past.
 * @throws ConfigError with both numbers when they differ.
 */
export async function holdPartitionCount(bus: MessageBus, partitions: number): Promise<void> {
  const log = await bus.openLog(logNames.partitions);
  const nonce = randomUUID();
  // Appended before it is known whether it may stand: only the oldest record counts, so a refused start leaves no trace.
  await log.append({ headers: { partitions, nonce }, body: Buffer.alloc(0) });
  let oldest: number | null = null;
  let seen: () => void = () => undefined;
  const ownSeen = new Promise<void>((resolve) => (seen = resolve));
  const reader = await log.follow(({ headers }) => {
    oldest ??= Number(headers['partitions']);
    if (headers['nonce'] === nonce) seen();
  });
  try {
    await within(WAIT_MS, `Reading ${logNames.partitions}`, ownSeen);
  } finally {
    await reader.close();
  }
  if (oldest === partitions) return;
  throw new ConfigError([
    `PARTITIONS is ${partitions}, but this data was begun with ${String(oldest)}: set it back, or begin with empty data.`,
  ]);
}
