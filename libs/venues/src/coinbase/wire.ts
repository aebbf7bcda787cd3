/** `match` (live) and `last_match` (once per product on subscribing: history). */
export interface MatchFrame {
  /** Trade id, +1 per product. */
  readonly trade_id?: unknown;
  /** The MAKER's side. */
  readonly side?: unknown;
  /** Base quantity, decimal text. */
  readonly size?: unknown;
  /** Price, decimal text. */
  readonly price?: unknown;
  /** Product ('BTC-USD'). */
  readonly product_id?: unknown;
  /** Match time, RFC 3339. */
  readonly time?: unknown;
}

/** `ticker`: sent on trades only, conflated; `side` is the taker's here. */
export interface TickerFrame {
  /** Product. */
  readonly product_id?: unknown;
  /** Best bid, decimal text. */
  readonly best_bid?: unknown;
  /** Its size, decimal text; absent in frames before 2023. */
  readonly best_bid_size?: unknown;
  /** Best ask, decimal text. */
  readonly best_ask?: unknown;
  /** Its size, decimal text; absent in frames before 2023. */
  readonly best_ask_size?: unknown;
  /** Time of the trade that caused it, RFC 3339; absent on a product without trades. */
  readonly time?: unknown;
}

/** `heartbeat`: once a second and product. */
export interface HeartbeatFrame {
  /** Product. */
  readonly product_id?: unknown;
  /** Id of the newest trade. */
  readonly last_trade_id?: unknown;
  /** Send time, RFC 3339. */
  readonly time?: unknown;
}

/** Row of `GET /products/{id}/trades`. */
export interface RestTradeRow {
  /** Trade id. */
  readonly trade_id?: unknown;
  /** The MAKER's side, as on `match`. */
  readonly side?: unknown;
  /** Base quantity, decimal text. */
  readonly size?: unknown;
  /** Price, decimal text. */
  readonly price?: unknown;
  /** Match time, RFC 3339. */
  readonly time?: unknown;
}

/** Frame types of the Exchange feed that are documented and not used here. */
export const UNUSED_TYPES: ReadonlySet<unknown> = new Set([
  'activate',
  'auction',
  'balance',
  'change',
  'done',
  'l2update',
  'level2',
  'level3',
  'open',
  'received',
  'rfq_match',
  'snapshot',
  'status',
]);

/** Channels of the Advanced Trade feed: another protocol of the same venue, documented and not used here. */
export const ADVANCED_CHANNELS: ReadonlySet<unknown> = new Set([
  'candles',
  'futures_balance_summary',
  'heartbeats',
  'l2_data',
  'market_trades',
  'status',
  'subscriptions',
  'ticker',
  'ticker_batch',
  'user',
]);
