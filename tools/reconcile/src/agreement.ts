import type { Candle } from '@neuraltrade/contracts';
import type { Kline } from '@neuraltrade/venues';
import type { ComparedField } from './difference';

/** Sums are printed to 1e-8 of the base currency or finer: half of that cannot hide the smallest trade. */
const VOLUME_STEP = 5e-9;
/** What adding some thousand doubles, or printing fifteen digits, may move. */
const RELATIVE = 1e-12;

/** How two values stand to each other. */
export type Agreement = 'equal' | 'rounding' | 'different';

/** Two prices, or two other numbers that no sum is behind. */
export function pricesAgree(here: number, there: number): Agreement {
  if (here === there) return 'equal';
  return Math.abs(here - there) <= RELATIVE * Math.abs(there) ? 'rounding' : 'different';
}

/** Two sums of sizes. @param sums how many printed sums either side is made of. */
export function volumesAgree(here: number, there: number, sums = 1): Agreement {
  if (here === there) return 'equal';
  const tolerance = Math.max(VOLUME_STEP * sums, RELATIVE * Math.abs(there));
  return Math.abs(here - there) <= tolerance ? 'rounding' : 'different';
}

/** Our mean price and the venue's: equal within what its printing leaves open. */
export function meansAgree(here: number, { vwap, vwapError }: Pick<Kline, 'vwap' | 'vwapError'>): Agreement {
  if (vwap === null) return 'equal';
  return Math.abs(here - vwap) <= vwapError + RELATIVE * vwap ? 'equal' : 'different';
}

/** The fields of two candles that differ, and those that differ in their last digits only. */
export function fieldsApart(
  here: Candle,
  there: Kline,
): { different: readonly ComparedField[]; rounding: readonly ComparedField[] } {
  const found: readonly (readonly [ComparedField, Agreement])[] = [
    ['open', pricesAgree(here.open, there.open)],
    ['high', pricesAgree(here.high, there.high)],
    ['low', pricesAgree(here.low, there.low)],
    ['close', pricesAgree(here.close, there.close)],
    ['volume', volumesAgree(here.volume, there.volume)],
    ['trades', there.trades === null || there.trades === here.trades ? 'equal' : 'different'],
    ['vwap', meansAgree(here.vwap, there)],
  ];
  const only = (wanted: Agreement) =>
    found.flatMap(([field, agreement]) => (agreement === wanted ? [field] : []));
  return { different: only('different'), rounding: only('rounding') };
}

/** Whether our candle can be the venue's without some of its trades: it reaches nowhere beyond it. */
export function isPartOf(here: Candle, there: Kline): boolean {
  const within = (lower: number, upper: number): boolean =>
    lower <= upper || pricesAgree(lower, upper) === 'rounding';
  return (
    within(here.high, there.high) &&
    within(there.low, here.low) &&
    (here.volume <= there.volume || volumesAgree(here.volume, there.volume) === 'rounding') &&
    (there.trades === null || here.trades <= there.trades)
  );
}
