import type { Timers } from './timers';

/** How long (ms) a symbol may stay without a trade after its subscription before the venue is asked all the same. */
export const QUIET_AFTER_MS = 2_000;

/** Waits until a market counts as quiet: nothing came for a while in which everything was read. */
export class QuietWait {
  readonly #timers: Timers;
  readonly #isPaused: () => boolean;
  #cancel: (() => void) | null = null;

  /** @param isPaused whether reading is paused, so that silence says nothing. */
  constructor(timers: Timers, isPaused: () => boolean) {
    this.#timers = timers;
    this.#isPaused = isPaused;
  }

  /** Runs a task at the end of the wait; does nothing while one is under way. */
  begin(task: () => void): void {
    this.#cancel ??= this.#timers.schedule(QUIET_AFTER_MS, () => {
      this.#cancel = null;
      if (this.#isPaused()) this.begin(task);
      else task();
    });
  }

  /** Something came, or nothing could: the wait is over. */
  end(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
