/** Digits of an id that a double holds exactly; longer ids keep the digits in front of these as text. */
const NUMBER_DIGITS = 15;

/** The id's last 15 digits as a number: the whole id for every venue but Bybit. */
export function lowDigits(tradeId: string): number {
  return tradeId.length <= NUMBER_DIGITS ? Number(tradeId) : Number(tradeId.slice(-NUMBER_DIGITS));
}

/** The digits in front of the last 15; '' where there are none. */
export function highDigits(tradeId: string): string {
  return tradeId.length <= NUMBER_DIGITS ? '' : tradeId.slice(0, -NUMBER_DIGITS);
}

/** The id that has these leading and last digits. */
export function tradeIdOf(high: string, low: number): string {
  return high === '' ? String(low) : high + String(low).padStart(NUMBER_DIGITS, '0');
}
