// Epoch and revision of every stored candle that opens within a stretch of time, one row a value.
// Set before it runs: bucket (string), since and until (time).
from(bucket: bucket)
    |> range(start: since, stop: until)
    |> filter(fn: (r) => r._measurement == "market_ohlcv" and r.service == "ingestion")
    |> filter(fn: (r) => r._field == "epoch" or r._field == "revision")
    |> map(fn: (r) => ({r with timestamp: int(v: r._time) / 1000000}))
    |> drop(columns: ["_start", "_stop", "_time", "_measurement", "service"])
