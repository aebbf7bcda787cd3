import type { Timers } from './timers';

/** How long the live trades behind the gaps of one symbol are held: once, from the first gap on, until none is left. */
export class GapHold {
  readonly #timers: Timers;
  readonly #holdMs: number;
  readonly #onEnd: () => void;
  #over = false;
  #cancel: (() => void) | null = null;

  /** @param holdMs longest hold, ms; 0 = none at all. @param onEnd is told when the time is up. */
  constructor(timers: Timers, holdMs: number, onEnd: () => void) {
    this.#timers = timers;
    this.#holdMs = holdMs;
    this.#onEnd = onEnd;
  }

  /** Whether trades may be held; false once the time is up. */
  get allowed(): boolean {
    return !this.#over && this.#holdMs > 0;
  }

  /** Begins the time, if it did not yet. */
  begin(): void {
    if (this.allowed) this.#cancel ??= this.#timers.schedule(this.#holdMs, this.#onEnd);
  }

  /** Nothing is held any more, whatever gaps are still open; false when that was so already. */
  end(): boolean {
    if (this.#over) return false;
    this.reset();
    this.#over = true;
    return true;
  }

  /** No gap is left: the next one is held for the whole time again. */
  reset(): void {
    this.#over = false;
    this.#cancel?.();
    this.#cancel = null;
  }
}
