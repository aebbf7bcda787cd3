import type { Gap } from '@neuraltrade/contracts';

/** A closed gap of no length: it says that a symbol was watched from an instant (ms UTC) on, not from its first trade on. */
export function watchedFrom({ exchange, symbol }: Pick<Gap, 'exchange' | 'symbol'>, from: number): Gap {
  return {
    gapId: `${exchange}:${symbol}:watched`,
    exchange,
    symbol,
    afterTradeId: null,
    beforeTradeId: null,
    fromTimestamp: from,
    toTimestamp: from,
    missing: 0,
    cause: 'restart',
    status: 'filled',
  };
}
