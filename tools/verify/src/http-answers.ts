/** Who is frozen answers late, and others are looked at meanwhile. */
const ANSWERS_WITHIN_MS = 2_000;

/** What `/health/ready` says. */
export interface Readiness {
  /** Whether every check holds. */
  readonly ready: boolean;
  /** The checks; a reason is told of one that does not hold. */
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly reason: string }[];
}

/** What the dashboard's `/api/pipeline` says. */
export interface PipelineSummary {
  /** Gaps that wait to be closed. */
  readonly openGaps: number;
  /** Figures by component. */
  readonly components: readonly {
    readonly component: string;
    readonly figures: Readonly<Record<string, number>>;
  }[];
}

/** The JSON that an address answers with, whatever its status. @throws Error when none comes in time. */
export async function getJson<T>(url: string): Promise<T> {
  return JSON.parse(await getText(url)) as T;
}

/** The text that an address answers with, whatever its status. @throws Error when none comes in time. */
export async function getText(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
  return response.text();
}

/** Trades that the processor has processed since its last start, as the dashboard knows it. */
export function processedTrades({ components }: PipelineSummary): number {
  return components.find(({ component }) => component === 'processor')?.figures['trades'] ?? 0;
}

/** Why it is not ready; empty when it is. */
export function whyNotReady({ ready, checks }: Readiness): string {
  if (ready) return '';
  const bad = checks.filter(({ ok }) => !ok).map(({ name, reason }) => `${name}: ${reason}`);
  return bad.join('; ') || 'not ready';
}
