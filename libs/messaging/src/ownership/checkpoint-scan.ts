import { PermanentError } from '@neuraltrade/contracts';
import type { StoredLogRecord } from '../log-queue';

/** The state that the next owner starts from. */
export interface RecoveredState {
  /** The saved state; null when the log holds none and never did. */
  readonly state: string | null;
  /** Sequence number of the checkpoint that it came from; 0 when there is none. */
  readonly sequence: number;
  /** What is added to a fence's offset to make a candle epoch, ms UTC: the largest (time - offset) of the log's fences. */
  readonly epochBase: number;
}

/**
 * Reads a checkpoint log in order: which ownership is the newest, and which checkpoint is the last valid
 * one. A checkpoint is valid when no fence and no checkpoint of a newer ownership stands in front of it; those that
 * are not were left by owners that had already been replaced.
 */
export class CheckpointScan {
  /** The newest ownership seen: the largest fence offset or checkpoint epoch; -1 before any. */
  newestEpoch = -1;
  private firstOffset: number | null = null;
  private epochBase: number | null = null;
  private lastValid: { state: Buffer; sequence: number } | null = null;

  /** Takes in the next record. Returns what it was, as far as ownership goes. */
  see(record: StoredLogRecord): 'fence' | 'valid-checkpoint' | 'stale-checkpoint' | 'other' {
    this.firstOffset ??= record.offset;
    switch (record.headers['type']) {
      case 'fence':
        this.newestEpoch = Math.max(this.newestEpoch, record.offset);
        this.raiseBase(Number(record.headers['epochBase']) - record.offset);
        return 'fence';
      case 'checkpoint':
        return this.seeCheckpoint(record);
      default:
        return 'other';
    }
  }

  private seeCheckpoint(record: StoredLogRecord): 'valid-checkpoint' | 'stale-checkpoint' {
    const epoch = Number(record.headers['epoch']);
    if (epoch < this.newestEpoch) return 'stale-checkpoint';
    this.newestEpoch = epoch;
    // A checkpoint carries the base on: retention cuts the fence that set it away after some dozens of checkpoints.
    this.raiseBase(Number(record.headers['epochBase']));
    this.lastValid = { state: record.body, sequence: Number(record.headers['sequence']) };
    return 'valid-checkpoint';
  }

  /**
   * A candle epoch is base + offset: at least the time of its fence, so that a log whose end was lost does not give epochs
   * again, and larger than all before it in the log, whatever the clocks of the replicas say.
   */
  private raiseBase(base: number): void {
    if (base > (this.epochBase ?? -Infinity)) this.epochBase = base;
  }

  /**
   * Hands out what was recovered and lets go of it.
   * @param remedy what a person can do then, in sentences.
   * @throws PermanentError when the log was cut but holds no checkpoint.
   */
  recover(log: string, remedy: string): RecoveredState {
    const valid = this.lastValid;
    if (valid === null && this.firstOffset !== 0) {
      throw new PermanentError(
        'malformed',
        `The log ${log} was cut and holds no valid checkpoint, so the state is lost. ${remedy}`,
      );
    }
    this.lastValid = null;
    return {
      state: valid?.state.toString('utf8') ?? null,
      sequence: valid?.sequence ?? 0,
      epochBase: this.epochBase ?? 0,
    };
  }

  /** Forgets the content of checkpoints read after the take-over: the watch needs their order only. */
  dropContent(): void {
    this.lastValid = null;
  }
}
