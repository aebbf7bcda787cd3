import type { PermanentError } from '@neuraltrade/contracts';

/** As 2.7 says it, and as earlier versions do. */
const OUTDATED =
  /dropped (\d+) points? outside retention policy|points? beyond retention policy.*dropped=(\d+)/;

/** How many points of a write the server dropped as older than it keeps them; 0 when that was not why it refused some. */
export function outdatedCount({ message }: PermanentError): number {
  const [, count, earlier] = OUTDATED.exec(message) ?? [];
  return Number(count ?? earlier ?? 0);
}

/** The `count` oldest records. */
export function oldest<R>(records: readonly R[], timeOf: (record: R) => number, count: number): R[] {
  return [...records].sort((a, b) => timeOf(a) - timeOf(b)).slice(0, count);
}
