// The ids of the gaps that begin within a stretch of time and are closed, one row a gap.
// Set before it runs: bucket (string), since and until (time).
from(bucket: bucket)
    |> range(start: since, stop: until)
    |> filter(fn: (r) => r._measurement == "market_gaps" and r.service == "ingestion")
    |> filter(fn: (r) => r._field == "gap_id" or r._field == "status")
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> filter(fn: (r) => r.status != "open")
    |> keep(columns: ["gap_id"])
