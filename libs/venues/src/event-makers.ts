import type { TakerSide } from '@neuraltrade/contracts';
import type { DecimalForm } from './decimal';
import { decimalValue, inexactText } from './decimal';
import type {
  ControlEvent,
  InvalidEvent,
  QuoteEvent,
  RefusedEvent,
  SubscriptionAnswer,
  TradeEvent,
  UnknownEvent,
  UnlistedEvent,
} from './events';
import { tradeIdOf } from './identifier';
import { shown } from './json-value';

/** The fields of one trade as the venue wrote them. */
export interface TradeFields {
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE as it was asked for. */
  readonly symbol: string;
  /** The venue's decimal, quote currency, unchecked. */
  readonly price: unknown;
  /** The venue's decimal, base currency, unchecked. */
  readonly size: unknown;
  /** The venue's id, unchecked. */
  readonly tradeId: unknown;
  /** The taker's side. */
  readonly takerSide: TakerSide;
  /** Match time, ms UTC; null when the venue's text could not be read. */
  readonly timestamp: number | null;
  /** What the venue wrote for the match time, for the sentence that refuses it. */
  readonly rawTime: unknown;
  /** Whether the trade is past rather than live. */
  readonly history: boolean;
  /** When the venue sent the frame, ms UTC by its clock; null where it does not say. */
  readonly sentAt: number | null;
  /** How this venue writes decimals. */
  readonly form: DecimalForm;
}

/** The trade, or what is wrong with it. */
export function tradeEvent(fields: TradeFields): TradeEvent | InvalidEvent {
  const { exchange, symbol, takerSide, timestamp, history, sentAt, form } = fields;
  const price = decimalValue(fields.price, form);
  if (!(price > 0)) return invalidEvent(`trade price ${shown(fields.price)} is no decimal above zero`);
  const size = decimalValue(fields.size, form);
  if (!(size > 0)) return invalidEvent(`trade size ${shown(fields.size)} is no decimal above zero`);
  const tradeId = tradeIdOf(fields.tradeId);
  if (tradeId === null) return invalidEvent(`trade id ${shown(fields.tradeId)} is not decimal digits`);
  if (timestamp === null) return invalidEvent(`trade time ${shown(fields.rawTime)} cannot be read`);
  const priceText = inexactText(fields.price, price);
  const sizeText = inexactText(fields.size, size);
  const trade = {
    type: 'trade',
    exchange,
    symbol,
    price,
    size,
    takerSide,
    tradeId,
    timestamp,
    history,
    sentAt,
  } as const;
  if (priceText === undefined && sizeText === undefined) return trade;
  return {
    ...trade,
    ...(priceText !== undefined && { priceText }),
    ...(sizeText !== undefined && { sizeText }),
  };
}

/** The fields of one quote as the venue wrote them; a price that is undefined or null is an absent side. */
export interface QuoteFields {
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE as it was asked for. */
  readonly symbol: string;
  /** Best bid, quote currency, unchecked. */
  readonly bid: unknown;
  /** Size at the bid, base currency, unchecked; undefined where the venue gives none. */
  readonly bidSize: unknown;
  /** Best ask, quote currency, unchecked. */
  readonly ask: unknown;
  /** Size at the ask, base currency, unchecked; undefined where the venue gives none. */
  readonly askSize: unknown;
  /** The book's time, ms UTC; null where the venue gives none. */
  readonly timestamp: number | null;
  /** When the venue sent the frame, ms UTC by its clock; null where it does not say. */
  readonly sentAt: number | null;
  /** How this venue writes decimals. */
  readonly form: DecimalForm;
}

/** The quote, or what is wrong with it. A bid above the ask is passed on: that is for the reader to judge. */
export function quoteEvent(fields: QuoteFields): QuoteEvent | InvalidEvent {
  const { exchange, symbol, timestamp, sentAt, form } = fields;
  const bid = optionalDecimal(fields.bid, form);
  const ask = optionalDecimal(fields.ask, form);
  const bidSize = bid === null ? null : optionalDecimal(fields.bidSize, form);
  const askSize = ask === null ? null : optionalDecimal(fields.askSize, form);
  if (bid !== null && !(bid > 0)) return invalidEvent(`bid ${shown(fields.bid)} is no decimal above zero`);
  if (ask !== null && !(ask > 0)) return invalidEvent(`ask ${shown(fields.ask)} is no decimal above zero`);
  if (bidSize !== null && !(bidSize > 0))
    return invalidEvent(`bid size ${shown(fields.bidSize)} is no decimal above zero`);
  if (askSize !== null && !(askSize > 0))
    return invalidEvent(`ask size ${shown(fields.askSize)} is no decimal above zero`);
  return { type: 'quote', exchange, symbol, bid, bidSize, ask, askSize, timestamp, sentAt };
}

function optionalDecimal(raw: unknown, form: DecimalForm): number | null {
  return raw === undefined || raw === null ? null : decimalValue(raw, form);
}

/** A documented frame that is neither trade nor quote. */
export function controlEvent(channel: string, sentAt: number | null = null): ControlEvent {
  return { type: 'control', channel, sentAt };
}

/** A request of ours that the venue refused; its words are cut to 200 characters, and none are told as none. */
export function refusedEvent(reason: string, answer: SubscriptionAnswer): RefusedEvent {
  return { type: 'refused', reason: reason.slice(0, 200) || 'no reason given', answer };
}

/** A frame that no page of the venue documents; the hint is its beginning. */
export function unknownEvent(frame: string): UnknownEvent {
  return { type: 'unknown', hint: frame.slice(0, 80) };
}

/** A frame or row of a known kind whose content cannot be used. */
export function invalidEvent(reason: string): InvalidEvent {
  return { type: 'invalid', reason };
}

/** A trade or quote of a symbol that nobody asked for; invalid when it names no symbol at all. */
export function unlistedEvent(native: unknown): UnlistedEvent | InvalidEvent {
  if (typeof native !== 'string' || native === '')
    return invalidEvent(`symbol ${shown(native)} is not a symbol`);
  return { type: 'unlisted', symbol: native.slice(0, 64) };
}
