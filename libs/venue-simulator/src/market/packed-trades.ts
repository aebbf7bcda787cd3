import type { MarketTrade } from './instrument';

/** A trade and whether a client was told of it. */
export interface PackedTrade {
  /** The trade. */
  readonly trade: MarketTrade;
  /** Whether a client was told of it. */
  readonly told: boolean;
}

/** Most bytes of a number below 2^53 in groups of seven bits, and numbers of a trade. */
const NUMBER_BYTES = 8;
const NUMBERS_PER_TRADE = 5;

/**
 * Trades in ascending order as one short text: differences from trade to trade in groups of seven bits, base64; about 11
 * characters a trade instead of 60 as JSON, because the market is saved every second.
 * @param isTold whether a client was told of the trade at an index.
 */
export function packTrades(trades: readonly MarketTrade[], isTold: (at: number) => boolean): string {
  const bytes = Buffer.allocUnsafe(trades.length * NUMBERS_PER_TRADE * NUMBER_BYTES);
  let end = 0;
  let [id, price, timeUs, sequence] = [0, 0, 0, 0];
  let at = 0;
  for (const trade of trades) {
    const up = trade.price - price;
    end = put(bytes, end, trade.id - id);
    end = put(bytes, end, up < 0 ? -2 * up - 1 : 2 * up);
    end = put(bytes, end, trade.size * 4 + (trade.takerBuys ? 2 : 0) + (isTold(at++) ? 1 : 0));
    end = put(bytes, end, trade.timeUs - timeUs);
    end = put(bytes, end, trade.sequence - sequence);
    ({ id, price, timeUs, sequence } = trade);
  }
  return bytes.toString('base64', 0, end);
}

function put(bytes: Buffer, start: number, value: number): number {
  let end = start;
  let rest = value;
  while (rest >= 0x40000000) {
    bytes[end++] = 128 + (rest % 128);
    rest = Math.floor(rest / 128);
  }
  // Small from here on: integer arithmetic is several times as fast.
  let small = rest | 0;
  while (small >= 128) {
    bytes[end++] = 128 | (small & 127);
    small >>= 7;
  }
  bytes[end++] = small;
  return end;
}

/** The trades of a packed text. @throws Error when the text ends within a trade or holds a price or size of none. */
export function unpackTrades(text: string): PackedTrade[] {
  const bytes = Buffer.from(text, 'base64');
  let at = 0;
  const take = (): number => {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('the list of trades ends within a trade');
      value += (byte % 128) * unit;
      if (byte < 128) return value;
    }
  };
  const trades: PackedTrade[] = [];
  let [id, price, timeUs, sequence] = [0, 0, 0, 0];
  while (at < bytes.length) {
    id += take();
    const up = take();
    price += up % 2 === 1 ? -(up + 1) / 2 : up / 2;
    const sized = take();
    timeUs += take();
    sequence += take();
    const size = Math.floor(sized / 4);
    if (!(price > 0 && size > 0) || ![id, timeUs, sequence, sized].every(Number.isSafeInteger)) {
      throw new Error('the list of trades holds a trade that cannot be');
    }
    const takerBuys = Math.floor(sized / 2) % 2 === 1;
    trades.push({ trade: { id, price, size, takerBuys, timeUs, sequence }, told: sized % 2 === 1 });
  }
  return trades;
}
