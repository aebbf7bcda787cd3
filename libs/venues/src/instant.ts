/**
 * The instant of an RFC 3339 text (0 to 9 fraction digits, Z or a numeric offset) in ms UTC, cut to whole
 * milliseconds; null when the text is not of that form or names no real date. Years before 1970 are negative.
 */
export function rfc3339Ms(raw: unknown): number | null {
  if (typeof raw !== 'string' || raw.length < 20 || raw.length > 35 || !hasSeparators(raw)) return null;
  const year = digitsAt(raw, 0, 4);
  const month = digitsAt(raw, 5, 2);
  const day = digitsAt(raw, 8, 2);
  const hour = digitsAt(raw, 11, 2);
  const minute = digitsAt(raw, 14, 2);
  const second = digitsAt(raw, 17, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  if (!within(hour, 23) || !within(minute, 59) || !within(second, 59)) return null;
  let at = 19;
  let millisecond = 0;
  if (raw.charCodeAt(at) === POINT) {
    const start = ++at;
    while (isDigit(raw.charCodeAt(at))) {
      if (at - start < 3) millisecond = millisecond * 10 + raw.charCodeAt(at) - ZERO;
      at++;
    }
    const length = at - start;
    if (length < 1 || length > 9) return null;
    if (length < 3) millisecond *= length === 1 ? 100 : 10;
  }
  const offset = offsetMs(raw, at);
  if (offset === null) return null;
  // Date.UTC reads years below 100 as 19xx; the calendar repeats every 400 years.
  return Date.UTC(year + 400, month - 1, day, hour, minute, second, millisecond) - FOUR_CENTURIES_MS - offset;
}

/** The instant of a whole number of ms (a number or its digits), null when it is none or beyond the calendar. */
export function integerMs(raw: unknown): number | null {
  const value = typeof raw === 'string' && DIGITS.test(raw) ? Number(raw) : raw;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= LAST_MS
    ? value
    : null;
}

/** The instant of a whole number of microseconds (a number or its digits) in ms, cut; null when it is none. */
export function microsecondsToMs(raw: unknown): number | null {
  if (typeof raw === 'number')
    return Number.isSafeInteger(raw) && raw >= 0 ? (raw - (raw % 1000)) / 1000 : null;
  return typeof raw === 'string' && DIGITS.test(raw) ? integerMs(raw.slice(0, -3) || '0') : null;
}

/** The instant of decimal seconds ('1758822506.8443592', or a number token) in ms, cut; null when it is none. */
export function decimalSecondsToMs(raw: unknown): number | null {
  const text = typeof raw === 'number' ? String(raw) : raw;
  const match = typeof text === 'string' ? SECONDS.exec(text) : null;
  return match === null ? null : integerMs(`${match[1]}${(match[2] ?? '').slice(0, 3).padEnd(3, '0')}`);
}

/** The instant, or null for one that no venue of this kind can mean: its zero value, or anything before 2009. */
export function plausibleMs(instant: number | null): number | null {
  return instant !== null && instant >= FIRST_PLAUSIBLE_MS ? instant : null;
}

const DIGITS = /^\d{1,19}$/;
const SECONDS = /^(\d{1,13})(?:\.(\d+))?$/;
const LAST_MS = 8.64e15;
const FOUR_CENTURIES_MS = 146_097 * 86_400_000;
/** 2009-01-01: before it there was nothing to trade. */
const FIRST_PLAUSIBLE_MS = 1_230_768_000_000;
const ZERO = 0x30;
const POINT = 0x2e;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function hasSeparators(text: string): boolean {
  return (
    text.charCodeAt(4) === 0x2d &&
    text.charCodeAt(7) === 0x2d &&
    text.charCodeAt(10) === 0x54 &&
    text.charCodeAt(13) === 0x3a &&
    text.charCodeAt(16) === 0x3a
  );
}

/** The offset from UTC written at `at`, which must end the text; null when it does not. */
function offsetMs(text: string, at: number): number | null {
  if (text.charCodeAt(at) === 0x5a) return at + 1 === text.length ? 0 : null;
  const sign = text.charCodeAt(at) === 0x2b ? 1 : text.charCodeAt(at) === 0x2d ? -1 : 0;
  if (sign === 0 || at + 6 !== text.length || text.charCodeAt(at + 3) !== 0x3a) return null;
  const hours = digitsAt(text, at + 1, 2);
  const minutes = digitsAt(text, at + 4, 2);
  return within(hours, 23) && within(minutes, 59) ? sign * (hours * 60 + minutes) * 60_000 : null;
}

function digitsAt(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) return -1;
    value = value * 10 + code - ZERO;
  }
  return value;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= 0x39;
}

function within(value: number, largest: number): boolean {
  return value >= 0 && value <= largest;
}

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (DAYS[month - 1] ?? 0);
}
