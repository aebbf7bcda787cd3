import { pricesAgree, volumesAgree } from './agreement';
import type { Pair } from './difference';

/** A chain of intervals that hand a trade on from edge to edge is looked for up to this length. */
const LONGEST_CHAIN = 8;

/**
 * Which of the pairs differ from the venue's by nothing but on whose side of an edge a trade is counted: the shortest
 * chains of neighbouring pairs that agree when each chain is taken as one candle.
 * @param pairs ascending; every one of them differs.
 * @returns the opening times of all pairs of such chains, ms UTC.
 */
export function boundaryShifts(pairs: readonly Pair[], lengthMs: number): Set<number> {
  const shifted = new Set<number>();
  for (let first = 0; first < pairs.length; first++) {
    const end = chainEnd(pairs, first, lengthMs);
    if (end === null) continue;
    for (const { timestamp } of pairs.slice(first, end)) shifted.add(timestamp);
    first = end - 1;
  }
  return shifted;
}

/** The position behind the shortest chain that begins at `first`; null when there is none. */
function chainEnd(pairs: readonly Pair[], first: number, lengthMs: number): number | null {
  const start = pairs[first]?.timestamp ?? 0;
  for (let end = first + 2; end <= Math.min(pairs.length, first + LONGEST_CHAIN); end++) {
    if (pairs[end - 1]?.timestamp !== start + (end - 1 - first) * lengthMs) return null;
    if (agreeTogether(pairs.slice(first, end))) return end;
  }
  return null;
}

function agreeTogether(chain: readonly Pair[]): boolean {
  const here = together(chain.map((pair) => pair.here));
  const there = together(chain.map((pair) => pair.there));
  if (here === null || there === null) return false;
  return (
    volumesAgree(here.volume, there.volume, chain.length) !== 'different' &&
    (here.trades === null || there.trades === null || here.trades === there.trades) &&
    (['open', 'high', 'low', 'close'] as const).every(
      (field) => pricesAgree(here[field], there[field]) !== 'different',
    )
  );
}

interface Prices {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly trades: number | null;
}

/** One candle of several; an interval without trades adds nothing. Null when nothing was traded in any. */
function together(candles: readonly (Prices | null)[]): Prices | null {
  const traded = candles.filter((candle) => candle !== null && candle.volume > 0) as Prices[];
  const [first] = traded;
  const last = traded.at(-1);
  if (first === undefined || last === undefined) return null;
  return {
    open: first.open,
    close: last.close,
    high: Math.max(...traded.map(({ high }) => high)),
    low: Math.min(...traded.map(({ low }) => low)),
    volume: traded.reduce((sum, { volume }) => sum + volume, 0),
    trades: traded.reduce<number | null>(
      (sum, { trades }) => (sum === null || trades === null ? null : sum + trades),
      0,
    ),
  };
}
