import { ExpectedError, readDuration, USAGE_EXIT_CODE } from '@neuraltrade/service';

/** A time such as 90s, 30m or 1h in ms. @throws ExpectedError that names the flag. */
export function durationMs(flag: string, text: string): number {
  const ms = readDuration(text);
  if (ms === null || ms === 0)
    throw new ExpectedError(`--${flag} takes a time such as 60s, 30m or 1h, not '${text}'.`, USAGE_EXIT_CODE);
  return ms;
}
