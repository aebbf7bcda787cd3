import type { DecodedEvent } from '../events';

/** Where trades printed against the last quote of their symbol, by taker side; prints on the mid are left out. */
export interface SideTally {
  /** Taker buys above the mid: where they belong. */
  buysAbove: number;
  /** Taker buys below the mid. */
  buysBelow: number;
  /** Taker sells above the mid. */
  sellsAbove: number;
  /** Taker sells below the mid: where they belong. */
  sellsBelow: number;
}

/** Tallies the events of one connection in their order. */
export function sideTally(events: Iterable<DecodedEvent>): SideTally {
  const tally: SideTally = { buysAbove: 0, buysBelow: 0, sellsAbove: 0, sellsBelow: 0 };
  const mids = new Map<string, number | null>();
  for (const event of events) {
    if (event.type === 'quote')
      mids.set(event.symbol, event.bid === null || event.ask === null ? null : (event.bid + event.ask) / 2);
    if (event.type !== 'trade' || event.history) continue;
    const mid = mids.get(event.symbol) ?? null;
    if (mid === null || event.price === mid) continue;
    const above = event.price > mid;
    if (event.takerSide === 'buy') tally[above ? 'buysAbove' : 'buysBelow']++;
    if (event.takerSide === 'sell') tally[above ? 'sellsAbove' : 'sellsBelow']++;
  }
  return tally;
}

/** Whether taker buys print above the mid more than below it, and taker sells the other way. */
export function sidesAgree({ buysAbove, buysBelow, sellsAbove, sellsBelow }: SideTally): boolean {
  return buysAbove > buysBelow && sellsBelow > sellsAbove;
}
