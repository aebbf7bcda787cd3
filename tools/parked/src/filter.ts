import type { ParkedMessage } from '@neuraltrade/messaging';
import type { MarketOfMessage } from './market';

/** Which messages are meant; what is absent excludes none. */
export interface Filter {
  /** Names of single messages; empty = any. */
  readonly ids: readonly string[];
  /** Reason codes; empty = any. */
  readonly reasons: readonly string[];
  /** A queue, or a service for all of its queues. */
  readonly source?: string;
  /** What the message holds (`ticks`), or `unknown`. */
  readonly kind?: string;
  /** A venue. */
  readonly exchange?: string;
  /** A symbol, BASE/QUOTE. */
  readonly symbol?: string;
  /** Set aside then or later, ms UTC. */
  readonly since?: number;
  /** Set aside before, ms UTC. */
  readonly until?: number;
}

/** Whether a message is meant. One that does not tell when it was set aside lies in no range of time. */
export function matches(filter: Filter, message: ParkedMessage, market: MarketOfMessage): boolean {
  const { ids, reasons, source, kind, exchange, symbol, since, until } = filter;
  if (ids.length > 0 && !ids.includes(message.id)) return false;
  if (reasons.length > 0 && !reasons.includes(message.reason)) return false;
  if (source !== undefined && source !== message.queue && source !== message.service) return false;
  if (kind !== undefined && kind !== market.kind) return false;
  if (exchange !== undefined && exchange !== market.exchange) return false;
  if (symbol !== undefined && !market.symbols().includes(symbol)) return false;
  if (since === undefined && until === undefined) return true;
  const { parkedAt } = message;
  return parkedAt !== null && parkedAt >= (since ?? 0) && parkedAt < (until ?? Infinity);
}

/** Whether a filter excludes nothing. */
export function meansAll({ ids, reasons, ...rest }: Filter): boolean {
  return (
    ids.length === 0 && reasons.length === 0 && Object.values(rest).every((value) => value === undefined)
  );
}
