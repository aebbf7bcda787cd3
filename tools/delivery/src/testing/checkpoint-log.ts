import { randomUUID } from 'node:crypto';
import { createRabbitMqBus, type MessageBus, type StoredLogRecord } from '@neuraltrade/messaging';

/** Everything that a log holds now, in order. */
export async function keptRecords(bus: MessageBus, name: string): Promise<StoredLogRecord[]> {
  const log = await bus.openLog(name);
  const nonce = randomUUID();
  // Neither a fence nor a checkpoint: whoever reads the log passes it over.
  await log.append({ headers: { type: 'mark', nonce }, body: Buffer.alloc(0) });
  const records: StoredLogRecord[] = [];
  let marked: () => void = () => undefined;
  const complete = new Promise<void>((resolve) => (marked = resolve));
  const reader = await log.follow((record) => {
    if (record.headers['nonce'] === nonce) marked();
    else records.push(record);
  });
  await complete;
  await reader.close();
  return records;
}

/** Writes a log anew that does not exist any more; checkpoints name the fence of their owner by its new offset. */
export async function writeLog(
  url: string,
  name: string,
  records: readonly StoredLogRecord[],
): Promise<void> {
  const bus = createRabbitMqBus({
    urls: [url],
    heartbeatS: 5,
    connectTimeoutMs: 5_000,
    reconnectBaseMs: 50,
    reconnectMaxMs: 200,
    log: { info: () => undefined, warn: () => undefined },
  });
  const log = await bus.openLog(name);
  const offsets = new Map<number, number>();
  let read: (offset: number) => void = () => undefined;
  await log.follow(({ offset }) => read(offset));
  for (const { headers, body, offset } of records) {
    const written = new Promise<number>((resolve) => (read = resolve));
    const epoch = offsets.get(Number(headers['epoch']));
    await log.append({ headers: epoch === undefined ? headers : { ...headers, epoch }, body });
    offsets.set(offset, await written);
  }
  await bus.close();
}
