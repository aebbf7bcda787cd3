const HOUR_MS = 3_600_000;
const MOST_SPANS = 8;

/** A stretch of time, both ends inclusive, ms UTC. */
export interface TimeSpan {
  /** The first instant. */
  readonly from: number;
  /** The last instant. */
  readonly to: number;
}

/**
 * Stretches that cover the instants and leave out the empty hours between them, so that one repeat of last week's trade
 * beside today's does not make the store search the week. A batch that is scattered more than that gets one stretch.
 */
export function timeSpans(instants: readonly number[]): TimeSpan[] {
  let from = Infinity;
  let to = -Infinity;
  for (const instant of instants) {
    if (instant < from) from = instant;
    if (instant > to) to = instant;
  }
  if (instants.length === 0) return [];
  if (to - from <= HOUR_MS) return [{ from, to }];
  const hours = [...new Set(instants.map((instant) => Math.floor(instant / HOUR_MS)))].sort((a, b) => a - b);
  const spans: TimeSpan[] = [];
  let first = hours[0] as number;
  hours.forEach((hour, index) => {
    const next = hours[index + 1];
    if (next === hour + 1) return;
    spans.push({ from: first * HOUR_MS, to: (hour + 1) * HOUR_MS - 1 });
    first = next ?? hour;
  });
  return spans.length <= MOST_SPANS ? spans : [{ from, to }];
}
