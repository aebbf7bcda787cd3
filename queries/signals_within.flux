// The newest signals of a stretch of time, or what became of them, oldest first.
// Set before it runs: bucket, measurement ("ml_signals" or "signal_outcomes"), exchange, symbol ("BTC_USDT"), timeframe,
// model_version (string; "" = every one of each of the four), since and until (time), limit (int).
//
// Outcomes have no risk_level; a column that is not there does not count for the order.
import "strings"

of_venue = (tables=<-) => if exchange == "" then tables else tables |> filter(fn: (r) => r.exchange == exchange)
of_symbol = (tables=<-) => if symbol == "" then tables else tables |> filter(fn: (r) => r.symbol == symbol)

from(bucket: bucket)
    |> range(start: since, stop: until)
    |> filter(fn: (r) => r._measurement == measurement and r.service == "ingestion")
    |> of_venue()
    |> of_symbol()
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> filter(fn: (r) => timeframe == "" or r.timeframe == timeframe)
    |> filter(fn: (r) => model_version == "" or r.model_version == model_version)
    |> group()
    |> map(
        fn: (r) =>
            ({r with
                timestamp: int(v: r._time) / 1000000,
                symbol: strings.replace(v: r.symbol, t: "_", u: "/", i: 1),
            }),
    )
    |> sort(columns: ["timestamp", "exchange", "symbol", "timeframe", "model_version", "signal", "risk_level"])
    |> tail(n: limit)
    |> drop(columns: ["_start", "_stop", "_time", "_measurement", "service"])
