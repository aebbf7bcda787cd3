/**
 * The exact sum of doubles as an expansion: doubles that add up to it without error, the smallest magnitude first,
 * none overlapping another's bits. [] is zero.
 *
 * Each addition splits off its rounding error and keeps it, so no information is lost and the order of additions
 * cannot matter. More than eight components are compressed to the fewest: two to four for the trades of one market,
 * 40 for doubles of every magnitude at once.
 * Source: J. R. Shewchuk, Adaptive Precision Floating-Point Arithmetic (1997), Grow-Expansion with zero elimination
 * and Compress.
 */
export type ExactSum = number[];

const COMPRESS_ABOVE = 8;

/** Adds a finite double to the sum, exactly, in place. */
export function addExactly(sum: ExactSum, value: number): void {
  let high = value;
  let kept = 0;
  for (let index = 0; index < sum.length; index++) {
    const component = sum[index] as number;
    const total = high + component;
    const added = total - high;
    const error = high - (total - added) + (component - added);
    if (error !== 0) sum[kept++] = error;
    high = total;
  }
  if (high !== 0) sum[kept++] = high;
  while (sum.length > kept) sum.pop();
  if (kept > COMPRESS_ABOVE) compress(sum);
}

/** Makes every component as long as a double allows, so that as few as possible are left. */
function compress(sum: ExactSum): void {
  let bottom = sum.length - 1;
  let high = sum[bottom] as number;
  for (let index = bottom - 1; index >= 0; index--) {
    const component = sum[index] as number;
    const total = high + component;
    const error = component - (total - high);
    high = total;
    if (error === 0) continue;
    sum[bottom--] = total;
    high = error;
  }
  let kept = 0;
  for (let index = bottom + 1; index < sum.length; index++) {
    const component = sum[index] as number;
    const total = component + high;
    const error = high - (total - component);
    if (error !== 0) sum[kept++] = error;
    high = total;
  }
  sum[kept++] = high;
  sum.length = kept;
}

const SPLITTER = 2 ** 27 + 1;

/** Magnitudes (prices, sizes and their products) between which {@link productError} is exact: far beyond any market. */
export const EXACT_PRODUCT_RANGE = { least: 1e-270, most: 1e270 } as const;

/**
 * What rounding took from a product: price * size = product + error, exactly, for product = price * size as a double.
 * Holds while price, size and product lie within {@link EXACT_PRODUCT_RANGE} (no overflow of the split, no underflow).
 * Source: Dekker's product with Veltkamp's split.
 */
export function productError(price: number, size: number, product: number): number {
  const widePrice = SPLITTER * price;
  const priceHigh = widePrice - (widePrice - price);
  const priceLow = price - priceHigh;
  const wideSize = SPLITTER * size;
  const sizeHigh = wideSize - (wideSize - size);
  const sizeLow = size - sizeHigh;
  return priceLow * sizeLow - (product - priceHigh * sizeHigh - priceLow * sizeHigh - priceHigh * sizeLow);
}

/** The double nearest to the exact sum, ties to the even one; 0 for an empty sum. */
export function nearestToSum(sum: ExactSum): number {
  let index = sum.length - 1;
  if (index < 0) return 0;
  let nearest = sum[index] as number;
  let error = 0;
  while (index > 0 && error === 0) {
    const component = sum[--index] as number;
    const total = nearest + component;
    error = component - (total - nearest);
    nearest = total;
  }
  // The error lies half way between two doubles only if what is left below tips it: then rounding went the wrong way.
  const below = index > 0 ? (sum[index - 1] as number) : 0;
  if (error !== 0 && below !== 0 && error < 0 === below < 0) {
    const doubled = error * 2;
    const tipped = nearest + doubled;
    if (tipped - nearest === doubled) nearest = tipped;
  }
  return nearest;
}
