import { type Gap, isGap, type RawTick } from '@neuraltrade/contracts';
import type { AdapterOutput } from './adapter-output';
import type { HeldTrades } from './held-trades';
import type { Timers } from './timers';

/** Time between two attempts to pass on what found no room, ms. */
export const ROOM_POLL_MS = 50;

/** What one symbol's output needs. */
export interface OrderedOutputDeps {
  /** Where records go. */
  readonly output: AdapterOutput;
  /** Counts what waits. */
  readonly heldTrades: HeldTrades;
  /** Timers. */
  readonly timers: Timers;
  /** Whether the adapter was told to wait. */
  readonly isPaused: () => boolean;
}

/** One symbol's records in their order: what was held back goes out as fast as there is room, and what is new waits behind it. */
export class OrderedOutput {
  readonly #deps: OrderedOutputDeps;
  #waiting: (RawTick | Gap)[] = [];
  #next = 0;
  #cancelPoll: (() => void) | null = null;

  /** An output with nothing waiting. */
  constructor(deps: OrderedOutputDeps) {
    this.#deps = deps;
  }

  /** Whether nothing waits. */
  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Passes a live trade on, or puts it behind what waits; false when there is no room for it. */
  live(tick: RawTick): boolean {
    if (this.empty) return this.#deps.output.tick(tick);
    const { heldTrades } = this.#deps;
    // What waits here had its turn already: twice the limit bounds both together.
    if (heldTrades.count >= 2 * heldTrades.max) return false;
    heldTrades.add(1);
    this.#waiting.push(tick);
    return true;
  }

  /** Passes on a trade that was held, and is counted as such. */
  held(tick: RawTick): void {
    this.#waiting.push(tick);
  }

  /** Passes a gap record on behind what waits. */
  gap(gap: Gap): void {
    if (this.empty) this.#deps.output.gap(gap);
    else this.#waiting.push(gap);
  }

  /** Passes on what waits, as far as there is room; goes on by itself when there is not. */
  flush(): void {
    this.#cancelPoll?.();
    this.#cancelPoll = null;
    const { output, heldTrades, timers, isPaused } = this.#deps;
    for (; this.#next < this.#waiting.length; this.#next += 1) {
      const record = this.#waiting[this.#next] as RawTick | Gap;
      if (isGap(record)) output.gap(record);
      else if (isPaused() || !output.tick(record)) {
        this.#cancelPoll = timers.schedule(ROOM_POLL_MS, () => this.flush());
        return;
      } else heldTrades.add(-1);
    }
    this.#waiting = [];
    this.#next = 0;
  }

  /** Gives up what waits. */
  stop(): void {
    this.#cancelPoll?.();
    const trades = this.#waiting.slice(this.#next).filter((record) => !isGap(record));
    this.#deps.heldTrades.giveUp(trades.length);
    this.#next = this.#waiting.length;
  }
}
