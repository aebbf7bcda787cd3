import type { Metrics } from '@neuraltrade/metrics';
import type { SinkLog } from './sink-log';

/** A tick in a message of the processor before any was measured, bytes. */
const USUAL_TICK_BYTES = 340;
/** The rate that is reckoned with before one was measured, ticks a second. */
const USUAL_RATE = 2_000;
/** Over which time the rate is measured, ms. */
const WINDOW_MS = 60_000;
/** Fewer ticks in a window say nothing about their size. */
const FEWEST_TICKS = 100;

/** A store that is another process, on another machine even. */
export interface StorePeer {
  /** In the label `peer`: 'influxdb'. */
  readonly name: string;
  /** In sentences: 'InfluxDB'. */
  readonly title: string;
}

/** What the tolerance is reckoned from. */
export interface OutageToleranceOptions {
  /** The store that may be away. */
  readonly peer: StorePeer;
  /** The queue that fills meanwhile. */
  readonly queue: string;
  /** What it holds at most, bytes. */
  readonly maxBytes: number;
  /** Where it is shown. */
  readonly metrics: Metrics;
  /** Where it is told. */
  readonly log: SinkLog;
}

/**
 * How long the store may be away before its queue is full and publishers are refused: the queue's size by the size and rate of
 * ticks as they come. Told at the start with usual figures, after a minute with measured ones, and again when it has halved.
 */
export class OutageTolerance {
  readonly #options: OutageToleranceOptions;
  readonly #timer: NodeJS.Timeout;
  #ticks = 0;
  #bytes = 0;
  #since = performance.now();
  #toldSeconds = Infinity;

  /** Tells it for the first time. */
  constructor(options: OutageToleranceOptions) {
    this.#options = options;
    this.#tell(USUAL_TICK_BYTES, USUAL_RATE, 'until it is measured');
    this.#toldSeconds = Infinity;
    this.#timer = setInterval(() => this.#measure(), WINDOW_MS);
    this.#timer.unref();
  }

  /** Ticks came in a message of so many bytes. */
  took(ticks: number, bytes: number): void {
    this.#ticks += ticks;
    this.#bytes += bytes;
  }

  /** Measures no more. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #measure(): void {
    const now = performance.now();
    const seconds = (now - this.#since) / 1_000;
    const [ticks, bytes] = [this.#ticks, this.#bytes];
    this.#since = now;
    this.#ticks = this.#bytes = 0;
    if (ticks >= FEWEST_TICKS && seconds > 0) this.#tell(bytes / ticks, ticks / seconds, 'as measured');
  }

  #tell(tickBytes: number, rate: number, how: string): void {
    const { peer, queue, maxBytes, metrics, log } = this.#options;
    const ticks = maxBytes / tickBytes;
    const seconds = ticks / rate;
    metrics.outageTolerance.set({ peer: peer.name }, seconds);
    metrics.tickBytes.set({ peer: peer.name }, tickBytes);
    if (seconds > this.#toldSeconds / 2) return;
    this.#toldSeconds = seconds;
    log.info(
      {
        peer: peer.name,
        toleranceSeconds: Math.round(seconds),
        tickBytes: Math.round(tickBytes),
        ticksPerSecond: Math.round(rate),
      },
      `${peer.title} may be away for about ${lengthOf(seconds)} at ${grouped(rate)} ticks/s: ${queue} of ` +
        `${grouped(maxBytes / 1e6)} MB holds ${grouped(ticks)} ticks of ${grouped(tickBytes)} bytes, ${how}. ` +
        'Beyond, publishers are refused and wait; what adapters then cannot hold is backfilled.',
    );
  }
}

function lengthOf(seconds: number): string {
  return seconds < 120 ? `${grouped(seconds)} s` : `${grouped(seconds / 60)} minutes`;
}

function grouped(value: number): string {
  return value < 10 ? String(Number(value.toPrecision(2))) : Math.round(value).toLocaleString('en-US');
}
