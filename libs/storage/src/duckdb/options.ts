import { ExpectedError } from '@neuraltrade/service';
import type { SealResult } from '../embedded-store';

/** A store that cannot be opened, in a sentence that names its directory; trying again changes nothing. */
export class StoreOpenError extends ExpectedError {
  override readonly name = 'StoreOpenError';
}

/** How an embedded store is opened. */
export interface DuckDbStoreOptions {
  /** The folder of this one store (one per mode and input); made where there is none. */
  readonly directory: string;
  /** Most memory that the database takes for its buffers, MB; default 512. */
  readonly memoryLimitMb?: number;
  /** Whether what an earlier run stored here is removed first. */
  readonly emptyFirst?: boolean;
  /**
   * How long ticks stay in the table, ms: UTC days that ended longer ago are sealed to Parquet files. Absent = nothing is
   * sealed, as befits a replay, whose days have no relation to today.
   */
  readonly tickRetentionMs?: number;
  /** The wall clock that the retention is reckoned by, ms UTC; absent = this machine's. */
  readonly now?: () => number;
  /** Told what each regular sealing did, faults included. */
  readonly onSealed?: (result: SealResult) => void;
}
