// What became of the signals of each model version on each UTC day: one row for those to act (buy, sell), one for the holds.
// Set before it runs: bucket, exchange (string, "" = every venue), since and until (time).
//
// An unjudged outcome carries 0 for its figures, so it adds nothing to the sum of returns.
import "date"

of_venue = (tables=<-) => if exchange == "" then tables else tables |> filter(fn: (r) => r.exchange == exchange)

from(bucket: bucket)
    |> range(start: since, stop: until)
    |> filter(fn: (r) => r._measurement == "signal_outcomes" and r.service == "ingestion")
    |> filter(fn: (r) => r._field == "model_version" or r._field == "status" or r._field == "return_bps")
    |> of_venue()
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> map(
        fn: (r) =>
            ({
                model_version: r.model_version,
                day: int(v: date.truncate(t: r._time, unit: 1d)) / 1000000,
                holds: r.signal == "hold",
                status: r.status,
                return_bps: r.return_bps,
            }),
    )
    |> group(columns: ["day", "model_version", "holds"])
    |> reduce(
        identity: {hits: 0, misses: 0, unjudged: 0, return_bps_sum: 0.0},
        fn: (r, accumulator) =>
            ({
                hits: accumulator.hits + (if r.status == "hit" then 1 else 0),
                misses: accumulator.misses + (if r.status == "miss" then 1 else 0),
                unjudged: accumulator.unjudged + (if r.status == "unjudged" then 1 else 0),
                return_bps_sum: accumulator.return_bps_sum + r.return_bps,
            }),
    )
    |> group()
    |> sort(columns: ["day", "model_version"])
