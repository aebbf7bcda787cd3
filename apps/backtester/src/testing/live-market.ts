import type { Clock, Gap, RawRecord, RawTick } from '@neuraltrade/contracts';

/** Midnight UTC of a day, ms. */
export const MIDNIGHT = Date.UTC(2024, 2, 5);
/** What the market is of. */
export const MARKET = { exchange: 'binance', symbol: 'BTC/USDT' };

/** A trade of the market; only what is told differs. */
export function tradeAt(id: number, atMs: number, fields: Partial<RawTick> = {}): RawTick {
  const timestamp = MIDNIGHT + atMs;
  const last = fields.last ?? 100 + (id % 17) / 4;
  return {
    ...MARKET,
    bid: last - 0.5,
    ask: last + 0.5,
    last,
    volume: 0.25 + (id % 3),
    timestamp,
    tradeId: String(id),
    takerSide: id % 2 === 0 ? 'buy' : 'sell',
    receivedAt: timestamp + 20,
    quoted: true,
    quotedAt: timestamp - 5,
    backfilled: false,
    ...fields,
  };
}

/** An adapter's clock. */
export function clockAt(atMs: number): Clock {
  return { exchange: MARKET.exchange, symbols: [MARKET.symbol], timestamp: MIDNIGHT + atMs, offsetMs: 0 };
}

/** A gap of the market. */
export function gapAt(
  fields: Partial<Gap> & { readonly afterTradeId: string; readonly fromMs: number },
): Gap {
  const { fromMs, ...rest } = fields;
  return {
    ...MARKET,
    gapId: `binance:BTC/USDT:${fields.afterTradeId}`,
    beforeTradeId: null,
    fromTimestamp: MIDNIGHT + fromMs,
    toTimestamp: null,
    missing: null,
    cause: 'disconnect',
    status: 'open',
    ...rest,
  };
}

/**
 * What an adapter publishes in some minutes, drawn by a seed: trades out of order and repeated, a clock a second, a gap that is
 * filled with late trades of the venue's history, and one that never is.
 */
export function liveRecords(seed: number, minutes: number): RawRecord[] {
  let state = seed * 2_654_435_761 + 1;
  const chance = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  const end = minutes * 60_000;
  const trades: { id: number; at: number }[] = [];
  for (let at = 500, id = 1_000; at < end; at += 1 + Math.floor(chance() * 4_000), id++)
    trades.push({ id, at });
  const lostFrom = Math.floor(trades.length / 3);
  const goneFrom = Math.floor((2 * trades.length) / 3);
  const lost = trades.slice(lostFrom, lostFrom + 25);
  const gone = trades.slice(goneFrom, goneFrom + 10);
  const events: { at: number; record: RawRecord }[] = [];
  const tell = (at: number, record: RawRecord): void => void events.push({ at, record });
  for (const trade of trades) {
    if (gone.includes(trade) || lost.includes(trade)) continue;
    // Some come late, within the allowed lateness and beyond it.
    const delay = chance() < 0.2 ? chance() * 6_000 : 0;
    tell(
      trade.at + delay,
      tradeAt(trade.id, trade.at, { receivedAt: MIDNIGHT + trade.at + Math.ceil(delay) + 20 }),
    );
    if (chance() < 0.05) tell(trade.at + delay + 1, tradeAt(trade.id, trade.at));
  }
  const closeGap = (missing: typeof trades, afterMs: number, status: 'filled' | 'unfillable'): void => {
    const before = trades[trades.indexOf(missing[0] as never) - 1] as { id: number; at: number };
    const behind = trades[trades.indexOf(missing.at(-1) as never) + 1] as { id: number; at: number };
    const gap = { afterTradeId: String(before.id), fromMs: before.at };
    tell(behind.at - 0.5, gapAt(gap));
    if (status === 'filled')
      for (const { id, at } of missing)
        tell(
          behind.at + afterMs,
          tradeAt(id, at, {
            backfilled: true,
            quoted: false,
            quotedAt: null,
            bid: 100 + (id % 17) / 4,
            ask: 100 + (id % 17) / 4,
            receivedAt: MIDNIGHT + behind.at + afterMs,
          }),
        );
    const closed = {
      beforeTradeId: String(behind.id),
      toTimestamp: MIDNIGHT + behind.at,
      missing: missing.length,
    };
    tell(behind.at + afterMs + 0.5, gapAt({ ...gap, ...closed, status }));
  };
  closeGap(lost, 90_000, 'filled');
  closeGap(gone, 5_000, 'unfillable');
  for (let at = 1_000; at <= end + 5_000; at += 1_000) tell(at + 0.25, clockAt(at));
  return events.sort((a, b) => a.at - b.at).map(({ record }) => record);
}
