import { randomUUID } from 'node:crypto';
import { RetryableError } from '@neuraltrade/contracts';
import type { LogQueue, LogReader, StoredLogRecord } from '../log-queue';
import { CheckpointScan, type RecoveredState } from './checkpoint-scan';
import { within } from './within';

const WAIT_MS = 10_000;

/** Which state is taken over. */
export interface TakeOver {
  /** Name of the log that holds its checkpoints, for sentences. */
  readonly name: string;
  /** Our clock, ms UTC: the candidate base of candle epochs, used when this fence is the log's first. */
  readonly now: number;
  /** What a person can do when the log was cut and holds no checkpoint: sentences that follow the fault. */
  readonly remedy: string;
}

/**
 * One ownership of a state (a partition of the processor's, or all of a service's): begun by a fence in its checkpoint log,
 * ended by the fence of the next owner. The log is watched all the time, so that a checkpoint counts only once the log itself
 * shows it as valid.
 */
export class Ownership {
  /** The newest ownership has the largest: this fence's offset in the log. */
  readonly epoch: number;
  /** What candles of this ownership carry as their epoch. */
  readonly candleEpoch: number;
  /** The state to start from. */
  readonly recovered: RecoveredState;
  private sequence: number;
  private fenced = false;
  private settleReplaced: () => void = () => undefined;
  /** Settles when a newer owner's fence stands in the log. */
  readonly replaced = new Promise<void>((resolve) => (this.settleReplaced = resolve));
  private awaited: { sequence: number; settle: (fault?: Error) => void } | null = null;

  private constructor(
    private readonly log: LogQueue,
    private readonly name: string,
    private readonly scan: CheckpointScan,
    private readonly reader: LogReader,
    epoch: number,
    recovered: RecoveredState,
  ) {
    this.epoch = epoch;
    this.recovered = recovered;
    this.sequence = recovered.sequence;
    this.candleEpoch = recovered.epochBase + epoch;
  }

  /**
   * Takes a state over: appends a fence, reads the log up to it and recovers the last valid checkpoint.
   * @throws RetryableError when the log does not answer in time; PermanentError when it was cut and holds no checkpoint.
   */
  static async take(log: LogQueue, { name, now, remedy }: TakeOver): Promise<Ownership> {
    const nonce = randomUUID();
    const scan = new CheckpointScan();
    let owner: Ownership | null = null;
    let fenceFound: (offset: number) => void = () => undefined;
    const fence = new Promise<number>((resolve) => (fenceFound = resolve));
    // Records behind our own fence may arrive before this function goes on: they wait here, in order.
    const early: StoredLogRecord[] = [];
    let fenceSeen = false;

    await within(
      WAIT_MS,
      `Appending a fence to ${name}`,
      log.append({ headers: { type: 'fence', nonce, epochBase: now }, body: Buffer.alloc(0) }),
    );
    const reader = await log.follow((record) => {
      if (owner !== null) owner.watch(record);
      else if (fenceSeen) early.push(record);
      else {
        scan.see(record);
        if (record.headers['nonce'] !== nonce) return;
        fenceSeen = true;
        fenceFound(record.offset);
      }
    });
    try {
      const epoch = await within(WAIT_MS, `Reading ${name} up to the own fence`, fence);
      owner = new Ownership(log, name, scan, reader, epoch, scan.recover(name, remedy));
      for (const record of early) owner.watch(record);
      return owner;
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  /** Whether a newer owner's fence stands in the log: nothing may be acked any more. */
  get lost(): boolean {
    return this.fenced;
  }

  /** Settles when the log can no longer be watched. */
  get ended(): Promise<'closed' | 'lost'> {
    return this.reader.ended;
  }

  /**
   * Appends the state and resolves when the log has shown it back with no foreign fence in front.
   * @throws RetryableError when the ownership was lost or the log does not answer in time: nothing may be acked.
   */
  async save(state: string): Promise<void> {
    if (this.fenced) throw this.lostOwnership();
    const sequence = ++this.sequence;
    const shown = new Promise<void>((resolve, reject) => {
      this.awaited = { sequence, settle: (fault) => (fault ? reject(fault) : resolve()) };
    });
    const headers = { type: 'checkpoint', epoch: this.epoch, epochBase: this.recovered.epochBase, sequence };
    const appended = this.log.append({ headers, body: Buffer.from(state) });
    await within(WAIT_MS, 'Storing a checkpoint and reading it back', Promise.all([appended, shown]));
  }

  /** Stops watching. */
  async close(): Promise<void> {
    await this.reader.close();
  }

  private watch(record: StoredLogRecord): void {
    const kind = this.scan.see(record);
    this.scan.dropContent();
    if (kind === 'fence' || this.scan.newestEpoch > this.epoch) {
      this.fenced = true;
      this.settleReplaced();
      this.awaited?.settle(this.lostOwnership());
      return;
    }
    if (kind !== 'valid-checkpoint' || Number(record.headers['sequence']) !== this.awaited?.sequence) return;
    this.awaited.settle();
    this.awaited = null;
  }

  private lostOwnership(): RetryableError {
    return new RetryableError(`Another process has taken the state in ${this.name} over.`);
  }
}
