import { setTimeout } from 'node:timers/promises';
import { PermanentError } from '@neuraltrade/contracts';
import { StoreUnavailableError } from '@neuraltrade/storage';

/** What was to be done over and over was given up because its purpose went away: the sink stops, or its queue was lost. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

/** How something is tried again. */
export interface RetryOptions {
  /** Shortest wait, ms; the longest one starts here and doubles with each failure. */
  readonly baseMs: number;
  /** Upper bound of the wait, ms. */
  readonly maxMs: number;
  /** When it is aborted, the attempt under way is the last one. */
  readonly cut: AbortSignal;
  /** Told of each failure before the wait. */
  readonly onFailure: (error: unknown) => void;
  /** What a failure itself asks to wait, ms, however long; absent = nothing. */
  readonly askedMs?: (error: unknown) => number;
}

/** Tries until it succeeds. @throws PermanentError as it came; GivenUp when cut before a success. */
export async function untilDone<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { baseMs, maxMs, cut, onFailure, askedMs = () => 0 } = options;
  for (let failures = 0; ; failures += 1) {
    let asked: number;
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof PermanentError) throw error;
      onFailure(error);
      asked = askedMs(error);
    }
    if (!cut.aborted) {
      const delay = Math.max(asked, retryDelayMs(failures, baseMs, maxMs, Math.random()));
      await setTimeout(delay, undefined, { signal: cut }).catch(() => undefined);
    }
    if (cut.aborted) throw new GivenUp('Given up before it succeeded.');
  }
}

/** How long a store that is away asks to be left alone, ms. */
export function waitAskedBy(error: unknown): number {
  return error instanceof StoreUnavailableError ? error.waitMs : 0;
}

/** The wait after a number of earlier failures: anywhere between the base and its doubling, capped. `chance` in [0, 1). */
export function retryDelayMs(failures: number, baseMs: number, maxMs: number, chance: number): number {
  const longest = Math.min(maxMs, baseMs * 2 ** (failures + 1));
  const shortest = Math.min(baseMs, longest);
  return shortest + chance * (longest - shortest);
}
