import type { ProcessedTick, RawTick } from '@neuraltrade/contracts';

/** The trade with mid, spread and spread in basis points; fields that the schema does not name are left behind. */
export function enrich(tick: RawTick): ProcessedTick {
  const { bid, ask } = tick;
  const mid = (bid + ask) / 2;
  const spread = ask - bid;
  const processed: ProcessedTick = {
    exchange: tick.exchange,
    symbol: tick.symbol,
    bid,
    ask,
    last: tick.last,
    volume: tick.volume,
    timestamp: tick.timestamp,
    tradeId: tick.tradeId,
    takerSide: tick.takerSide,
    receivedAt: tick.receivedAt,
    quoted: tick.quoted,
    quotedAt: tick.quotedAt,
    backfilled: tick.backfilled,
    mid,
    spread,
    spreadBps: (spread / mid) * 10_000,
  };
  if (tick.inexact !== undefined) processed.inexact = tick.inexact;
  if (tick.priceText !== undefined) processed.priceText = tick.priceText;
  if (tick.volumeText !== undefined) processed.volumeText = tick.volumeText;
  return processed;
}
