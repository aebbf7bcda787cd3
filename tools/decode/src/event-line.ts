import type { DecodedEvent } from '@neuraltrade/venues';

/** One output line of an event, with the number of the input line it came from (1 is the first). */
export function eventLine(line: number, event: DecodedEvent): string {
  return JSON.stringify({ line, ...printed(event) });
}

/** What is printed of each kind, in this order; the rest serves live connections only. */
function printed(event: DecodedEvent): object {
  switch (event.type) {
    case 'trade': {
      const { type, exchange, symbol, price, size, takerSide, tradeId, timestamp, history } = event;
      const { priceText, sizeText } = event;
      return {
        type,
        exchange,
        symbol,
        price,
        size,
        takerSide,
        tradeId,
        timestamp,
        history,
        priceText,
        sizeText,
      };
    }
    case 'quote': {
      const { type, exchange, symbol, bid, bidSize, ask, askSize, timestamp } = event;
      return { type, exchange, symbol, bid, bidSize, ask, askSize, timestamp };
    }
    case 'control':
      return { type: event.type, channel: event.channel };
    case 'refused':
      return { type: event.type, reason: event.reason };
    case 'unknown':
    case 'invalid':
    case 'unlisted':
      return event;
  }
}
