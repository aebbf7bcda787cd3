import { setMaxListeners } from 'node:events';

/** When a request is given up. */
export interface RequestEnd {
  /** Longest time from its begin to the end of its answer, ms. */
  readonly timeoutMs: number;
  /** Gives it up before that; absent = nobody does. */
  readonly stop?: AbortSignal;
}

/** No answer, or not all of it, came in time. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';

  /** @param timeoutMs how long it was waited for, ms. */
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
  }
}

/**
 * Carries out one request under a signal of its own, which is aborted at the deadline or with `stop`. Clients leave listeners on
 * the signal that they are given, with all that those hold: here that signal goes with its request, and `stop`, which outlives
 * thousands of them, keeps nothing of any. (AbortSignal.any would keep a little of each for as long as `stop` lives.)
 * @param request rejects soon after its signal is aborted.
 * @throws NoAnswerError at the deadline, else what the request throws.
 */
export async function withDeadline<T>(
  { timeoutMs, stop }: RequestEnd,
  request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const giveUp = (): void => controller.abort(stop?.reason);
  const deadline = setTimeout(() => controller.abort(new NoAnswerError(timeoutMs)), timeoutMs);
  deadline.unref();
  if (stop !== undefined) {
    // One for each request under way, however many those are: no leak.
    setMaxListeners(Infinity, stop);
    stop.addEventListener('abort', giveUp);
  }
  if (stop?.aborted === true) giveUp();
  try {
    return await request(signal);
  } catch (error) {
    throw signal.reason instanceof NoAnswerError ? signal.reason : error;
  } finally {
    clearTimeout(deadline);
    stop?.removeEventListener('abort', giveUp);
  }
}
