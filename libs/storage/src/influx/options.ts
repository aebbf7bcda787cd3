/** How an InfluxDB 2 is used as the store. */
export interface InfluxStoreOptions {
  /** Its base URL ('http://127.0.0.1:8086'). */
  readonly url: string;
  /** A token that may read and write the bucket; a function is asked before each request, so that a renewed one counts. */
  readonly token: string | (() => string);
  /** The organisation's name. */
  readonly org: string;
  /** The bucket's name. */
  readonly bucket: string;
  /** Longest time for one request, ms; default 30,000. */
  readonly timeoutMs?: number;
  /**
   * How long what was read of candles and gaps counts before they are written, ms; default 10,000: less than a broker takes
   * to pass the queue of a frozen process on to another one, which then writes newer revisions.
   */
  readonly lookHoldsMs?: number;
  /** Request bodies above so many bytes are compressed: pays where the network is slower than a core; absent = none. */
  readonly gzipAbove?: number;
  /** The wall clock that dates in Retry-After are reckoned by, ms UTC; absent = this machine's. */
  readonly now?: () => number;
}
