import type { QuoteEvent, TradeEvent } from '@neuraltrade/venues';
import { Handover } from './handover';

const symbol = 'BTC/USDT';
const trade = (id: number): TradeEvent => ({
  type: 'trade',
  exchange: 'test',
  symbol,
  price: 1,
  size: 1,
  takerSide: 'buy',
  tradeId: String(id),
  timestamp: id,
  history: false,
  sentAt: null,
});
const quote = (bid: number): QuoteEvent => ({
  type: 'quote',
  exchange: 'test',
  symbol,
  bid,
  bidSize: 1,
  ask: bid + 1,
  askSize: 1,
  timestamp: null,
  sentAt: null,
});

/** A handover while the old connection has brought trades up to `last`. */
function begun(options: { consecutive?: boolean; last?: number | null; maxHeld?: number } = {}) {
  const old: { last: number | null } = { last: options.last === undefined ? 10 : options.last };
  const repeated: string[] = [];
  const handover = new Handover({
    consecutive: options.consecutive ?? true,
    lastId: () => (old.last === null ? null : String(old.last)),
    maxHeld: options.maxHeld ?? 1_000,
    onRepeated: ({ tradeId }) => void repeated.push(tradeId),
  });
  const held = (): string[] => handover.release(symbol).trades.map(({ event }) => event.tradeId);
  return { handover, old, repeated, held };
}

describe('a handover', () => {
  it('is seamless once the old connection has reached the trade before the first one of the new', () => {
    const { handover, old } = begun();
    handover.trade(trade(12), 0);
    expect(handover.seamless(symbol, 0)).toBe(false);
    old.last = 11;
    expect(handover.seamless(symbol, 0)).toBe(true);
  });

  it('where ids have holes is seamless once the old connection has reached the first trade of the new', () => {
    const { handover, old } = begun({ consecutive: false });
    handover.trade(trade(12), 0);
    old.last = 11;
    expect(handover.seamless(symbol, 0)).toBe(false);
    old.last = 12;
    expect(handover.seamless(symbol, 0)).toBe(true);
  });

  it('of a quiet symbol is seamless two seconds after its subscription, but not with a trade that the old one lacks', () => {
    const { handover } = begun({ last: null });
    expect(handover.seamless(symbol, 100_000)).toBe(false);
    handover.live(symbol, 1_000);
    handover.live(symbol, 2_500);
    expect(handover.seamless(symbol, 2_999)).toBe(false);
    expect(handover.seamless(symbol, 3_000)).toBe(true);
    handover.trade(trade(1), 3_000);
    expect(handover.seamless(symbol, 9_000)).toBe(false);
  });

  it('keeps the trades that the old connection has not brought, in their order, and the newest quote', () => {
    const { handover, old, repeated } = begun();
    for (const id of [11, 13, 12]) handover.trade(trade(id), id);
    handover.quote(quote(98), 14);
    handover.quote(quote(99), 15);
    // Behind the old connection by now; what is ahead of it must not go with it.
    old.last = 11;
    handover.trade(trade(10), 16);
    const { trades, quote: newest } = handover.release(symbol);
    expect(trades.map(({ event, receivedAt }) => [event.tradeId, receivedAt])).toEqual([
      ['13', 13],
      ['12', 12],
    ]);
    expect(newest).toEqual({ event: quote(99), receivedAt: 15 });
    expect(repeated).toEqual(['11', '10']);
  });

  it('lets go of what the old connection brings later, so that little is held however long it takes', () => {
    const { handover, old, repeated, held } = begun({ maxHeld: 100 });
    for (let id = 11; id < 5_000; id += 1) {
      handover.trade(trade(id), id);
      old.last = id;
      expect(handover.full).toBe(false);
    }
    expect(held()).toEqual([]);
    expect(repeated).toHaveLength(4_989);
  });

  it('is full when the old connection brings nothing any more', () => {
    const { handover, held } = begun({ maxHeld: 100 });
    for (let id = 11; id < 110; id += 1) handover.trade(trade(id), id);
    expect(handover.full).toBe(false);
    handover.trade(trade(110), 110);
    expect(handover.full).toBe(true);
    expect(held()).toHaveLength(100);
    expect(handover.full).toBe(false);
  });
});
