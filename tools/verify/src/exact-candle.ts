/** What a candle says of its trades. */
export interface CandleValues {
  /** Price of the first trade by (timestamp, trade id), quote currency. */
  readonly open: number;
  /** Largest price. */
  readonly high: number;
  /** Smallest price. */
  readonly low: number;
  /** Price of the last trade by (timestamp, trade id). */
  readonly close: number;
  /** The double nearest to the exact sum of the sizes, base currency. */
  readonly volume: number;
  /** Number of trades. */
  readonly trades: number;
  /** The double nearest to exact notional / exact volume, quote currency. */
  readonly vwap: number;
}

/** Sums are whole numbers of 2^-SIZE_BITS (sizes) and 2^-(2 * SIZE_BITS) (notionals): finer than any double of a market. */
const SIZE_BITS = 200;
/** Bits of a quotient before it is rounded to 53: what is cut off behind them can only break a tie. */
const QUOTIENT_BITS = 70;

const parts = new DataView(new ArrayBuffer(8));

/**
 * A candle summed in whole numbers: no rounding before the end, and no arithmetic in common with what it is to check.
 * Trades must come in the order of (timestamp, trade id).
 */
export class ExactCandle {
  #open = 0;
  #high = -Infinity;
  #low = Infinity;
  #close = 0;
  #volume = 0n;
  #notional = 0n;
  #trades = 0;

  /** Adds the next trade. @throws RangeError for a size or price that no market has. */
  add(price: number, size: number): void {
    const wholeSize = inUnits(size);
    this.#append(price, price, price, price, wholeSize, wholeSize * inUnits(price), 1);
  }

  /** Adds the trades of a candle that comes next in time. */
  append(next: ExactCandle): void {
    if (next.#trades === 0) return;
    this.#append(next.#open, next.#high, next.#low, next.#close, next.#volume, next.#notional, next.#trades);
  }

  /** The candle of all trades that were added; there is at least one. */
  values(): CandleValues {
    return {
      open: this.#open,
      high: this.#high,
      low: this.#low,
      close: this.#close,
      volume: nearestRatio(this.#volume, 1n << BigInt(SIZE_BITS)),
      trades: this.#trades,
      vwap: nearestRatio(this.#notional, this.#volume << BigInt(SIZE_BITS)),
    };
  }

  #append(
    open: number,
    high: number,
    low: number,
    close: number,
    volume: bigint,
    notional: bigint,
    trades: number,
  ): void {
    if (this.#trades === 0) this.#open = open;
    if (high > this.#high) this.#high = high;
    if (low < this.#low) this.#low = low;
    this.#close = close;
    this.#volume += volume;
    this.#notional += notional;
    this.#trades += trades;
  }
}

/** A positive double as a whole number of 2^-SIZE_BITS. */
function inUnits(value: number): bigint {
  parts.setFloat64(0, value);
  const high = parts.getUint32(0);
  const exponent = (high >>> 20) - 1_075 + SIZE_BITS;
  if (!(value > 0) || exponent < 0 || value === Infinity)
    throw new RangeError(`${value} is no price or size that can be summed exactly.`);
  const mantissa = ((high & 0xfffff) | 0x100000) * 2 ** 32 + parts.getUint32(4);
  return BigInt(mantissa) << BigInt(exponent);
}

/** The double nearest to over / under, ties to the even one; both above zero. */
function nearestRatio(over: bigint, under: bigint): number {
  const shift = Math.max(0, QUOTIENT_BITS + bitLength(under) - bitLength(over));
  const dividend = over << BigInt(shift);
  const quotient = dividend / under;
  // The last bit says whether anything was cut off; Number() then rounds once, to the nearest, ties to even.
  const inexact = quotient * under === dividend ? 0n : 1n;
  return Number(2n * quotient + inexact) * 2 ** -(shift + 1);
}

/** Length in bits, at most three too long. */
function bitLength(value: bigint): number {
  return value.toString(16).length * 4;
}
