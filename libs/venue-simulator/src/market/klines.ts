import type { Instrument } from './instrument';

/** One candle that a venue can tell, in steps of the instrument's last digits. */
export interface MarketKline {
  /** Open of the interval, ms UTC. */
  readonly openMs: number;
  /** First price; without trades all four are the last price before. */
  readonly open: number;
  /** Highest price. */
  readonly high: number;
  /** Lowest price. */
  readonly low: number;
  /** Last price. */
  readonly close: number;
  /** Sum of the sizes. */
  readonly volume: number;
  /** Sum of price x size. */
  readonly notional: bigint;
  /** Sum of the sizes that takers bought. */
  readonly boughtVolume: number;
  /** Sum of price x size of them. */
  readonly boughtNotional: bigint;
  /** Number of trades; 0 for an interval without any. */
  readonly trades: number;
}

/**
 * The candles that open from `fromMs` to `toMs` (both inclusive), ascending, the open one and those without trades
 * included. An interval that the history does not hold as a whole is none: half a candle would be a wrong one.
 * @param lengthMs length of the interval, ms.
 * @param most at most so many, the first of the range.
 */
export function marketKlines(
  instrument: Instrument,
  lengthMs: number,
  fromMs: number,
  toMs: number,
  most: number,
  nowMs: number,
): MarketKline[] {
  const first = Math.ceil(Math.max(fromMs, wholeFromMs(instrument)) / lengthMs) * lengthMs;
  const last = Math.min(toMs, nowMs);
  const klines: MarketKline[] = [];
  for (let openMs = first; openMs <= last && klines.length < most; openMs += lengthMs) {
    klines.push(klineAt(instrument, openMs, lengthMs));
  }
  return klines;
}

function wholeFromMs({ recent, knownFromUs }: Instrument): number {
  const oldestUs = recent.range(0, 1)[0]?.timeUs ?? Infinity;
  return Math.max(knownFromUs, oldestUs) / 1000;
}

function klineAt({ recent }: Instrument, openMs: number, lengthMs: number): MarketKline {
  const from = recent.positionOfTime(openMs * 1000);
  const trades = recent.range(from, recent.positionOfTime((openMs + lengthMs) * 1000));
  const before = recent.range(from - 1, from)[0]?.price ?? 0;
  let [high, low] = [-Infinity, Infinity];
  let [volume, boughtVolume] = [0, 0];
  let [notional, boughtNotional] = [0n, 0n];
  for (const { price, size, takerBuys } of trades) {
    high = Math.max(high, price);
    low = Math.min(low, price);
    volume += size;
    const amount = BigInt(price) * BigInt(size);
    notional += amount;
    if (!takerBuys) continue;
    boughtVolume += size;
    boughtNotional += amount;
  }
  const open = trades[0]?.price ?? before;
  const close = trades.at(-1)?.price ?? before;
  const quiet = trades.length === 0;
  return {
    openMs,
    open,
    high: quiet ? before : high,
    low: quiet ? before : low,
    close,
    volume,
    notional,
    boughtVolume,
    boughtNotional,
    trades: trades.length,
  };
}

/**
 * A sum of price x size with a number of digits behind the point, cut.
 * @param decimals digits behind the point of one unit of the sum: those of the price and of the size.
 */
export function amountText(sum: bigint, decimals: number, printed: number): string {
  const units = (sum * 10n ** BigInt(printed)) / 10n ** BigInt(decimals);
  if (printed === 0) return String(units);
  const digits = String(units).padStart(printed + 1, '0');
  return `${digits.slice(0, -printed)}.${digits.slice(-printed)}`;
}
