/** One part of an ordered stop: gets the ms that are left of the whole budget. */
export type StopStep = (remainingMs: number) => Promise<void> | void;

/** What became of an ordered stop. */
export interface ShutdownOutcome {
  /** The step that did not finish within the budget; null when none hung. */
  readonly hung: string | null;
  /** Steps that were not begun, because one before them hung. */
  readonly skipped: readonly string[];
  /** Steps that failed, with their error. The steps after them were still run. */
  readonly failed: readonly { readonly step: string; readonly error: unknown }[];
}

/** Named steps that are run last registered first: what was opened last is closed first. */
export interface Shutdown {
  /** Registers a step, right after the part that it stops was opened. */
  add(step: string, stop: StopStep): void;
  /** Runs all steps once, within a budget in ms; never rejects. A repeated call gets the same outcome. */
  run(budgetMs: number): Promise<ShutdownOutcome>;
}

/**
 * Waits for a part of a stop that a peer may never answer, but not longer than this, ms: what the peer has not taken by then is
 * still its own, or comes again. Rejects as the work does.
 */
export async function atMost(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  try {
    await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
  // It is left alone from here on: nobody is to be told that it failed.
  void work.catch(() => undefined);
}

/** An empty list of steps. `now` is a clock in ms that never falls (performance.now). */
export function createShutdown(now: () => number = () => performance.now()): Shutdown {
  const steps: { step: string; stop: StopStep }[] = [];
  let outcome: Promise<ShutdownOutcome> | undefined;

  async function runAll(budgetMs: number): Promise<ShutdownOutcome> {
    const deadline = now() + budgetMs;
    const failed: { step: string; error: unknown }[] = [];
    // A step may be added while others run (a start that was interrupted): it is run too.
    for (let next = steps.pop(); next !== undefined; next = steps.pop()) {
      const { step, stop } = next;
      const ended = await endOf(stop, Math.max(0, deadline - now()));
      if (ended === 'hung') {
        return { hung: step, skipped: steps.map((left) => left.step).reverse(), failed };
      }
      if (ended !== 'done') failed.push({ step, error: ended.error });
    }
    return { hung: null, skipped: [], failed };
  }

  return {
    add: (step, stop) => {
      steps.push({ step, stop });
    },
    run: (budgetMs) => (outcome ??= runAll(budgetMs)),
  };
}

async function endOf(stop: StopStep, remainingMs: number): Promise<'done' | 'hung' | { error: unknown }> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<'hung'>((resolve) => {
    timer = setTimeout(() => resolve('hung'), remainingMs);
  });
  try {
    return await Promise.race([Promise.resolve(stop(remainingMs)).then(() => 'done' as const), timeUp]);
  } catch (error) {
    return { error };
  } finally {
    clearTimeout(timer);
  }
}
