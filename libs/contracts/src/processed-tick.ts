import { z } from 'zod';
import { type RawTick, rawTickSchema } from './raw-tick';

/** A validated, deduplicated trade with the quote's derived figures. Published by the processor on market.ticks. */
export interface ProcessedTick extends RawTick {
  /** (bid + ask) / 2 in quote currency; equals `last` when `quoted` is false. */
  mid: number;
  /** ask - bid in quote currency, >= 0; 0 when `quoted` is false. */
  spread: number;
  /** spread / mid * 10,000: the spread in hundredths of a percent, >= 0. */
  spreadBps: number;
}

const derived = z.object({
  mid: z.number().positive(),
  spread: z.number().nonnegative(),
  spreadBps: z.number().nonnegative(),
});

/** The schema of {@link ProcessedTick}. */
export const processedTickSchema = rawTickSchema.and(derived) satisfies z.ZodType<ProcessedTick>;

/** What is wrong with the figures that a processed tick adds to its raw tick; null when nothing is. */
export function derivedFault({ mid, spread, spreadBps }: ProcessedTick): string | null {
  // Number.isFinite is false for texts and null, which would pass the comparisons.
  if (!Number.isFinite(mid) || mid <= 0) return 'mid is not a finite number above zero';
  if (!Number.isFinite(spread) || spread < 0) return 'spread is not a finite number of at least zero';
  if (!Number.isFinite(spreadBps) || spreadBps < 0)
    return 'spreadBps is not a finite number of at least zero';
  return null;
}
