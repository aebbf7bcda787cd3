// The newest candles of one series that open before an instant, oldest first.
// Set before it runs: bucket, exchange, symbol ("BTC_USDT"), timeframe (string), before (time), limit and span_ms (int).
//
// The storage engine finds the newest candle; those that open within span_ms before it are read. Where trades are rare these
// may be fewer than limit, and a wider span finds the rest.
newest =
    from(bucket: bucket)
        |> range(start: 0, stop: before)
        |> filter(fn: (r) => r._measurement == "market_ohlcv" and r._field == "close")
        |> filter(fn: (r) => r.exchange == exchange and r.symbol == symbol and r.timeframe == timeframe)
        |> filter(fn: (r) => r.service == "ingestion")
        |> last()
        |> findRecord(fn: (key) => true, idx: 0)

end = if exists newest._time then int(v: newest._time) + 1 else 1
begin = if end > span_ms * 1000000 then end - span_ms * 1000000 else 0

from(bucket: bucket)
    |> range(start: time(v: begin), stop: time(v: end))
    |> filter(fn: (r) => r._measurement == "market_ohlcv")
    |> filter(fn: (r) => r.exchange == exchange and r.symbol == symbol and r.timeframe == timeframe)
    |> filter(fn: (r) => r.service == "ingestion")
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> sort(columns: ["_time"])
    |> tail(n: limit)
    |> map(fn: (r) => ({r with timestamp: int(v: r._time) / 1000000}))
    |> drop(columns: ["_start", "_stop", "_time", "_measurement", "service"])
