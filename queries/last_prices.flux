// The newest tick of every symbol since an instant, one row a symbol.
// Set before it runs: bucket (string), exchange (string, "" = every venue), since and until (time).
//
// Every tick carries the full set of fields, so the last value of each belongs to one and the same tick; only the seven fields
// that are wanted are looked up, before last(), which the storage engine then answers from its index. Where quoted is false,
// bid and ask repeat the trade price and there is no spread. The last six digits of _time are of the trade id: of trades in
// one millisecond ticks_of_instant.flux finds the newest.
of_venue = (tables=<-) => if exchange == "" then tables else tables |> filter(fn: (r) => r.exchange == exchange)

from(bucket: bucket)
    |> range(start: since, stop: until)
    |> filter(fn: (r) => r._measurement == "market_ticks" and r.service == "ingestion")
    |> of_venue()
    |> filter(
        fn: (r) =>
            r._field == "bid" or r._field == "ask" or r._field == "last" or r._field == "spread"
                or r._field == "spread_bps" or r._field == "quoted" or r._field == "trade_id",
    )
    |> last()
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> group()
    |> map(fn: (r) => ({r with timestamp: int(v: r._time) / 1000000}))
    |> keep(columns: ["exchange", "symbol", "timestamp", "trade_id", "bid", "ask", "last", "spread", "spread_bps", "quoted"])
    |> sort(columns: ["exchange", "symbol"])
