/** Jest loads start and stop apart from each other: they meet in the one global object. */
const shared = globalThis as unknown as { neuraltradeServers?: (() => Promise<void>)[] };

/** Has something stopped when the tests are over, the last first. */
export function stopLater(stop: () => Promise<void>): void {
  (shared.neuraltradeServers ??= []).unshift(stop);
}

/** Stops everything. */
export async function stopAll(): Promise<void> {
  for (const stop of shared.neuraltradeServers ?? []) await stop();
}
