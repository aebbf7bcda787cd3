// The last line of a test run, from Jest's JSON report and the exit codes of everything that ran.
import { readFileSync } from 'node:fs';

/**
 * @param {string} report path of Jest's JSON report; a missing or broken one means that Jest itself fell over.
 * @param {{checks: boolean, suites: boolean}} succeeded whether types, lint and format, and Jest, left with 0.
 * @returns {{passed: number, failed: number, skipped: number, ok: boolean}} `failed` is never 0 when something failed, be
 * it a suite that could not be loaded or a lint fault.
 */
export function readTotals(report, succeeded) {
  let jest = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numRuntimeErrorTestSuites: 0 };
  let readable = true;
  try {
    jest = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    readable = false;
  }
  const inSuites = jest.numFailedTests + jest.numRuntimeErrorTestSuites;
  const failedSuites = inSuites > 0 ? inSuites : succeeded.suites && readable ? 0 : 1;
  const failed = failedSuites + (succeeded.checks ? 0 : 1);
  const passed = jest.numPassedTests;
  return { passed, failed, skipped: jest.numPendingTests, ok: failed === 0 && passed > 0 };
}
