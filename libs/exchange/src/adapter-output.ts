import type { Clock, Gap, RawTick } from '@neuraltrade/contracts';

/** Where an adapter's records go, in the order of the calls. */
export interface AdapterOutput {
  /** Takes a trade; false when there is no room for it, and then nothing was kept. */
  tick(tick: RawTick): boolean;
  /** Takes a backfilled trade; false when that could leave live trades without room, and then nothing was kept. */
  backfill(tick: RawTick): boolean;
  /** Takes a gap record, room or not. */
  gap(gap: Gap): void;
  /** Takes a clock record of one partition's symbols; dropped when there is no room, since the next second brings another. */
  clock(clock: Clock): void;
}
