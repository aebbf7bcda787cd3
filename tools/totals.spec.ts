import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'totals-spec-'));
afterAll(() => rmSync(folder, { recursive: true }));

const GREEN = { numPassedTests: 12, numFailedTests: 0, numPendingTests: 1, numRuntimeErrorTestSuites: 0 };
const ALL_WELL = { checks: true, suites: true };

function totals(report: object | string, succeeded: { checks: boolean; suites: boolean }): unknown {
  const file = join(folder, 'jest.json');
  writeFileSync(file, typeof report === 'string' ? report : JSON.stringify(report));
  const text = `import { readTotals } from './tools/totals.mjs';
    console.log(JSON.stringify(readTotals(${JSON.stringify(file)}, ${JSON.stringify(succeeded)})));`;
  const args = ['--input-type=module', '--eval', text];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: join(__dirname, '..'), encoding: 'utf8' }));
}

describe('the totals of a test run', () => {
  test('are ok when everything passed', () => {
    expect(totals(GREEN, ALL_WELL)).toEqual({ passed: 12, failed: 0, skipped: 1, ok: true });
  });

  test('count failed tests and suites that could not be loaded', () => {
    const red = { ...GREEN, numFailedTests: 2, numRuntimeErrorTestSuites: 1 };
    expect(totals(red, { checks: true, suites: false })).toMatchObject({ passed: 12, failed: 3, ok: false });
  });

  test('count a lint or type fault as one failure', () => {
    expect(totals(GREEN, { checks: false, suites: true })).toMatchObject({
      passed: 12,
      failed: 1,
      ok: false,
    });
  });

  test('never say 0 failed when Jest left with a fault of its own', () => {
    expect(totals(GREEN, { checks: true, suites: false })).toMatchObject({
      passed: 12,
      failed: 1,
      ok: false,
    });
  });

  test('are a failure when there is no report', () => {
    expect(totals('', { checks: true, suites: true })).toMatchObject({ passed: 0, failed: 1, ok: false });
  });

  test('are not ok when no test ran', () => {
    expect(totals({ ...GREEN, numPassedTests: 0 }, ALL_WELL)).toMatchObject({ passed: 0, ok: false });
  });
});
