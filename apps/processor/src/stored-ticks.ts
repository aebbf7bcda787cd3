import type { RawTick } from '@neuraltrade/contracts';
import type { TicksQuery } from '@neuraltrade/storage';

/** Where the trades that were handed out can be read again. */
export interface StoredTicks {
  /** The stored trades of one symbol within a stretch of time. @throws Error when the store cannot be read now. */
  ticks(query: TicksQuery): Promise<readonly RawTick[]>;
}
