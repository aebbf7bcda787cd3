import { rawTickFault } from '@neuraltrade/contracts';
import type { DecodedEvent, TradeEvent } from '../events';

/** What breaks the promises that hold for every event of every venue; null when nothing does. */
export function eventFault(event: DecodedEvent, exchange: string, asked: readonly string[]): string | null {
  switch (event.type) {
    case 'trade':
      return identityFault(event, exchange, asked) ?? rawTickFault(tickOf(event));
    case 'quote':
      return (
        identityFault(event, exchange, asked) ??
        quoteFault(event.bid, event.bidSize, event.ask, event.askSize)
      );
    case 'control':
      return event.channel.length > 0 && event.channel.length <= 32
        ? null
        : 'a control without a short channel';
    case 'refused':
      return event.reason.length > 0 && event.reason.length <= 200
        ? null
        : 'a refusal without a short reason';
    case 'unknown':
      return event.hint.length <= 80 ? null : 'a long hint';
    case 'invalid':
      return event.reason.length > 0 && event.reason.length <= 200
        ? null
        : 'an invalid without a short reason';
    case 'unlisted':
      return event.symbol.length > 0 && event.symbol.length <= 64
        ? null
        : 'an unlisted without a short symbol';
  }
}

function identityFault(
  { exchange, symbol }: { exchange: string; symbol: string },
  expected: string,
  asked: readonly string[],
): string | null {
  if (exchange !== expected) return `an event of ${exchange}`;
  return asked.includes(symbol) ? null : `an event of ${symbol}, which nobody asked for`;
}

/** The tick an unquoted trade becomes; times before 1970 are for the processor to park. */
function tickOf({ type: _type, history, sentAt: _sentAt, ...trade }: TradeEvent): object {
  const { price, size, timestamp, sizeText, ...rest } = trade;
  return {
    ...rest,
    ...(sizeText !== undefined && { volumeText: sizeText }),
    last: price,
    bid: price,
    ask: price,
    volume: size,
    timestamp: Number.isSafeInteger(timestamp) ? Math.max(0, timestamp) : timestamp,
    receivedAt: 0,
    quoted: false,
    quotedAt: null,
    backfilled: history,
  };
}

function quoteFault(...numbers: (number | null)[]): string | null {
  return numbers.every((value) => value === null || (value > 0 && Number.isFinite(value)))
    ? null
    : 'a quote with a number that is not above zero';
}
