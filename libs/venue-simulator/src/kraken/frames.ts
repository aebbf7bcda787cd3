import { paddedDecimal } from '../market/decimal-text';
import { newestTrade } from '../market/instrument';
import type { Instrument, MarketTrade } from '../market/instrument';
import { scramble } from '../market/random';
import { rfc3339 } from '../server/timestamps';

/** The taker's type of order, the same for all trades of an instant. */
export function orderType({ timeUs }: MarketTrade): 'market' | 'limit' {
  return scramble(Math.floor(timeUs / 7)) % 3 === 0 ? 'market' : 'limit';
}

/** Heartbeat in the absence of other traffic. */
export const HEARTBEAT_FRAME = '{"channel":"heartbeat"}';

/** First frame of each connection; its connection id is larger than 2^53, as the venue's are. */
export function statusFrame(connection: number): string {
  const nine = (word: number): string => String(scramble(word) % 1e9).padStart(9, '0');
  const id = `1${nine(connection)}${nine(~connection)}`;
  return `{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"online","api_version":"v2","connection_id":${id},"upcoming_maintenance":[],"emergency":[]}]}`;
}

/** Trades of one instrument in ascending order: a sweep as it happens, or history as a snapshot. */
export function tradeFrame(
  type: 'snapshot' | 'update',
  instrument: Instrument,
  trades: readonly MarketTrade[],
): string {
  const rows = trades.map((trade) => tradeRow(instrument, trade));
  return `{"channel":"trade","type":"${type}","data":[${rows.join(',')}]}`;
}

function tradeRow({ listing }: Instrument, trade: MarketTrade): string {
  const price = paddedDecimal(trade.price, listing.priceDecimals);
  const size = paddedDecimal(trade.size, listing.sizeDecimals);
  return `{"symbol":"${listing.symbol}","side":"${trade.takerBuys ? 'buy' : 'sell'}","price":${price},"qty":${size},"ord_type":"${orderType(trade)}","trade_id":${trade.id},"timestamp":"${rfc3339(trade.timeUs)}"}`;
}

/** The book's top and the day's figures: always the full record. */
export function tickerFrame(type: 'snapshot' | 'update', instrument: Instrument): string {
  const { listing, day } = instrument;
  const price = (steps: number): string => paddedDecimal(steps, listing.priceDecimals);
  const size = (steps: number): string => paddedDecimal(steps, listing.sizeDecimals);
  const last = newestTrade(instrument).price;
  const change = last - day.open;
  const averagePrice = Math.round(day.notional / day.volume);
  return `{"channel":"ticker","type":"${type}","data":[{"symbol":"${listing.symbol}","bid":${price(instrument.bid)},"bid_qty":${size(instrument.bidSize)},"ask":${price(instrument.ask)},"ask_qty":${size(instrument.askSize)},"last":${price(last)},"volume":${size(day.volume)},"vwap":${price(averagePrice)},"low":${price(day.low)},"high":${price(day.high)},"change":${price(change)},"change_pct":${((100 * change) / day.open).toFixed(2)},"trades":${day.trades},"timestamp":"${rfc3339(instrument.bookTimeUs)}"}]}`;
}

/** The parts of an answer to a request; the venue prints them in alphabetical order. */
export interface AnswerParts {
  /** The method that is answered; absent where the request could not be read. */
  readonly method?: string;
  /** What was subscribed; absent from a refusal. */
  readonly result?: object;
  /** Why it was refused; absent from an acknowledgement. */
  readonly error?: string;
  /** The symbol that was refused. */
  readonly symbol?: string;
  /** The client's request id, where it gave one. */
  readonly requestId?: number | undefined;
}

/** Acknowledges or refuses a request, or a part of it. */
export function answerFrame(parts: AnswerParts, nowMs: number): string {
  const { method, result, error, symbol, requestId } = parts;
  const now = Math.floor(nowMs * 1000);
  return JSON.stringify({
    error,
    method,
    req_id: requestId,
    result,
    success: error === undefined,
    symbol,
    time_in: rfc3339(now),
    time_out: rfc3339(now + 45),
  });
}

/** Answers an application ping. */
export function pongFrame(requestId: number | undefined, nowMs: number): string {
  const now = Math.floor(nowMs * 1000);
  return JSON.stringify({
    method: 'pong',
    req_id: requestId,
    time_in: rfc3339(now),
    time_out: rfc3339(now + 20),
  });
}
