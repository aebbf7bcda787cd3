// The whole test run: lint and types (cached by Nx), then every Jest suite in one process; ends with the totals line.
// Arguments go to Jest: `npm test -- libs/contracts`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTotals } from './totals.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' };

function succeeds(tool, ...args) {
  const { status, error } = spawnSync(join(root, 'node_modules/.bin', tool), args, {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  if (error) process.stdout.write(`${tool} could not be started (${error.message}). Run npm ci first.\n`);
  return status === 0;
}

const scratch = mkdtempSync(join(tmpdir(), 'neuraltrade-test-'));
const report = join(scratch, 'jest.json');
const checks = succeeds('nx', 'run-many', '-t', 'lint', 'typecheck', '--output-style=static');
// With --outputFile the JSON goes to the file only, and the readable report to the terminal.
const suites = succeeds('jest', '--json', `--outputFile=${report}`, ...process.argv.slice(2));
const { passed, failed, skipped, ok } = readTotals(report, { checks, suites });
rmSync(scratch, { recursive: true, force: true });

if (!checks) process.stdout.write('Lint or types failed, see above.\n');
if (skipped > 0) process.stdout.write(`${skipped} skipped; each says above what it needs.\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(ok ? 0 : 1);
