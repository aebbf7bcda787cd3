import { MessageRate } from './message-rate';
import { RequestAllowance } from './request-allowance';
import type { ConnectLimit } from './simulated-venue';

/** At most so many attempts in a sliding window. */
export class SlidingConnectLimit extends MessageRate implements ConnectLimit {
  /**
   * @param count most attempts in one window; refused ones count too.
   * @param windowMs length of the window.
   * @param refusal HTTP status of one too many.
   */
  constructor(
    count: number,
    windowMs: number,
    readonly refusal: 403 | 429,
  ) {
    super(count, windowMs);
  }
}

/** So many attempts a second in the long run, and a number at once after a rest. */
export class BurstConnectLimit extends RequestAllowance implements ConnectLimit {
  /**
   * @param perSecond attempts a second in the long run.
   * @param burst attempts at once after a rest.
   * @param refusal HTTP status of one too many.
   */
  constructor(
    perSecond: number,
    burst: number,
    readonly refusal: 403 | 429,
  ) {
    super(perSecond, burst);
  }
}
