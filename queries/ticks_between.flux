// The ticks of one symbol within a stretch of time, in its order.
// Set before it runs: bucket, exchange, symbol ("BTC_USDT") (string), since and until (time).
from(bucket: bucket)
    |> range(start: since, stop: until)
    |> filter(fn: (r) => r._measurement == "market_ticks" and r.exchange == exchange and r.symbol == symbol)
    |> filter(fn: (r) => r.service == "ingestion")
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> group()
    |> sort(columns: ["_time"])
    |> map(fn: (r) => ({r with timestamp: int(v: r._time) / 1000000}))
    |> drop(columns: ["_start", "_stop", "_time", "_measurement"])
