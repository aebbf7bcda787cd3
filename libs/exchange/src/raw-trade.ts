import type { RawTick } from '@neuraltrade/contracts';
import type { TradeEvent } from '@neuraltrade/venues';
import type { LastQuote } from './last-quote';

/**
 * The record of a trade.
 * @param receivedAt arrival of the frame or answer that carried it, ms UTC by our clock.
 * @param quote the quote that goes with it; null = none, as for every backfilled trade.
 */
export function rawTrade(
  event: TradeEvent,
  receivedAt: number,
  quote: LastQuote | null,
  backfilled: boolean,
): RawTick {
  const tick: RawTick = {
    exchange: event.exchange,
    symbol: event.symbol,
    bid: quote === null ? event.price : quote.bid,
    ask: quote === null ? event.price : quote.ask,
    last: event.price,
    volume: event.size,
    timestamp: event.timestamp,
    tradeId: event.tradeId,
    takerSide: event.takerSide,
    receivedAt,
    quoted: quote !== null,
    quotedAt: quote === null ? null : quote.quotedAt,
    backfilled,
  };
  if (event.priceText !== undefined || event.sizeText !== undefined) {
    tick.inexact = true;
    if (event.priceText !== undefined) tick.priceText = event.priceText;
    if (event.sizeText !== undefined) tick.volumeText = event.sizeText;
  }
  return tick;
}
