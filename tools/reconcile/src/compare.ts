import type { Candle } from '@neuraltrade/contracts';
import type { Kline } from '@neuraltrade/venues';
import { fieldsApart, isPartOf } from './agreement';
import { boundaryShifts } from './boundary-shift';
import type { ComparedField, Difference, DifferenceClass, Pair } from './difference';
import { isHarmless } from './difference';

/** What is held against each other. */
export interface Series {
  /** Length of the interval, ms. */
  readonly lengthMs: number;
  /** Open of the first interval, ms UTC. */
  readonly from: number;
  /** Open of the first interval that is not compared any more, ms UTC. */
  readonly to: number;
  /** Our candles, ascending; those next to the range tell whether a hole in it was observed. */
  readonly here: readonly Candle[];
  /** The venue's candles, ascending. */
  readonly there: readonly Kline[];
}

/** What came of one comparison. */
export interface Comparison {
  /** Differences, ascending by time. */
  readonly differences: readonly Difference[];
  /** Intervals in which both sides have a closed candle. */
  readonly compared: number;
  /** Those of them without any difference. */
  readonly equal: number;
  /** Intervals that are not over at the venue: left out. */
  readonly open: number;
}

/** Holds our candles of one symbol against the venue's, interval by interval. */
export function compareSeries(series: Series): Comparison {
  const pairs = pairsOf(series);
  const closed = pairs.filter(({ there }) => there === null || there.closed);
  const found = closed.map((pair) => ({ pair, classes: classify(pair, series) }));
  const apart = found.filter(({ classes }) => classes.some((one) => SHIFTABLE.has(one.class)));
  const shifted = boundaryShifts(
    apart.map(({ pair }) => pair),
    series.lengthMs,
  );
  const differences = found.flatMap(({ pair, classes }): Difference[] =>
    shifted.has(pair.timestamp)
      ? [{ ...pair, class: 'boundary-shift', fields: classes.flatMap(({ fields }) => fields) }]
      : classes.map((one) => ({ ...pair, ...one })),
  );
  const compared = found.filter(({ pair }) => pair.here !== null && (pair.there?.volume ?? 0) > 0);
  return {
    differences,
    compared: compared.length,
    equal: compared.filter(({ classes }) => classes.length === 0).length,
    open: pairs.length - closed.length,
  };
}

/**
 * The second of two comparisons of the same range; what differed in the first and agrees now is told as revised.
 * @param first read some seconds before the second.
 */
export function settled(first: Comparison, second: Comparison): Comparison {
  const now = new Set(second.differences.map(({ timestamp }) => timestamp));
  const gone = new Map(
    first.differences
      .filter((difference) => !isHarmless(difference) && !now.has(difference.timestamp))
      .map((difference) => [difference.timestamp, difference]),
  );
  const revised = [...gone.values()].map((difference): Difference => ({
    ...difference,
    class: 'revised-later',
  }));
  const differences = [...second.differences, ...revised].sort((a, b) => a.timestamp - b.timestamp);
  return { ...second, differences };
}

/** Classes that a trade counted on the other side of an edge may be behind. */
const SHIFTABLE: ReadonlySet<DifferenceClass> = new Set([
  'price-differs',
  'volume-differs',
  'trade-count-differs',
  'vwap-differs',
  'missing-here',
  'missing-there',
]);

interface Classified {
  readonly class: DifferenceClass;
  readonly fields: readonly ComparedField[];
}

function classify({ timestamp, here, there }: Pair, series: Series): Classified[] {
  const only = (name: DifferenceClass): Classified[] => [{ class: name, fields: [] }];
  if (here === null) {
    if (there === null || there.volume === 0) return there === null ? [] : only('no-trades');
    return only(unobserved(timestamp, series.here) ? 'unobserved-here' : 'missing-here');
  }
  if (there === null) {
    const oldest = series.there[0]?.timestamp ?? Infinity;
    return only(timestamp < oldest ? 'not-served-there' : 'missing-there');
  }
  if (here.state === 'partial') return only('unfinished-here');
  if (there.volume === 0) return only('missing-there');
  const { different, rounding } = fieldsApart(here, there);
  if (different.length === 0) return rounding.length === 0 ? [] : [{ class: 'rounding', fields: rounding }];
  if (!here.complete && isPartOf(here, there)) return [{ class: 'incomplete-here', fields: different }];
  return byField(different);
}

/** One class for each kind of field; a mean price that differs beside others is their consequence. */
function byField(different: readonly ComparedField[]): Classified[] {
  const prices = different.filter((field) => PRICES.has(field));
  const classes: Classified[] = [];
  if (prices.length > 0) classes.push({ class: 'price-differs', fields: prices });
  if (different.includes('volume')) classes.push({ class: 'volume-differs', fields: ['volume'] });
  if (different.includes('trades')) classes.push({ class: 'trade-count-differs', fields: ['trades'] });
  return classes.length > 0 ? classes : [{ class: 'vwap-differs', fields: ['vwap'] }];
}

const PRICES: ReadonlySet<ComparedField> = new Set(['open', 'high', 'low', 'close']);

/** Whether our own records say that nobody watched: the next candle, and the one before where there is one, are incomplete. */
function unobserved(timestamp: number, here: readonly Candle[]): boolean {
  const next = here.find((candle) => candle.timestamp > timestamp);
  const before = here.findLast((candle) => candle.timestamp < timestamp);
  return next !== undefined && !next.complete && before?.complete !== true;
}

function pairsOf({ from, to, here, there }: Series): Pair[] {
  const ours = new Map(here.map((candle) => [candle.timestamp, candle]));
  const theirs = new Map(there.map((kline) => [kline.timestamp, kline]));
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .filter((timestamp) => timestamp >= from && timestamp < to)
    .sort((a, b) => a - b)
    .map((timestamp) => ({
      timestamp,
      here: ours.get(timestamp) ?? null,
      there: theirs.get(timestamp) ?? null,
    }));
}
