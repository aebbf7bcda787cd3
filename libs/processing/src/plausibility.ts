import type { ParkReason, RawTick } from '@neuraltrade/contracts';
import { EXACT_PRODUCT_RANGE } from './exact-sum';

/** 2009-01-01 UTC, before the first trade of any coin, ms. */
const EARLIEST_TRADE = 1_230_768_000_000;

/** Why a trade that holds to the schema is not believed. */
export interface Implausibility {
  /** The code under which it is set aside. */
  readonly reason: ParkReason;
  /** What is wrong, a sentence with the figures. */
  readonly detail: string;
}

/**
 * Why the trade cannot be true; null when it can.
 * @param offsetMs our clock less the venue's clock, ms, as the last Clock record told it.
 * @param maxFutureSkewMs how far ahead of the venue's clock at its arrival its time may be, ms.
 */
export function implausibility(
  tick: RawTick,
  offsetMs: number,
  maxFutureSkewMs: number,
): Implausibility | null {
  const { timestamp, last, volume } = tick;
  if (timestamp < EARLIEST_TRADE)
    return { reason: 'ancient-timestamp', detail: `Its time ${timestamp} is before 2009.` };
  // An offset above zero may be nothing but frames that waited to be read: trades that come at once when the backlog is
  // gone are not from the future. Only a venue whose clock is ahead of ours moves the limit.
  const aheadMs = timestamp - (tick.receivedAt - Math.min(0, offsetMs));
  if (aheadMs > maxFutureSkewMs) {
    return {
      reason: 'future-timestamp',
      detail: `Its time ${timestamp} is ${aheadMs} ms ahead of the venue's clock at its arrival, more than ${maxFutureSkewMs}.`,
    };
  }
  const notional = last * volume;
  const { least, most } = EXACT_PRODUCT_RANGE;
  if (!(notional >= least && notional <= most && last <= most && volume <= most)) {
    return {
      reason: 'invalid-number',
      detail: `Its notional ${last} x ${volume} is beyond what can be summed exactly.`,
    };
  }
  return null;
}
