/**
 * Decimals that a price is shown with: two from 100 on, four from 1 on, below that four significant digits.
 * The same for every price of one magnitude, so that columns do not jump.
 */
export function priceDecimals(price: number): number {
  if (price >= 100) return 2;
  if (price >= 1) return 4;
  return Math.min(12, 3 - Math.floor(Math.log10(price)));
}

/** A price in quote currency ('67,123.40'). `decimals` comes from another price where several must line up. */
export function formatPrice(price: number, decimals = priceDecimals(price)): string {
  return withDecimals(price, decimals);
}

/** A spread in basis points: one digit from 10 on, else two; a dash without a quote. */
export function formatBps(spreadBps: number | null): string {
  return spreadBps === null ? '–' : withDecimals(spreadBps, spreadBps >= 10 ? 1 : 2);
}

/** An amount of the base currency with about five significant digits ('1,234.5', '0.012346'). */
export function formatAmount(amount: number): string {
  if (amount === 0) return '0';
  const digits = Math.floor(Math.log10(amount));
  return withDecimals(amount, Math.min(8, Math.max(0, 4 - digits)));
}

/** A whole number with separators. */
export function formatCount(count: number): string {
  return withDecimals(count, 0);
}

/** Events a second: one digit below 10. */
export function formatRate(perSecond: number): string {
  return withDecimals(perSecond, perSecond > 0 && perSecond < 10 ? 1 : 0);
}

/** A span of time in its largest unit ('0.4s', '12s', '3m', '5h', '2d'); never negative. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  if (seconds < 60) return `${Math.floor(seconds)}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** Date and minute of an instant, UTC ('2026-03-01 12:05'). */
export function formatMinute(timestamp: number): string {
  return new Date(timestamp).toISOString().slice(0, 16).replace('T', ' ');
}

/** Time of day of an instant, UTC ('12:05:09'). */
export function formatTimeOfDay(timestamp: number): string {
  return new Date(timestamp).toISOString().slice(11, 19);
}

/** A venue's or component's name with a capital. */
export function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

const formats = new Map<number, Intl.NumberFormat>();

function withDecimals(value: number, decimals: number): string {
  let format = formats.get(decimals);
  if (format === undefined) {
    const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    formats.set(decimals, (format = new Intl.NumberFormat('en-US', options)));
  }
  return format.format(value);
}
