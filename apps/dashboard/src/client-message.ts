import { candleSchema } from '@neuraltrade/contracts';
import { z } from 'zod';
import type { ClientMessage } from '../page/protocol';

const { exchange, symbol, timeframe } = candleSchema.shape;
const op = z.enum(['subscribe', 'unsubscribe']);

const clientMessageSchema = z.union([
  z.object({ op: z.literal('auth'), token: z.string().max(4_096) }),
  z.object({ op, channel: z.literal('prices') }),
  z.object({ op, channel: z.literal('candles'), exchange, symbol, timeframe }),
]) satisfies z.ZodType<ClientMessage>;

/** Reads a client's text; null when it is not a message of the protocol. */
export function parseClientMessage(text: string): ClientMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = clientMessageSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
}
