// The whole test run: types, lint and format (cached by Nx) beside every Jest suite in one run; ends with the totals line.
// Arguments go to Jest: `npm test -- libs/contracts`.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTotals } from './totals.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' };

/** Runs a tool of the workspace to its end; what it says is shown at once, or when it has ended. */
function succeeds(tool, args, shown) {
  const child = spawn(join(root, 'node_modules/.bin', tool), args, {
    cwd: root,
    env,
    stdio: shown === 'at once' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => said.push(chunk));
  return new Promise((resolve) => {
    child.once('error', ({ message }) => {
      process.stdout.write(`${tool} could not be started (${message}). Run npm ci first.\n`);
      resolve(false);
    });
    child.once('close', (code) => {
      process.stdout.write(Buffer.concat(said));
      resolve(code === 0);
    });
  });
}

const scratch = mkdtempSync(join(tmpdir(), 'neuraltrade-test-'));
const report = join(scratch, 'jest.json');
// Beside the suites, which often wait: together they take less time than one after the other.
const [checks, suites] = await Promise.all([
  succeeds('nx', ['run', 'workspace:check', '--output-style=static'], 'at the end'),
  // With --outputFile the JSON goes to the file only, and the readable report to the terminal.
  succeeds('jest', ['--json', `--outputFile=${report}`, ...process.argv.slice(2)], 'at once'),
]);
const { passed, failed, skipped, ok } = readTotals(report, { checks, suites });
rmSync(scratch, { recursive: true, force: true });

if (!checks) process.stdout.write('Types, lint or format failed, see above.\n');
if (skipped > 0) process.stdout.write(`${skipped} skipped; each says above what it needs.\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(ok ? 0 : 1);
