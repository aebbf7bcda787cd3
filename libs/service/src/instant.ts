const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;

/**
 * An instant that a person wrote, ms UTC: a day (2026-11-23, its midnight in UTC), an ISO text with its time zone
 * (2026-11-23T04:00:00Z), or ms since 1970. Null when it is none of these.
 */
export function readInstant(text: string): number | null {
  const instant = /^\d{1,15}$/.test(text) ? Number(text) : ISO.test(text) ? Date.parse(text) : NaN;
  return instant >= 0 ? instant : null;
}
