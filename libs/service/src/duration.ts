const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A time such as 250ms, 90s, 30m or 1h as ms, >= 0; null when the text is none. */
export function readDuration(text: string): number | null {
  const match = /^(\d{1,9})(ms|s|m|h)$/.exec(text);
  return match === null ? null : Number(match[1]) * (UNIT_MS[match[2] as string] as number);
}
