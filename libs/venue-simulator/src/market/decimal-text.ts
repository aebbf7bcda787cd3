/**
 * An integer count of 10^-decimals as a decimal with exactly that many digits behind the point ('0.00100000').
 * @param units a safe integer, may be negative.
 */
export function paddedDecimal(units: number, decimals: number): string {
  if (units < 0) return `-${paddedDecimal(-units, decimals)}`;
  const digits = String(units);
  if (decimals === 0) return digits;
  if (digits.length > decimals) return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return `0.${digits.padStart(decimals, '0')}`;
}

/** The same without zeros at the end ('0.001', '70'). */
export function trimmedDecimal(units: number, decimals: number): string {
  const text = paddedDecimal(units, decimals);
  if (decimals === 0) return text;
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end--;
  return text.slice(0, text.charCodeAt(end - 1) === 46 ? end - 1 : end);
}

/**
 * The same with zeros added up to `printed` digits behind the point, for venues that always print eight.
 * @param printed at least `decimals`.
 */
export function widenedDecimal(units: number, decimals: number, printed: number): string {
  const text = paddedDecimal(units, decimals);
  if (printed <= decimals) return text;
  return text + (decimals === 0 ? '.' : '') + '0'.repeat(printed - decimals);
}
