/** Row of topic `publicTrade.<symbol>`; rows ascend. The frame's `type` is always 'snapshot' and means nothing. */
export interface TradeRow {
  /** Symbol. */
  readonly s?: unknown;
  /** Trade id, decimal text above 2^53; ascending with holes. (Derivatives send UUIDs.) */
  readonly i?: unknown;
  /** Match time, ms. */
  readonly T?: unknown;
  /** Price, decimal text. */
  readonly p?: unknown;
  /** Base quantity, decimal text. */
  readonly v?: unknown;
  /** The taker's side: 'Buy' or 'Sell'. */
  readonly S?: unknown;
}

/** `data` of topic `orderbook.1.<symbol>`. */
export interface BookData {
  /** Symbol. */
  readonly s?: unknown;
  /** Bids as [price, size]. */
  readonly b?: unknown;
  /** Asks as [price, size]. */
  readonly a?: unknown;
  /** Update id; 1 after a restart of the venue's service. */
  readonly u?: unknown;
}

/** Row of `GET /v5/market/recent-trade`. */
export interface RestTradeRow {
  /** Trade id, decimal text. */
  readonly execId?: unknown;
  /** Symbol, upper case. */
  readonly symbol?: unknown;
  /** Price, decimal text. */
  readonly price?: unknown;
  /** Base quantity, decimal text. */
  readonly size?: unknown;
  /** The taker's side: 'Buy' or 'Sell'. */
  readonly side?: unknown;
  /** Match time, ms as text. */
  readonly time?: unknown;
}

/** Public topics that are documented and not used here, by what stands before the symbol. */
export const UNUSED_TOPICS =
  /^(orderbook\.(?:\d{1,4}|full|rpi)|tickers|kline\.\w{1,3}|priceLimit|allLiquidation|liquidation|insurance|adlAlert|tickers_lt|kline_lt\.\w{1,3}|lt|system)(?:\.|$)/;
