/**
 * A function that calls `run` at once, but not more often than every `intervalMs`: of several calls in between the last one counts,
 * and follows when the time is over.
 */
export function throttled<T>(run: (argument: T) => void, intervalMs: number): (argument: T) => void {
  let waiting: { readonly argument: T } | null = null;
  let isPausing = false;
  const call = (argument: T): void => {
    isPausing = true;
    setTimeout(() => {
      isPausing = false;
      const next = waiting;
      waiting = null;
      if (next !== null) call(next.argument);
    }, intervalMs);
    run(argument);
  };
  return (argument) => {
    if (isPausing) waiting = { argument };
    else call(argument);
  };
}
