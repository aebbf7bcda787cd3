// The whole test run: lint, types, then every Jest suite in one process; ends with the totals line.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const scratch = mkdtempSync(join(tmpdir(), 'neuraltrade-test-'));
const report = join(scratch, 'jest.json');
const run = (args) => spawnSync('npx', ['--no-install', ...args], { stdio: 'inherit' }).status ?? 1;

const checks = run(['nx', 'run-many', '-t', 'lint', 'typecheck', '--output-style=static']);
const suites = run(['jest', '--json', `--outputFile=${report}`, '--testLocationInResults', ...process.argv.slice(2)]);
const totals = readTotals();
rmSync(scratch, { recursive: true, force: true });

if (checks !== 0) process.stdout.write('Lint or types failed, see above.\n');
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed\n`);
process.exit(checks === 0 && suites === 0 && totals.passed > 0 ? 0 : 1);

function readTotals() {
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites + (checks === 0 ? 0 : 1) };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
