import type { TruthRecord } from '@neuraltrade/venue-simulator';

/**
 * What must come out of what a venue told: all that its feed sent, and of what its history served all behind the first trade
 * that came out. Pages of history begin before what they are asked for.
 * @param out 'exchange:symbol:id' of what came out.
 */
export function owedTrades(told: readonly TruthRecord[], out: ReadonlySet<string>): TruthRecord[] {
  const first = new Map<string, bigint>();
  for (const trade of out) {
    const [exchange, symbol, id = '0'] = trade.split(':');
    const market = `${exchange}:${symbol}`;
    const known = first.get(market);
    if (known === undefined || BigInt(id) < known) first.set(market, BigInt(id));
  }
  return told.filter(
    ({ exchange, symbol, tradeId, via }) =>
      via === 'feed' || BigInt(tradeId) >= (first.get(`${exchange}:${symbol}`) ?? 0n),
  );
}

/** 'exchange:symbol:id' of a trade. */
export function nameOf({
  exchange,
  symbol,
  tradeId,
}: Pick<TruthRecord, 'exchange' | 'symbol' | 'tradeId'>): string {
  return `${exchange}:${symbol}:${tradeId}`;
}
