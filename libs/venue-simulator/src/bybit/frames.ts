import { trimmedDecimal } from '../market/decimal-text';
import type { Instrument, MarketTrade } from '../market/instrument';
import { scramble } from '../market/random';
import { milliseconds } from '../server/timestamps';

/** Most trades of one frame; a larger sweep is split. */
export const MAX_TRADES_PER_FRAME = 1_024;
/** From the match to the push. */
const PUSH_DELAY_US = 900;

/** The frames of one taker order on `publicTrade.<symbol>`: one, or more when it made very many trades. */
export function tradeFrames(instrument: Instrument, trades: readonly MarketTrade[]): string[] {
  const frames: string[] = [];
  for (let from = 0; from < trades.length; from += MAX_TRADES_PER_FRAME) {
    frames.push(tradeFrame(instrument, trades.slice(from, from + MAX_TRADES_PER_FRAME)));
  }
  return frames;
}

function tradeFrame(instrument: Instrument, trades: readonly MarketTrade[]): string {
  const { native, priceDecimals, sizeDecimals } = instrument.listing;
  // One order has one cross sequence, however many trades it makes.
  const { timeUs, sequence } = trades[trades.length - 1] ?? { timeUs: 0, sequence: 0 };
  const rows = trades.map((trade) => {
    const price = trimmedDecimal(trade.price, priceDecimals);
    const size = trimmedDecimal(trade.size, sizeDecimals);
    return `{"i":"${tradeId(instrument, trade)}","T":${milliseconds(trade.timeUs)},"p":"${price}","v":"${size}","S":"${trade.takerBuys ? 'Buy' : 'Sell'}","seq":${sequence},"s":"${native}","BT":false,"RPI":false}`;
  });
  return `{"topic":"publicTrade.${native}","ts":${milliseconds(timeUs + PUSH_DELAY_US)},"type":"snapshot","data":[${rows.join(',')}]}`;
}

/** The venue's id: nineteen digits, seven of them the symbol's own, larger than 2^53. */
export function tradeId(instrument: Instrument, trade: MarketTrade): string {
  return `${2_290_000 - 10_000 * (instrument.index % 100)}${String(trade.id).padStart(12, '0')}`;
}

/**
 * The book's top on `orderbook.1.<symbol>`: level 1 sends snapshots only.
 * @param pushedMs when it is pushed, ms UTC; null for right after the change.
 */
export function bookFrame(instrument: Instrument, pushedMs: number | null): string {
  const { listing, bid, bidSize, ask, askSize, changeId, sequence, bookTimeUs } = instrument;
  const price = (steps: number): string => trimmedDecimal(steps, listing.priceDecimals);
  const size = (steps: number): string => trimmedDecimal(steps, listing.sizeDecimals);
  const pushed = pushedMs === null ? milliseconds(bookTimeUs + PUSH_DELAY_US) : Math.floor(pushedMs);
  return `{"topic":"orderbook.1.${listing.native}","ts":${pushed},"type":"snapshot","data":{"s":"${listing.native}","b":[["${price(bid)}","${size(bidSize)}"]],"a":[["${price(ask)}","${size(askSize)}"]],"u":${changeId},"seq":${sequence}},"cts":${milliseconds(bookTimeUs)}}`;
}

/** The answer to a request. The venue escapes '>' in its texts. */
export function answerFrame(
  success: boolean,
  message: string,
  connectionId: string,
  op: string,
  requestId?: string,
): string {
  return JSON.stringify({
    success,
    ret_msg: message,
    conn_id: connectionId,
    req_id: requestId,
    op,
  }).replaceAll('>', '\\u003e');
}

/** An id of the connection in the form of a UUID. */
export function connectionId(number: number): string {
  const words = [1, 2, 3, 4].map((salt) => scramble(Math.imul(number, 0x9e3779b9) + salt));
  const hex = words.map((word) => word.toString(16).padStart(8, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
