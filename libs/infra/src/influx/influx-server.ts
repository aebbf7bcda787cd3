/** How a private InfluxDB is started. */
export interface InfluxOptions {
  /** The native server's program, see {@link findInfluxd}. */
  readonly binary: string;
  /** Where its data are kept; absent = a directory of its own, removed by dispose(). */
  readonly directory?: string;
  /** Port on 127.0.0.1; absent or 0 = any free one, the same one after each restart. */
  readonly port?: number;
  /** Organisation; default 'neuraltrade'. */
  readonly org?: string;
  /** Bucket; default 'market_data'. */
  readonly bucket?: string;
  /** Operator token; absent = a random one. */
  readonly token?: string;
  /** How long the bucket keeps points, seconds, at least 3,600; 0 (default) = for ever. */
  readonly retentionSeconds?: number;
}

/** A private InfluxDB 2: set up, answering, and stopped by whoever started it. */
export interface InfluxServer {
  /** http://127.0.0.1:PORT, the same over restarts. */
  readonly url: string;
  /** A token that may do everything. */
  readonly token: string;
  /** The organisation that was set up. */
  readonly org: string;
  /** The bucket that was set up. */
  readonly bucket: string;
  /** Starts it again after stop() or kill() and resolves when it answers. @throws ExpectedError with its last log lines. */
  start(): Promise<void>;
  /** Ends it in order; its data stay. */
  stop(): Promise<void>;
  /** Ends it as a power cut of the process would (SIGKILL); its data stay. */
  kill(): Promise<void>;
  /** Holds it: sockets stay open, nothing is answered. */
  freeze(): Promise<void>;
  /** Lets a frozen one go on. */
  thaw(): Promise<void>;
  /** Ends it and removes the directory that it made. */
  dispose(): Promise<void>;
}
