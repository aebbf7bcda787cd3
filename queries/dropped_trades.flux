// The stretches of one symbol whose trades were dropped for good: the candles that they overlap are incomplete.
// Set before it runs: bucket, exchange, symbol ("BTC_USDT") (string), until (time: gaps that begin later are left out).
from(bucket: bucket)
    |> range(start: 0, stop: until)
    |> filter(fn: (r) => r._measurement == "market_gaps" and r.exchange == exchange and r.symbol == symbol)
    |> filter(fn: (r) => r.service == "ingestion")
    |> filter(fn: (r) => r._field == "cause" or r._field == "status" or r._field == "from" or r._field == "to")
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> filter(fn: (r) => r.cause == "dropped" and r.status == "unfillable")
    |> keep(columns: ["from", "to"])
