// How many signals of each kind each model version gave on each UTC day.
// Set before it runs: bucket, exchange (string, "" = every venue), since and until (time).
//
// The model version is a field, so it is read as the value of its own field: one row a signal, whose kind is a tag. A day with
// one kind only has its row, and so has a day of holds, whose buy_ratio is null because nothing was to be done.
import "date"
import "internal/debug"

of_venue = (tables=<-) => if exchange == "" then tables else tables |> filter(fn: (r) => r.exchange == exchange)

from(bucket: bucket)
    |> range(start: since, stop: until)
    |> filter(fn: (r) => r._measurement == "ml_signals" and r._field == "model_version")
    |> filter(fn: (r) => r.service == "ingestion")
    |> of_venue()
    |> map(
        fn: (r) =>
            ({
                model_version: r._value,
                day: int(v: date.truncate(t: r._time, unit: 1d)) / 1000000,
                signal: r.signal,
            }),
    )
    |> group(columns: ["day", "model_version"])
    |> reduce(
        identity: {buy: 0, sell: 0, hold: 0},
        fn: (r, accumulator) =>
            ({
                buy: accumulator.buy + (if r.signal == "buy" then 1 else 0),
                sell: accumulator.sell + (if r.signal == "sell" then 1 else 0),
                hold: accumulator.hold + (if r.signal == "hold" then 1 else 0),
            }),
    )
    |> map(fn: (r) => ({r with total: r.buy + r.sell}))
    |> map(
        fn: (r) =>
            ({r with
                buy_ratio:
                    if r.total > 0 then float(v: r.buy) / float(v: r.total) else debug.null(type: "float"),
            }),
    )
    |> group()
    |> sort(columns: ["day", "model_version"])
