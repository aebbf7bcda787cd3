/** Payload of `<symbol>@trade`, one trade. Older recordings carry order ids `b` and `a`: never a bid or an ask. */
export interface TradePayload {
  /** 'trade'. */
  readonly e?: unknown;
  /** Event (send) time, ms or microseconds by the dialled URL. */
  readonly E?: unknown;
  /** Symbol, upper case. */
  readonly s?: unknown;
  /** Trade id, +1 per symbol. */
  readonly t?: unknown;
  /** Price, decimal text. */
  readonly p?: unknown;
  /** Base quantity, decimal text. */
  readonly q?: unknown;
  /** Match time, unit as `E`. */
  readonly T?: unknown;
  /** Whether the buyer was the maker. */
  readonly m?: unknown;
}

/** Payload of `<symbol>@bookTicker`: it names neither its type nor a time. */
export interface BookTickerPayload {
  /** Order-book update id: rises, never consecutive. */
  readonly u?: unknown;
  /** Symbol, upper case. */
  readonly s?: unknown;
  /** Best bid price, decimal text. */
  readonly b?: unknown;
  /** Best bid quantity, decimal text. */
  readonly B?: unknown;
  /** Best ask price, decimal text. */
  readonly a?: unknown;
  /** Best ask quantity, decimal text. */
  readonly A?: unknown;
}

/** Row of `GET /api/v3/historicalTrades` and `GET /api/v3/trades`. */
export interface RestTradeRow {
  /** Trade id. */
  readonly id?: unknown;
  /** Price, decimal text. */
  readonly price?: unknown;
  /** Base quantity, decimal text. */
  readonly qty?: unknown;
  /** Match time, ms. */
  readonly time?: unknown;
  /** Whether the buyer was the maker. */
  readonly isBuyerMaker?: unknown;
}

/** Event types (`e`) of the documented spot market streams that are not used here. */
export const UNUSED_EVENTS: ReadonlySet<unknown> = new Set([
  '24hrMiniTicker',
  '24hrTicker',
  '1hTicker',
  '4hTicker',
  '1dTicker',
  'aggTrade',
  'avgPrice',
  'blockTrade',
  'depthUpdate',
  'kline',
  'referencePrice',
]);
