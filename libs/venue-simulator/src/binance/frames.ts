import { widenedDecimal } from '../market/decimal-text';
import type { Instrument, MarketTrade } from '../market/instrument';
import { milliseconds } from '../server/timestamps';

/** Binance prints every price and size with eight digits behind the point. */
const PRINTED_DECIMALS = 8;
/** From the match to the event: the venue's own way from its engine to its stream. */
const PUBLISH_DELAY_US = 400;

/** How one connection wants its frames. */
export interface FrameForm {
  /** Wrapped as {stream, data}. */
  readonly combined: boolean;
  /** Times in microseconds instead of milliseconds. */
  readonly microseconds: boolean;
}

/** Position of a form among the four. */
export function formIndex(form: FrameForm): number {
  return (form.combined ? 1 : 0) + (form.microseconds ? 2 : 0);
}

/** One trade on `<symbol>@trade`. */
export function tradeFrame(
  stream: string,
  { listing }: Instrument,
  trade: MarketTrade,
  form: FrameForm,
): string {
  const eventUs = trade.timeUs + PUBLISH_DELAY_US;
  const event = form.microseconds ? eventUs : milliseconds(eventUs);
  const time = form.microseconds ? trade.timeUs : milliseconds(trade.timeUs);
  const price = widenedDecimal(trade.price, listing.priceDecimals, PRINTED_DECIMALS);
  const size = widenedDecimal(trade.size, listing.sizeDecimals, PRINTED_DECIMALS);
  // m: the buyer was the maker, so the taker sold.
  const data = `{"e":"trade","E":${event},"s":"${listing.native}","t":${trade.id},"p":"${price}","q":"${size}","T":${time},"m":${!trade.takerBuys},"M":true}`;
  return enveloped(stream, data, form);
}

/** The book's top on `<symbol>@bookTicker`; it carries no time. */
export function bookTickerFrame(stream: string, instrument: Instrument, form: FrameForm): string {
  const { listing, bid, bidSize, ask, askSize, sequence } = instrument;
  const price = (steps: number): string => widenedDecimal(steps, listing.priceDecimals, PRINTED_DECIMALS);
  const size = (steps: number): string => widenedDecimal(steps, listing.sizeDecimals, PRINTED_DECIMALS);
  const data = `{"u":${sequence},"s":"${listing.native}","b":"${price(bid)}","B":"${size(bidSize)}","a":"${price(ask)}","A":"${size(askSize)}"}`;
  return enveloped(stream, data, form);
}

/** The announcement that this server will shut down. @param shownMs the venue's clock, ms UTC. */
export function shutdownFrame(shownMs: number, form: FrameForm): string {
  const time = Math.floor(form.microseconds ? shownMs * 1000 : shownMs);
  return enveloped('!serverShutdown', `{"e":"serverShutdown","E":${time}}`, form);
}

function enveloped(stream: string, data: string, form: FrameForm): string {
  return form.combined ? `{"stream":"${stream}","data":${data}}` : data;
}

/** Id of a client request: an integer, a text of at most 36 characters or null; undefined where none was given. */
export type RequestId = number | string | null | undefined;

/** Acknowledges a request, or answers it with a value. */
export function resultFrame(result: unknown, id: RequestId): string {
  return JSON.stringify({ result, id });
}

/** Refuses a request. */
export function errorFrame(code: number, msg: string, id: RequestId): string {
  return JSON.stringify({ error: { code, msg }, id });
}
