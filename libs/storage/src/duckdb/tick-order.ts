/** The order of ticks: by time, those of one millisecond by id as an integer. */
export const TICK_ORDER = 'ORDER BY timestamp, length(trade_id), trade_id';
