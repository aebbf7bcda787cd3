import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until a recorded instant (ms UTC) is due. */
export type Pace = (recordedMs: number) => Promise<void> | undefined;

const SHORTEST_WAIT_MS = 5;

/**
 * The pace of a replay at `speed` times the recorded one, counted from its first instant.
 * @param speed undefined = never wait.
 * @param signal ends every wait.
 */
export function pace(speed: number | undefined, signal: AbortSignal): Pace {
  if (speed === undefined) return () => undefined;
  let firstMs: number | null = null;
  const startedAt = performance.now();
  return (recordedMs) => {
    firstMs ??= recordedMs;
    const waitMs = (recordedMs - firstMs) / speed - (performance.now() - startedAt);
    if (waitMs < SHORTEST_WAIT_MS || signal.aborted) return undefined;
    return sleep(waitMs, undefined, { signal }).catch(() => undefined);
  };
}
