/**
 * A whole number of a query.
 * @param text the parameter; null where it was not given.
 * @param absent what then counts.
 * @param most what counts for anything larger.
 * @returns null when the text is no number of at most 20 digits.
 */
export function queryNumber(text: string | null, absent: number, most: number): number | null {
  if (text === null) return absent;
  return /^\d{1,20}$/.test(text) ? Math.min(most, Number(text)) : null;
}
