import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where the stored data comes from; each source has a store of its own, and no mode opens another's. */
export type StoreMode = 'live' | 'simulated' | { readonly replayOf: readonly string[] };

/**
 * The folder of a mode's store below the data directory: live, simulated, or replay-<hash> of the captures' absolute
 * paths and sizes, whatever their order.
 * @throws Error with a sentence that names the capture which cannot be read.
 */
export function storeDirectory(dataDir: string, mode: StoreMode): string {
  return join(dataDir, typeof mode === 'string' ? mode : `replay-${hashOf(mode.replayOf)}`);
}

function hashOf(files: readonly string[]): string {
  const inputs = files.map((file) => [resolve(file), sizeOf(file)] as const);
  inputs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 12);
}

function sizeOf(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) throw new Error(`There is no capture file ${file} to replay.`);
  return stat.size;
}
