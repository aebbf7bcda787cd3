/** Row of channel `trade`. Numbers are JSON numbers with padding zeros. */
export interface TradeRow {
  /** Pair ('BTC/USD'). */
  readonly symbol?: unknown;
  /** The taker's side. */
  readonly side?: unknown;
  /** Price, number. */
  readonly price?: unknown;
  /** Base quantity, number. */
  readonly qty?: unknown;
  /** Trade id, +1 per pair. */
  readonly trade_id?: unknown;
  /** Match time, RFC 3339. */
  readonly timestamp?: unknown;
}

/** Row of channel `ticker`: the full record each time. */
export interface TickerRow {
  /** Pair. */
  readonly symbol?: unknown;
  /** Best bid, number; 0 where the side is absent. */
  readonly bid?: unknown;
  /** Quantity at the bid, number. */
  readonly bid_qty?: unknown;
  /** Best ask, number; 0 where the side is absent. */
  readonly ask?: unknown;
  /** Quantity at the ask, number. */
  readonly ask_qty?: unknown;
  /** RFC 3339; sent since 2026-04, 1970 where there is no book. */
  readonly timestamp?: unknown;
}

/** Channels that are documented and not used here. */
export const UNUSED_CHANNELS: ReadonlySet<unknown> = new Set([
  'balances',
  'book',
  'executions',
  'heartbeat',
  'instrument',
  'level3',
  'ohlc',
  'status',
]);
