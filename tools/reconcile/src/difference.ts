import type { Candle } from '@neuraltrade/contracts';
import type { Kline } from '@neuraltrade/venues';

/**
 * Every class of difference: what it means, and whether it is harmless. A harmless one is explained by what is known: the
 * venue's printing, a gap that we have named, or nothing to compare. Any other one asks for a person.
 */
export const CLASSES = {
  'price-differs': { harmless: false, meaning: 'open, high, low or close is another price' },
  'volume-differs': { harmless: false, meaning: 'the traded size is another one' },
  'trade-count-differs': { harmless: false, meaning: 'the number of trades is another one' },
  'vwap-differs': { harmless: false, meaning: 'only the mean price is another one' },
  'missing-here': { harmless: false, meaning: 'the venue has trades in the interval, we have no candle' },
  'missing-there': { harmless: false, meaning: 'we have a candle, the venue has no trades in the interval' },
  'boundary-shift': {
    harmless: false,
    meaning: 'neighbours differ and agree together: a trade on their edge is counted in the other one',
  },
  'unfinished-here': { harmless: false, meaning: 'the interval is over, our candle is still partial' },
  'incomplete-here': {
    harmless: true,
    meaning: 'our candle is marked incomplete (an open or unfillable gap) and holds a part of the trades',
  },
  'unobserved-here': {
    harmless: true,
    meaning: 'no candle here, between candles marked incomplete or before our first one',
  },
  'not-served-there': { harmless: true, meaning: 'older than the oldest candle that the venue serves' },
  'no-trades': {
    harmless: true,
    meaning: 'the venue tells of an interval without trades, we have no candle',
  },
  rounding: { harmless: true, meaning: 'equal but for the last digits of sums and printing' },
  'revised-later': { harmless: true, meaning: 'differed at first and agreed when both were read again' },
} as const satisfies Readonly<Record<string, { harmless: boolean; meaning: string }>>;

/** Name of a class of difference. */
export type DifferenceClass = keyof typeof CLASSES;

/** A field that can be compared. */
export type ComparedField = 'open' | 'high' | 'low' | 'close' | 'volume' | 'trades' | 'vwap';

/** The candles of one interval, ours and the venue's; at least one of them is there. */
export interface Pair {
  /** Open of the interval, ms UTC. */
  readonly timestamp: number;
  /** Ours; null where we have none. */
  readonly here: Candle | null;
  /** The venue's; null where it has none. */
  readonly there: Kline | null;
}

/** One difference in one interval. */
export interface Difference extends Pair {
  /** What kind it is. */
  readonly class: DifferenceClass;
  /** The fields that differ; empty where one side has nothing to compare. */
  readonly fields: readonly ComparedField[];
}

/** Whether the class needs nobody's attention. */
export function isHarmless({ class: name }: Pick<Difference, 'class'>): boolean {
  return CLASSES[name].harmless;
}
