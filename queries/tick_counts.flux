// How many ticks of one symbol each interval of a length holds, by its start; intervals without any have no row.
// Set before it runs: bucket, exchange, symbol ("BTC_USDT") (string), since and until (time), every_ms (int).
//
// The last price is counted, which every tick has: the storage engine counts it without handing it out.
from(bucket: bucket)
    |> range(start: since, stop: until)
    |> filter(fn: (r) => r._measurement == "market_ticks" and r._field == "last")
    |> filter(fn: (r) => r.exchange == exchange and r.symbol == symbol and r.service == "ingestion")
    |> aggregateWindow(
        every: duration(v: every_ms * 1000000),
        fn: count,
        createEmpty: false,
        timeSrc: "_start",
    )
    |> map(fn: (r) => ({start: int(v: r._time) / 1000000, ticks: r._value}))
