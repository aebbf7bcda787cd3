/** The type of a field; the first point of a bucket's shard fixes it. */
export type FieldType = 'double' | 'long' | 'string' | 'boolean';

/** What Flux calls the types, as people do. */
export const TYPE_NAMES: Readonly<Record<FieldType, string>> = {
  double: 'float',
  long: 'integer',
  string: 'string',
  boolean: 'boolean',
};

/** Every measurement with its fields and their types. All points carry the full set, so that no value outlives its point. */
export const MEASUREMENTS: Readonly<Record<string, Readonly<Record<string, FieldType>>>> = {
  market_ticks: {
    bid: 'double',
    ask: 'double',
    last: 'double',
    mid: 'double',
    spread: 'double',
    spread_bps: 'double',
    volume: 'double',
    trade_id: 'string',
    taker_side: 'string',
    quoted: 'boolean',
    backfilled: 'boolean',
    received_at: 'long',
    quoted_at: 'long',
  },
  market_ohlcv: {
    open: 'double',
    high: 'double',
    low: 'double',
    close: 'double',
    volume: 'double',
    vwap: 'double',
    trades: 'long',
    revision: 'long',
    epoch: 'long',
    complete: 'boolean',
  },
  ml_signals: {
    confidence: 'double',
    prob_buy: 'double',
    prob_hold: 'double',
    prob_sell: 'double',
    risk_score: 'double',
    inference_time_ms: 'double',
    model_version: 'string',
    timeframe: 'string',
  },
  signal_outcomes: {
    status: 'string',
    model_version: 'string',
    timeframe: 'string',
    horizon: 'long',
    entry_price: 'double',
    exit_price: 'double',
    return_bps: 'double',
    max_adverse_bps: 'double',
    max_favourable_bps: 'double',
  },
  market_gaps: {
    gap_id: 'string',
    from_id: 'string',
    to_id: 'string',
    status: 'string',
    cause: 'string',
    from: 'long',
    to: 'long',
    missing: 'long',
  },
};
