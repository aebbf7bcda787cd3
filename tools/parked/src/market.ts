import type { ParkedMessage } from '@neuraltrade/messaging';

/** What a parked message is about, as far as it tells. */
export interface MarketOfMessage {
  /** What it says it holds (`ticks`); `unknown` when it does not. */
  readonly kind: string;
  /** The venue; '' when nothing tells. */
  readonly exchange: string;
  /** The symbols, BASE/QUOTE, read from the body where the routing key does not tell; empty when nothing does. */
  symbols(): readonly string[];
}

/** Position of the venue in a routing key, by its first word. */
const EXCHANGE_AT: Readonly<Record<string, number>> = {
  raw: 2,
  tick: 1,
  ohlcv: 3,
  signal: 1,
  outcome: 1,
  gap: 1,
};
/** Most records of a body that are looked at for their symbols. */
const MOST_RECORDS = 10_000;

/** Reads it from headers and routing key, and only when asked for from the body. */
export function marketOf(message: ParkedMessage): MarketOfMessage {
  const { schema } = message.headers;
  const words = message.routingKey.split('.');
  const isPartial = words[0] === 'ohlcv' && words[1] === 'partial';
  const at = isPartial ? 2 : EXCHANGE_AT[words[0] ?? ''];
  const symbol = at === undefined ? undefined : words[at + 1];
  let symbols: readonly string[] | undefined = symbol === undefined ? undefined : [symbol.replace('-', '/')];
  return {
    kind: typeof schema === 'string' ? schema : 'unknown',
    exchange: (at === undefined ? undefined : words[at]) ?? '',
    symbols: () => (symbols ??= symbolsIn(message.body)),
  };
}

function symbolsIn(body: Buffer): readonly string[] {
  const symbols = new Set<string>();
  for (const record of recordsOf(body).slice(0, MOST_RECORDS)) {
    if (typeof record !== 'object' || record === null) continue;
    const { symbol, symbols: several } = record as Readonly<Record<string, unknown>>;
    for (const name of Array.isArray(several) ? (several as unknown[]) : [symbol])
      if (typeof name === 'string') symbols.add(name);
  }
  return [...symbols];
}

function recordsOf(body: Buffer): unknown[] {
  try {
    const value: unknown = JSON.parse(body.toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
