import type { ExactSum } from './exact-sum';

/** Bits of the integer quotient: 53 for the double, the rest so that the cut-off remainder can only break a tie. */
const QUOTIENT_BITS = 64;

/**
 * The double nearest to numerator / denominator, ties to the even one: one rounding of the exact quotient, so a mean
 * of prices never leaves the range of the prices. The denominator is above zero, the quotient a normal double.
 */
export function nearestQuotient(numerator: ExactSum, denominator: ExactSum): number {
  const above = toScaledInteger(numerator);
  const below = toScaledInteger(denominator);
  const shift = Math.max(0, QUOTIENT_BITS + bitLength(below.integer) - bitLength(above.integer));
  const dividend = above.integer << BigInt(shift);
  const quotient = dividend / below.integer;
  const sticky = dividend % below.integer === 0n ? 0n : 1n;
  // Number(bigint) rounds to the nearest double, ties to even; a power of two then only moves the exponent.
  return Number((quotient << 1n) | sticky) * 2 ** (above.exponent - below.exponent - shift - 1);
}

interface ScaledInteger {
  readonly integer: bigint;
  readonly exponent: number;
}

const bits = new DataView(new ArrayBuffer(8));

/** The sum as integer * 2^exponent. */
function toScaledInteger(sum: ExactSum): ScaledInteger {
  const parts = sum.map(toParts);
  const exponent = Math.min(...parts.map((part) => part.exponent));
  let integer = 0n;
  for (const part of parts) integer += BigInt(part.mantissa) << BigInt(part.exponent - exponent);
  return { integer, exponent };
}

/** A double as mantissa * 2^exponent, the mantissa a signed integer below 2^53. */
function toParts(value: number): { mantissa: number; exponent: number } {
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  const biased = (high >>> 20) & 0x7ff;
  const fraction = (high & 0xfffff) * 2 ** 32 + bits.getUint32(4);
  const mantissa = biased === 0 ? fraction : fraction + 2 ** 52;
  return { mantissa: value < 0 ? -mantissa : mantissa, exponent: Math.max(biased, 1) - 1075 };
}

/** The integer's length in bits, at most three too many. */
function bitLength(integer: bigint): number {
  return integer.toString(16).length * 4;
}
