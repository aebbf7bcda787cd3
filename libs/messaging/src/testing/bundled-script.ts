import { join } from 'node:path';
import { buildSync } from 'esbuild';

/**
 * Bundles a script for a process of its own, which a test may kill or limit.
 * @param directory where the bundle is written.
 * @param contents TypeScript; its imports are relative to this library's src.
 * @returns the bundle's path.
 */
export function bundledScript(directory: string, contents: string): string {
  const outfile = join(directory, 'script.cjs');
  const stdin = { contents, resolveDir: join(__dirname, '..'), loader: 'ts' as const };
  buildSync({ stdin, bundle: true, platform: 'node', outfile, logLevel: 'error' });
  return outfile;
}
