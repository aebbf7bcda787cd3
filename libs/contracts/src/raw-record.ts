import type { Clock } from './clock';
import type { Gap } from './gap';
import type { RawTick } from './raw-tick';

/** What travels in order on market.raw: trades, gaps and clocks of one partition's symbols. */
export type RawRecord = RawTick | Gap | Clock;

/** Whether a record of market.raw is a gap: it alone has a gapId. */
export function isGap(record: object): record is Gap {
  return 'gapId' in record;
}

/** Whether a record of market.raw is a clock: it alone names several symbols. */
export function isClock(record: object): record is Clock {
  return 'symbols' in record;
}
