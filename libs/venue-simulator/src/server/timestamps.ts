let cachedSecond = -1;
let cachedText = '';

/** RFC 3339 with six digits: '2026-09-30T02:03:13.313359Z'. @param timeUs microseconds UTC. */
export function rfc3339(timeUs: number): string {
  const second = Math.floor(timeUs / 1e6);
  // Almost every call is of the same second as the one before; Date is only asked when it changes.
  if (second !== cachedSecond) {
    cachedSecond = second;
    cachedText = new Date(second * 1000).toISOString().slice(0, 20);
  }
  return `${cachedText}${String(timeUs - second * 1e6).padStart(6, '0')}Z`;
}

/** Whole milliseconds of a time in microseconds, cut. */
export function milliseconds(timeUs: number): number {
  return Math.floor(timeUs / 1000);
}
