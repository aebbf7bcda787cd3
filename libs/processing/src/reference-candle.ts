import type { RawTick } from '@neuraltrade/contracts';

/** What a candle must say of its trades, found the slow way: by whole-number fractions and sorting. */
export interface ReferenceCandle {
  /** Price of the first trade by (timestamp, id). */
  readonly open: number;
  /** Largest price. */
  readonly high: number;
  /** Smallest price. */
  readonly low: number;
  /** Price of the last trade by (timestamp, id). */
  readonly close: number;
  /** Double nearest to the exact sum of the sizes. */
  readonly volume: number;
  /** Number of trades. */
  readonly trades: number;
  /** Double nearest to the exact notional / the exact volume. */
  readonly vwap: number;
}

/** The reference candles of distinct trades, by 'exchange:symbol:timeframe:timestamp'. */
export function referenceCandles(
  ticks: readonly RawTick[],
  timeframes: Readonly<Record<string, number>>,
): Map<string, ReferenceCandle> {
  const groups = new Map<string, RawTick[]>();
  for (const tick of ticks) {
    for (const [name, lengthMs] of Object.entries(timeframes)) {
      const openAt = Math.floor(tick.timestamp / lengthMs) * lengthMs;
      const key = `${tick.exchange}:${tick.symbol}:${name}:${openAt}`;
      groups.set(key, [...(groups.get(key) ?? []), tick]);
    }
  }
  return new Map([...groups].map(([key, group]) => [key, referenceCandle(group)]));
}

function referenceCandle(ticks: readonly RawTick[]): ReferenceCandle {
  const ordered = [...ticks].sort(
    (a, b) => a.timestamp - b.timestamp || (BigInt(a.tradeId) < BigInt(b.tradeId) ? -1 : 1),
  );
  const prices = ticks.map(({ last }) => last);
  const volume = ticks.map((tick) => exact(tick.volume)).reduce(plus);
  const notional = ticks.map((tick) => times(exact(tick.last), exact(tick.volume))).reduce(plus);
  return {
    open: (ordered[0] as RawTick).last,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: (ordered.at(-1) as RawTick).last,
    volume: nearest(volume),
    trades: ticks.length,
    vwap: nearest({ over: notional.over * volume.under, under: notional.under * volume.over }),
  };
}

/** over / under, under > 0. */
export interface Fraction {
  /** Numerator. */
  readonly over: bigint;
  /** Denominator, above zero. */
  readonly under: bigint;
}

/** A finite double as the fraction that it is. */
export function exact(value: number): Fraction {
  let whole = value;
  let under = 1n;
  while (!Number.isInteger(whole)) {
    whole *= 2;
    under *= 2n;
  }
  return { over: BigInt(whole), under };
}

/** The sum. */
export function plus(a: Fraction, b: Fraction): Fraction {
  return { over: a.over * b.under + b.over * a.under, under: a.under * b.under };
}

/** The product. */
export function times(a: Fraction, b: Fraction): Fraction {
  return { over: a.over * b.over, under: a.under * b.under };
}

/** The double nearest to a fraction above zero, ties to the even one: found by trying neighbours until none is nearer. */
export function nearest(fraction: Fraction): number {
  let best = roughly(fraction);
  for (;;) {
    const nearer = [neighbour(best, -1n), neighbour(best, 1n)].find((other) =>
      isNearer(other, best, fraction),
    );
    if (nearer === undefined) return best;
    best = nearer;
  }
}

/** A double within a few neighbours of the fraction. */
function roughly({ over, under }: Fraction): number {
  const shift = BigInt(over.toString(2).length - under.toString(2).length - 80);
  const whole = shift < 0n ? (over << -shift) / under : over / (under << shift);
  return Number(whole) * 2 ** Number(shift);
}

const scratch = new BigUint64Array(1);
const scratchDouble = new Float64Array(scratch.buffer);

function bitsOf(value: number): bigint {
  scratchDouble[0] = value;
  return scratch[0] as bigint;
}

function neighbour(value: number, steps: bigint): number {
  scratch[0] = bitsOf(value) + steps;
  return scratchDouble[0] as number;
}

function isNearer(candidate: number, current: number, fraction: Fraction): boolean {
  const order = compare(distance(candidate, fraction), distance(current, fraction));
  return order < 0 || (order === 0 && bitsOf(candidate) % 2n === 0n && bitsOf(current) % 2n === 1n);
}

function distance(value: number, { over, under }: Fraction): Fraction {
  const difference = plus(exact(value), { over: -over, under });
  return difference.over < 0n ? { over: -difference.over, under: difference.under } : difference;
}

function compare(a: Fraction, b: Fraction): number {
  const difference = a.over * b.under - b.over * a.under;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
