/** A span of time in its largest unit ('0.4s', '12s', '3m', '5h', '2d'); never negative. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  if (seconds < 60) return `${Math.floor(seconds)}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** A short span with three digits at most ('0.8 ms', '45 ms', '1.20 s', '75 s'); a dash when nobody knows it. */
export function formatLatency(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 10_000 ? `${(ms / 1_000).toFixed(2)} s` : `${Math.round(ms / 1_000)} s`;
}

/** Date and minute of an instant, UTC ('2026-03-01 12:05'). */
export function formatMinute(timestamp: number): string {
  return new Date(timestamp).toISOString().slice(0, 16).replace('T', ' ');
}

/** Day and minute of an instant of the last year, UTC ('03-01 12:05'). */
export function formatDayMinute(timestamp: number): string {
  return formatMinute(timestamp).slice(5);
}

/** Time of day of an instant, UTC ('12:05:09'). */
export function formatTimeOfDay(timestamp: number): string {
  return new Date(timestamp).toISOString().slice(11, 19);
}

/** Time of day with milliseconds, UTC ('12:05:09.042'). */
export function formatExactTime(timestamp: number): string {
  return new Date(timestamp).toISOString().slice(11, 23);
}
