// The ticks of one symbol in one millisecond: from them the one with the largest trade id, as an integer, is the newest.
// Set before it runs: bucket, exchange, symbol ("BTC_USDT") (string), instant and next_instant (time, a millisecond apart).
from(bucket: bucket)
    |> range(start: instant, stop: next_instant)
    |> filter(fn: (r) => r._measurement == "market_ticks" and r.exchange == exchange and r.symbol == symbol)
    |> filter(fn: (r) => r.service == "ingestion")
    |> filter(
        fn: (r) =>
            r._field == "bid" or r._field == "ask" or r._field == "last" or r._field == "spread"
                or r._field == "spread_bps" or r._field == "quoted" or r._field == "trade_id",
    )
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> group()
    |> map(fn: (r) => ({r with timestamp: int(v: r._time) / 1000000}))
    |> keep(columns: ["exchange", "symbol", "timestamp", "trade_id", "bid", "ask", "last", "spread", "spread_bps", "quoted"])
