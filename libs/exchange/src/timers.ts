/** A clock and its timers, so that a replay or a test can bring its own. */
export interface Timers {
  /** The present, ms UTC. */
  now(): number;
  /** Runs a task once after a delay (ms, >= 0); the returned function cancels it, harmless when it has run. */
  schedule(delayMs: number, task: () => void): () => void;
}

/** The machine's clock and timers. */
export const systemTimers: Timers = {
  now: () => Date.now(),
  schedule: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Runs a task every `periodMs` until cancelled; a late run does not bring the next one forward. */
export function repeat(timers: Timers, periodMs: number, task: () => void): () => void {
  let cancel = timers.schedule(periodMs, run);
  function run(): void {
    cancel = timers.schedule(periodMs, run);
    task();
  }
  return () => cancel();
}
