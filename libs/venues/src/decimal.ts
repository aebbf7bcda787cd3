/** How a venue may write a decimal: digits and a point only, or with an exponent as well. */
export type DecimalForm = 'plain' | 'scientific';

/**
 * The double nearest to a venue's decimal, given as text or as a number token that {@link readJson} left a number.
 * NaN when it is no finite decimal of that form: '1.5abc', '', '1e400', 'NaN', '0.-10000', '+1', '.5', '01'.
 */
export function decimalValue(raw: unknown, form: DecimalForm): number {
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : NaN;
  if (typeof raw !== 'string' || !(form === 'plain' ? PLAIN : SCIENTIFIC).test(raw)) return NaN;
  const value = Number(raw);
  return Number.isFinite(value) ? value : NaN;
}

/**
 * The venue's text where the double's shortest form is another decimal (padding zeros aside), undefined where it is
 * the same; cut to 64 characters, an exponent kept. `value` is what {@link decimalValue} made of `raw`.
 */
export function inexactText(raw: unknown, value: number): string | undefined {
  if (typeof raw !== 'string') return undefined;
  // Every decimal of 15 digits survives the way through a double, except near the bottom of its range.
  if (raw.length <= 15 && Math.abs(value) > 1e-290) return undefined;
  return canonical(raw) === canonical(String(value)) ? undefined : shortened(raw);
}

const PLAIN = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const SCIENTIFIC = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const MAX_TEXT = 64;

/** Significant digits and power of ten, one spelling for each decimal. */
function canonical(text: string): string {
  const { mantissa, exponent } = split(text);
  const point = mantissa.indexOf('.');
  const digits = point < 0 ? mantissa : mantissa.slice(0, point) + mantissa.slice(point + 1);
  let start = digits.startsWith('-') ? 1 : 0;
  let end = digits.length;
  while (digits.charCodeAt(start) === ZERO) start++;
  while (end > start && digits.charCodeAt(end - 1) === ZERO) end--;
  const fractionDigits = point < 0 ? 0 : mantissa.length - point - 1;
  return `${digits.slice(start, end)}e${Number(exponent || '0') - fractionDigits + digits.length - end}`;
}

/** Cuts digits off the end of a fraction; a text too long even without its fraction is cut all the same. */
function shortened(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  const { mantissa, exponent } = split(text);
  const suffix = exponent === '' ? '' : `e${exponent}`;
  return mantissa
    .slice(0, Math.max(1, MAX_TEXT - suffix.length))
    .concat(suffix)
    .slice(0, MAX_TEXT);
}

function split(text: string): { mantissa: string; exponent: string } {
  const at = text.search(/[eE]/);
  return at < 0
    ? { mantissa: text, exponent: '' }
    : { mantissa: text.slice(0, at), exponent: text.slice(at + 1) };
}

const ZERO = 0x30;
