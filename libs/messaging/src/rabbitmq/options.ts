import type { Metrics } from '@neuraltrade/metrics';

/** Where the bus tells what happened to its connections and topology: a few lines an outage, none per message. */
export interface BusLog {
  /** All is well again. */
  info(fields: object, text: string): void;
  /** Something is away and tried again. */
  warn(fields: object, text: string): void;
}

/** What a bus over RabbitMQ is made of. */
export interface RabbitMqBusOptions {
  /** Nodes of one cluster, amqp:// or amqps://, tried in random order; at least one. */
  readonly urls: readonly string[];
  /**
   * The addresses of this moment, asked for before each round over all nodes: a password may be renewed while this runs. What
   * cannot be told now is told by throwing, and those of before are tried again. Absent = they stay.
   */
  readonly currentUrls?: () => readonly string[];
  /** Time between heartbeats, s; a node that is silent for two to three of them counts as gone. */
  readonly heartbeatS: number;
  /** How long one attempt to connect may take, ms. */
  readonly connectTimeoutMs: number;
  /** Upper bound of the first wait before a reconnect, ms; it doubles with each failure. */
  readonly reconnectBaseMs: number;
  /** Upper bound of every wait before a reconnect, ms. It is tried for ever. */
  readonly reconnectMaxMs: number;
  /** PEM file of the certificates that amqps nodes are checked against; absent = the system's. */
  readonly caFile?: string;
  /** Shown in the broker's list of connections; default neuraltrade. */
  readonly name?: string;
  /** Where it tells about outages. */
  readonly log: BusLog;
  /** Where connections, failed publishes and parked messages are counted. Publishers count their own outcomes. */
  readonly metrics?: Metrics;
  /** After how long without an answer a publish is `unknown`, ms; default 10,000. */
  readonly confirmTimeoutMs?: number;
  /** Most messages in front of the broker without its answer; default 1,000. */
  readonly publishWindow?: number;
  /** Most bytes in front of the broker without its answer; default 16,777,216. */
  readonly publishWindowBytes?: number;
  /** Most bytes that wait for room in that window; further messages are nacked. Default 67,108,864. */
  readonly maxWaitingBytes?: number;
  /** After how long of nothing but refusals of a routing key its messages go by another channel, ms; default 1,000. */
  readonly renewAfterMs?: number;
  /** How long an optional queue lives without a consumer, ms; default 30 minutes. */
  readonly optionalQueueExpiresMs?: number;
  /** Draws evenly from [0, 1): order of nodes, waits. Default Math.random. */
  readonly random?: () => number;
  /** The wall clock, ms UTC, for sentences that say since when. Default Date.now. */
  readonly now?: () => number;
}
