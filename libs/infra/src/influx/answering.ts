import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;

/**
 * Waits until an InfluxDB answers that it is ready.
 * @param hopeless a sentence when waiting on is of no use; null otherwise.
 * @throws Error with that sentence, or one that names the deadline.
 */
export async function untilAnswering(
  url: string,
  withinMs: number,
  hopeless: () => string | null = () => null,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await answers(url))) {
    const fault = hopeless();
    if (fault !== null) throw new Error(fault);
    if (performance.now() > deadline)
      throw new Error(`InfluxDB at ${url} did not answer within ${withinMs} ms.`);
    await sleep(POLL_MS);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
