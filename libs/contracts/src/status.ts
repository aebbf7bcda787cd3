import { z } from 'zod';
import { instantField } from './fields';

/** How a component is doing; best effort, for people and the dashboard. */
export interface ComponentStatus {
  /** The component's name ('adapter-binance', 'processor'). */
  component: string;
  /** 'up', 'degraded' (paused, reconnecting) or 'down'. */
  state: 'up' | 'degraded' | 'down';
  /** One short sentence for a person; empty when there is nothing to say. */
  detail: string;
  /** Named figures ('ticksReceived': 1200), at most 100; units are in the names. */
  figures: Readonly<Record<string, number>>;
  /** When it was true, ms UTC, by the component's clock. */
  timestamp: number;
}

/** Whoever keeps a status keeps its figures: they must not be as many as a message can hold. */
const MAX_FIGURES = 100;

/** The schema of {@link ComponentStatus}. */
export const componentStatusSchema = z.object({
  component: z.string().min(1).max(64),
  state: z.enum(['up', 'degraded', 'down']),
  detail: z.string().max(512),
  figures: z
    .record(z.string().max(64), z.number())
    .refine((figures) => Object.keys(figures).length <= MAX_FIGURES, `has more than ${MAX_FIGURES} figures`),
  timestamp: instantField,
}) satisfies z.ZodType<ComponentStatus>;
