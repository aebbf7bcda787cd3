import { randomUUID } from 'node:crypto';
import { logNames } from '@neuraltrade/contracts';
import type { LogQueue, LogRecord, MessageBus } from '@neuraltrade/messaging';

interface WatchedLog {
  readonly log: LogQueue;
  /** The first checkpoint of all. */
  checkpoint: LogRecord | null;
  /** Offset of the newest fence. */
  fence: number;
}

/** Writes into the checkpoint logs what a replica writes that was held up and does not know yet that it was replaced. */
export class StaleReplica {
  private constructor(private readonly logs: readonly WatchedLog[]) {}

  /** Reads the logs of all partitions along. */
  static async watch(bus: MessageBus, partitions: number): Promise<StaleReplica> {
    const logs: WatchedLog[] = [];
    for (let partition = 0; partition < partitions; partition += 1) {
      const log = await bus.openLog(logNames.checkpoint(partition));
      const watched: WatchedLog = { log, checkpoint: null, fence: -1 };
      logs.push(watched);
      await watched.log.follow(({ headers, body, offset }) => {
        if (headers['type'] === 'checkpoint') watched.checkpoint ??= { headers, body };
        else watched.fence = offset;
      });
    }
    return new StaleReplica(logs);
  }

  /** A fence that comes late: its writer has lost the partition again already. */
  async fence(): Promise<void> {
    for (const { log } of this.logs) {
      const headers = { type: 'fence', nonce: randomUUID(), epochBase: Date.now() };
      await log.append({ headers, body: Buffer.alloc(0) });
    }
  }

  /** A checkpoint that comes late, with the state of long ago; none while its owner has not been replaced. */
  async checkpoint(): Promise<void> {
    for (const { log, checkpoint, fence } of this.logs) {
      if (checkpoint !== null && Number(checkpoint.headers['epoch']) < fence) await log.append(checkpoint);
    }
  }
}
