import { partitionOf } from '@neuraltrade/contracts';
import type { AdapterOutput } from './adapter-output';
import { RecentValues } from './recent-values';
import type { Timers } from './timers';

/** Time between two clock records of a partition, ms. */
export const CLOCK_PERIOD_MS = 1_000;

const OFFSET_SAMPLES = 256;
/** A tick that runs this late (ms) says nothing: our own process was busy and frames may wait unread in the socket. */
const LATENESS_LIMIT_MS = 500;

/** What the clock records of one adapter are made of. */
export interface ClockTickerDeps {
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE symbols that the adapter feeds. */
  readonly symbols: readonly string[];
  /** Number of partitions of market.raw. */
  readonly partitions: number;
  /** Where records go. */
  readonly output: AdapterOutput;
  /** The adapter's clock. */
  readonly timers: Timers;
}

/** Measures how far the venue's clock (and its path to us) is behind ours, and says how far the published trades reach. */
export class ClockTicker {
  readonly #deps: ClockTickerDeps;
  readonly #offsets = new RecentValues(OFFSET_SAMPLES);
  readonly #groups = new Map<number, string[]>();
  #dueAt: number | null = null;

  /** A clock without a measurement: its offset is 0. */
  constructor(deps: ClockTickerDeps) {
    this.#deps = deps;
    this.setSymbols(deps.symbols);
  }

  /** Median of (arrival - the venue's send time) over recent frames, ms; 0 before any. */
  get offsetMs(): number {
    return this.#offsets.median();
  }

  /** The present by the venue's clock, ms UTC, whole. */
  get venueNow(): number {
    return Math.max(0, Math.floor(this.#deps.timers.now() - this.offsetMs));
  }

  /** Names these BASE/QUOTE symbols from now on. */
  setSymbols(symbols: readonly string[]): void {
    const { exchange, partitions } = this.#deps;
    this.#groups.clear();
    for (const symbol of symbols) {
      const partition = partitionOf(exchange, symbol, partitions);
      const group = this.#groups.get(partition);
      if (group === undefined) this.#groups.set(partition, [symbol]);
      else group.push(symbol);
    }
  }

  /** Takes a frame's arrival and send time. */
  sample(receivedAt: number, sentAt: number): void {
    this.#offsets.add(receivedAt - sentAt);
  }

  /** Publishes one record per partition, naming the symbols for which `live` is true; none where there is none. */
  tick(live: (symbol: string) => boolean): void {
    const now = this.#deps.timers.now();
    const late = this.#dueAt !== null && now - this.#dueAt > LATENESS_LIMIT_MS;
    this.#dueAt = now + CLOCK_PERIOD_MS;
    if (late) return;
    const { exchange, output } = this.#deps;
    const { offsetMs, venueNow } = this;
    for (const group of this.#groups.values()) {
      const symbols = group.filter(live);
      if (symbols.length > 0) output.clock({ exchange, symbols, timestamp: venueNow, offsetMs });
    }
  }
}
