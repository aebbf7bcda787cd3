const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** What stands where a figure is not defined. */
export const UNDEFINED = '–';
const MINUS = '−';

/** A number with so many digits behind the point and its thousands apart: '12 345.68'. */
export function number(value: number, decimals = 2): string {
  const [whole = '', rest] = Math.abs(value).toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, '\u202f');
  const digits = rest === undefined ? grouped : `${grouped}.${rest}`;
  return value < 0 && /[1-9]/.test(digits) ? MINUS + digits : digits;
}

/** A part of one as percent: '12.30 %'. */
export function percent(value: number, decimals = 2): string {
  return Math.abs(value) < 1e7 ? `${number(value * 100, decimals)}\u202f%` : `${value.toExponential(2)}`;
}

/** As percent with its sign: '+12.30 %'. */
export function change(value: number, decimals = 2): string {
  const text = percent(value, decimals);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** A price or quantity with about eight significant digits and no zeros at its end. */
export function quantity(value: number): string {
  const decimals = Math.max(0, Math.min(8, 7 - Math.floor(Math.log10(Math.max(1e-9, Math.abs(value))))));
  const text = number(value, decimals);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** A length of time by its two largest units: '6 d 11 h'. */
export function duration(ms: number): string {
  const units = [
    [DAY_MS, 'd'],
    [HOUR_MS, 'h'],
    [MINUTE_MS, 'min'],
    [1_000, 's'],
  ] as const;
  const first = units.findIndex(([length]) => ms >= length);
  if (first < 0) return ms === 0 ? '0' : `${ms}\u202fms`;
  let rest = ms;
  return units
    .slice(first, first + 2)
    .map(([length, name]) => {
      const count = Math.floor(rest / length);
      rest -= count * length;
      return count === 0 ? '' : `${count}\u202f${name}`;
    })
    .filter((text) => text !== '')
    .join(' ');
}

/** An instant in UTC to the minute, or to the second where it does not fall on one: '2024-01-05 10:00'. */
export function instant(ms: number): string {
  const text = new Date(ms).toISOString();
  return text.slice(0, ms % MINUTE_MS === 0 ? 16 : 19).replace('T', ' ');
}

/** The UTC day: '2024-01-05'. */
export function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
