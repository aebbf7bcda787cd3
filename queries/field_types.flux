// The newest value of every field of every series of one measurement: its column tells the type that is stored.
// Set before it runs: bucket, measurement (string), since and until (time).
from(bucket: bucket)
    |> range(start: since, stop: until)
    |> filter(fn: (r) => r._measurement == measurement)
    |> last()
