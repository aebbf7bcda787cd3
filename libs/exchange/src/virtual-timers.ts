import type { Timers } from './timers';

/** Timers whose clock only moves when told to. */
export interface VirtualTimers extends Timers {
  /** Moves the clock to an instant (ms UTC, not backwards), running each due task at its own time, in order. */
  advanceTo(instantMs: number): void;
  /** Moves the clock at once and then runs each task that was due, late and once: for a hole that nobody lived through. */
  jumpTo(instantMs: number): void;
}

interface Task {
  readonly at: number;
  readonly run: () => void;
}

/** Timers that start at an instant (ms UTC) and stand still until they are moved. */
export function virtualTimers(startMs: number): VirtualTimers {
  let now = startMs;
  const tasks: Task[] = [];

  const runDue = (until: number, atOwnTime: boolean): void => {
    for (let next = tasks[0]; next !== undefined && next.at <= until; next = tasks[0]) {
      tasks.shift();
      if (atOwnTime) now = Math.max(now, next.at);
      next.run();
    }
  };

  return {
    now: () => now,
    schedule(delayMs, run) {
      const task: Task = { at: now + Math.max(0, delayMs), run };
      let index = tasks.length;
      while (index > 0 && (tasks[index - 1] as Task).at > task.at) index -= 1;
      tasks.splice(index, 0, task);
      return () => {
        const held = tasks.indexOf(task);
        if (held !== -1) tasks.splice(held, 1);
      };
    },
    advanceTo(instantMs) {
      runDue(instantMs, true);
      now = Math.max(now, instantMs);
    },
    jumpTo(instantMs) {
      now = Math.max(now, instantMs);
      runDue(now, false);
    },
  };
}
