// The newest gaps of one symbol that overlap a stretch of time, oldest first.
// Set before it runs: bucket, exchange, symbol ("BTC_USDT") (string), from_ms (int: gaps that end before it are left out; to is 0
// while a gap is open), until (time: gaps that begin at or after it are left out), limit (int).
from(bucket: bucket)
    |> range(start: 0, stop: until)
    |> filter(fn: (r) => r._measurement == "market_gaps" and r.exchange == exchange and r.symbol == symbol)
    |> filter(fn: (r) => r.service == "ingestion")
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> filter(fn: (r) => r.to == 0 or r.to >= from_ms)
    |> group()
    |> sort(columns: ["from", "gap_id"])
    |> tail(n: limit)
    |> drop(columns: ["_start", "_stop", "_time", "_measurement", "service"])
