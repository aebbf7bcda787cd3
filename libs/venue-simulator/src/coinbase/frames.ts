import { paddedDecimal, trimmedDecimal } from '../market/decimal-text';
import { newestTrade } from '../market/instrument';
import type { Instrument, MarketTrade } from '../market/instrument';
import { scramble } from '../market/random';
import { rfc3339 } from '../server/timestamps';

/** One trade on `matches`: live as 'match', history as 'last_match'. Its side is the maker's. */
export function matchFrame(
  type: 'match' | 'last_match',
  { listing }: Instrument,
  trade: MarketTrade,
): string {
  const makerSide = trade.takerBuys ? 'sell' : 'buy';
  const size = trimmedDecimal(trade.size, listing.sizeDecimals);
  const price = trimmedDecimal(trade.price, listing.priceDecimals);
  return `{"type":"${type}","trade_id":${trade.id},"maker_order_id":"${orderId(trade.id, 1)}","taker_order_id":"${orderId(trade.timeUs, 2)}","side":"${makerSide}","size":"${size}","price":"${price}","product_id":"${listing.native}","sequence":${trade.sequence},"time":"${rfc3339(trade.timeUs)}"}`;
}

/** The newest trade with the book's top and the day's figures. Its side is the taker's. */
export function tickerFrame(instrument: Instrument): string {
  const { listing, day } = instrument;
  const trade = newestTrade(instrument);
  const price = (steps: number): string => trimmedDecimal(steps, listing.priceDecimals);
  const quotePrice = (steps: number): string => paddedDecimal(steps, listing.priceDecimals);
  const quoteSize = (steps: number): string => paddedDecimal(steps, listing.sizeDecimals);
  return `{"type":"ticker","sequence":${trade.sequence},"product_id":"${listing.native}","price":"${price(trade.price)}","open_24h":"${price(day.open)}","volume_24h":"${quoteSize(day.volume)}","low_24h":"${price(day.low)}","high_24h":"${price(day.high)}","volume_30d":"${quoteSize(instrument.totalVolume)}","best_bid":"${quotePrice(instrument.bid)}","best_bid_size":"${quoteSize(instrument.bidSize)}","best_ask":"${quotePrice(instrument.ask)}","best_ask_size":"${quoteSize(instrument.askSize)}","side":"${trade.takerBuys ? 'buy' : 'sell'}","time":"${rfc3339(trade.timeUs)}","trade_id":${trade.id},"last_size":"${trimmedDecimal(trade.size, listing.sizeDecimals)}"}`;
}

/** The product's newest trade id and sequence, once a second. */
export function heartbeatFrame(instrument: Instrument, nowMs: number): string {
  const lastTradeId = newestTrade(instrument).id;
  return `{"type":"heartbeat","last_trade_id":${lastTradeId},"product_id":"${instrument.listing.native}","sequence":${instrument.sequence},"time":"${rfc3339(Math.floor(nowMs * 1000))}"}`;
}

/** The whole current set of subscriptions. */
export function subscriptionsFrame(channels: ReadonlyMap<string, ReadonlySet<string>>): string {
  const shown = [...channels].filter(([, products]) => products.size > 0);
  return JSON.stringify({
    type: 'subscriptions',
    channels: shown.map(([name, products]) => ({ name, product_ids: [...products], account_ids: null })),
  });
}

/** Refuses a request, or a part of it. */
export function errorFrame(message: string, reason?: string): string {
  return JSON.stringify({ type: 'error', message, reason });
}

/** An order id in the form of a UUID: the same number and role give the same id. */
function orderId(number: number, role: number): string {
  let word = scramble((number % 4294967296) ^ Math.imul(role, 0x9e3779b9));
  let hex = '';
  while (hex.length < 32) {
    word = scramble(word + 0x9e3779b9);
    hex += word.toString(16).padStart(8, '0');
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
