import type { ProcessedTick } from '@neuraltrade/contracts';
import { MINUTE, tickOf } from './records';

/** Ticks that each round holds. */
export const ROUND_TICKS = 20;

/** The ticks of a round, of two venues. */
export function archiveRound(round: number): ProcessedTick[] {
  return Array.from({ length: ROUND_TICKS }, (_, index) =>
    tickOf({
      exchange: index % 2 === 0 ? 'binance' : 'kraken',
      tradeId: String(round * ROUND_TICKS + index),
      timestamp: MINUTE + round,
    }),
  );
}
