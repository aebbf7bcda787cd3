// The times of the first and the last tick of one symbol: two rows, or none.
// Set before it runs: bucket, exchange, symbol ("BTC_USDT") (string), since and until (time).
prices =
    from(bucket: bucket)
        |> range(start: since, stop: until)
        |> filter(fn: (r) => r._measurement == "market_ticks" and r._field == "last")
        |> filter(fn: (r) => r.exchange == exchange and r.symbol == symbol and r.service == "ingestion")

union(tables: [prices |> first(), prices |> last()])
    |> map(fn: (r) => ({timestamp: int(v: r._time) / 1000000}))
    |> sort(columns: ["timestamp"])
