import type { Candle } from '@neuraltrade/contracts';

/** A candle that features may be made of: nothing of its interval is missing, and no more trades are expected. */
export interface CompleteCandle extends Candle {
  /** Never 'partial'. */
  readonly state: 'final' | 'revised';
  /** No gap overlaps it. */
  readonly complete: true;
}

/** Whether features may be made of the candle. A partial one may still change; an incomplete one lacks trades. */
export function isCompleteCandle(candle: Candle): candle is CompleteCandle {
  return candle.complete && candle.state !== 'partial';
}
