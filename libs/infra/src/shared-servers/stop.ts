import { stopAll } from './running';

/** Stops the servers that the integration tests shared; Jest runs it once, after the last of them. */
export default async function stop(): Promise<void> {
  await stopAll();
}
