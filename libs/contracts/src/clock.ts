import { z } from 'zod';
import { exchangeField, instantField, symbolField } from './fields';

/**
 * An adapter's word that live trades of these symbols up to `timestamp` have been published. Sent once a second into
 * each partition that the adapter feeds; never while paused or while live trades are held for a backfill.
 */
export interface Clock {
  /** The venue's name, lower case. */
  exchange: string;
  /** The partition's symbols whose subscription is acked and whose link is alive; at least one. */
  symbols: string[];
  /** The adapter's clock less the venue's measured offset, ms UTC. */
  timestamp: number;
  /** Median of (arrival by our clock - the venue's send time), ms; may be negative. */
  offsetMs: number;
}

/** The schema of {@link Clock}. */
export const clockSchema = z.object({
  exchange: exchangeField,
  symbols: z.array(symbolField).min(1),
  timestamp: instantField,
  offsetMs: z.number(),
}) satisfies z.ZodType<Clock>;
