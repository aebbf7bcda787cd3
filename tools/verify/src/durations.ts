import { ExpectedError, USAGE_EXIT_CODE } from '@neuraltrade/service';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A time such as 90s, 30m or 1h in ms. @throws ExpectedError that names the flag. */
export function durationMs(flag: string, text: string): number {
  const match = /^([1-9]\d{0,5})(ms|s|m|h)$/.exec(text);
  if (match === null)
    throw new ExpectedError(`--${flag} takes a time such as 60s, 30m or 1h, not '${text}'.`, USAGE_EXIT_CODE);
  return Number(match[1]) * (UNIT_MS[match[2] as string] as number);
}
