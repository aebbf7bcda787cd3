import { candleSchema } from '@neuraltrade/contracts';
import { z } from 'zod';
import type { Channel, ClientMessage } from '../page/protocol';

const { exchange, symbol, timeframe } = candleSchema.shape;

const channelSchema = z.discriminatedUnion('channel', [
  z.object({ channel: z.literal('prices') }),
  z.object({ channel: z.literal('pipeline') }),
  z.object({ channel: z.literal('candles'), exchange, symbol, timeframe }),
  z.object({ channel: z.literal('trades'), exchange, symbol }),
  z.object({ channel: z.literal('gaps'), exchange, symbol }),
  z.object({
    channel: z.literal('signals'),
    exchange: exchange.exactOptional(),
    symbol: symbol.exactOptional(),
  }),
]) satisfies z.ZodType<Channel>;

const operationSchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('auth'), token: z.string().max(4_096) }),
  z.object({
    op: z.literal('subscribe'),
    resume: z.object({ session: z.string().max(64), seq: z.number().int().nonnegative() }).exactOptional(),
  }),
  z.object({ op: z.literal('unsubscribe') }),
]);

/** What a client asks for: a message of the protocol with the channel apart. */
export type ClientRequest =
  | Extract<ClientMessage, { op: 'auth' }>
  | { op: 'subscribe'; resume?: Extract<ClientMessage, { op: 'subscribe' }>['resume']; channel: Channel }
  | { op: 'unsubscribe'; channel: Channel };

/** Reads a client's text; null when it is not a message of the protocol. */
export function parseClientMessage(text: string): ClientRequest | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const operation = operationSchema.safeParse(value);
  if (!operation.success) return null;
  if (operation.data.op === 'auth') return operation.data;
  const channel = channelSchema.safeParse(value);
  return channel.success ? { ...operation.data, channel: channel.data } : null;
}
