/** What one check found. */
export interface Finding {
  /** Short name of the check ('port', 'binance'). */
  readonly check: string;
  /** ok; note: works, but look at it or it is not needed now; fault: must be mended. */
  readonly verdict: 'ok' | 'note' | 'fault';
  /** One plain sentence; a fault's names the remedy. */
  readonly sentence: string;
}

/** One line a finding, the verdicts aligned. */
export function renderFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings
    .map(({ check, verdict, sentence }) => `${verdict.padEnd(5)}  ${check.padEnd(width)}  ${sentence}\n`)
    .join('');
}
