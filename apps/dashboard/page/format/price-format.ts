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

/** A spread in basis points: one digit from 10 on, three below 0.1, else two; a dash without one. */
export function formatBps(spreadBps: number | null): string {
  if (spreadBps === null) return '–';
  const size = Math.abs(spreadBps);
  return `${spreadBps < 0 ? '−' : ''}${withDecimals(size, size >= 10 ? 1 : size >= 0.1 || size === 0 ? 2 : 3)}`;
}

/** A move in basis points with its sign ('+12.5 bps'). */
export function formatMove(bps: number): string {
  return `${bps < 0 ? '' : '+'}${formatBps(bps)} bps`;
}

/** An amount of the base currency with about five significant digits ('1,234.5', '0.012346'). */
export function formatAmount(amount: number): string {
  if (amount === 0) return '0';
  const digits = Math.floor(Math.log10(amount));
  return withDecimals(amount, Math.min(8, Math.max(0, 4 - digits)));
}

/**
 * A size in base currency with as many decimals as make its last digit worth about one unit of the quote currency or less: the same
 * for all sizes at one price, so that they stand under each other ('0.01349' at 64,500, '73.121' at 150). Smaller ones than that
 * keep a digit.
 */
export function formatSize(size: number, price: number): string {
  const decimals = Math.min(8, Math.max(0, Math.ceil(Math.log10(price))));
  const smallest = -Math.floor(Math.log10(size));
  return withDecimals(size, size > 0 && smallest > decimals ? Math.min(12, smallest) : decimals);
}

/** A whole number with separators. */
export function formatCount(count: number): string {
  return withDecimals(count, 0);
}

/** Events a second: one digit below 10. */
export function formatRate(perSecond: number): string {
  return withDecimals(perSecond, perSecond > 0 && perSecond < 10 ? 1 : 0);
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
