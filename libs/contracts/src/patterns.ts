/** A venue's short name: lower-case letters and digits, a letter first, at most 24. */
export const EXCHANGE_PATTERN = /^[a-z][a-z0-9]{1,23}$/;

/** A trade id: decimal digits without leading zeros, at most 40. */
export const TRADE_ID_PATTERN = /^(0|[1-9]\d{0,39})$/;

/** Longest decimal text that is kept beside an inexact number. */
export const MAX_DECIMAL_TEXT = 64;
