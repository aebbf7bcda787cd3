import type { Environment } from '../find-program';

/** How a private InfluxDB is started. */
export interface InfluxOptions {
  /** The environment of this process: INFLUXD_BIN names the server, else PATH is searched for influxd. */
  readonly env: Environment;
  /** 'container' or 'native' instead of: INFLUXD_BIN, else a container where an engine answers, else influxd on PATH. */
  readonly from?: 'container' | 'native';
  /** Where it listens on 127.0.0.1; absent or 0 = any free port, the same one after each restart. */
  readonly port?: number;
  /** Organisation; default neuraltrade. */
  readonly org?: string;
  /** Bucket; default market_data. */
  readonly bucket?: string;
  /** Token that may do everything; absent = a random one. A kept dataDir goes on with the token of its first start. */
  readonly token?: string;
  /** How long the bucket keeps points, seconds, at least 3,600; 0 (default) = for ever. */
  readonly retentionSeconds?: number;
  /** Where its data is kept over dispose(); absent = a temporary folder that is removed. Native only. */
  readonly dataDir?: string;
  /** How long it may take until it answers, ms; default 60,000. */
  readonly startTimeoutMs?: number;
}

/** An InfluxDB 2 of our own, and the faults that tests need of it. */
export interface Influx {
  /** How it runs. */
  readonly from: 'container' | 'native';
  /** Its address, for INFLUX_URL; the same over restarts. */
  readonly url: string;
  /** Its process id now; null while it does not run, and in a container. */
  readonly pid: number | null;
  /** For INFLUX_TOKEN: may do everything. */
  readonly token: string;
  /** For INFLUX_ORG. */
  readonly org: string;
  /** For INFLUX_BUCKET. */
  readonly bucket: string;
  /** Stops it in order; data is kept until dispose. */
  stop(): Promise<void>;
  /** Starts it again on the same port with the same data. */
  start(): Promise<void>;
  /** Ends it as kill -9 does. */
  kill(): Promise<void>;
  /** Stops it from running at all, connections open, until thaw. */
  freeze(): Promise<void>;
  /** Lets it go on after freeze. */
  thaw(): Promise<void>;
  /** Stops it and removes everything that it left. */
  dispose(): Promise<void>;
}

/** Options with every default filled in. */
export interface InfluxSettings extends InfluxOptions {
  /** The port. */
  readonly port: number;
  /** The organisation. */
  readonly org: string;
  /** The bucket. */
  readonly bucket: string;
  /** The token. */
  readonly token: string;
  /** Seconds that points are kept; 0 = for ever. */
  readonly retentionSeconds: number;
  /** How long a start may take, ms. */
  readonly startTimeoutMs: number;
}

/** A server that can be started over and over; setting it up is the same however it runs. */
export type InfluxHost = Omit<Influx, 'token' | 'org' | 'bucket'>;
