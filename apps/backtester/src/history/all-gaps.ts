import type { Gap } from '@neuraltrade/contracts';
import type { MarketStore, TickSymbol } from '@neuraltrade/storage';

/** Most gaps that one query gives. */
const MOST = 5_000;

/** Every gap of a symbol that overlaps [from, to), each once, however many. @param most gaps that one query gives at most. */
export async function allGaps(
  store: Pick<MarketStore, 'gaps'>,
  { exchange, symbol }: TickSymbol,
  from: number,
  to: number,
  most = MOST,
): Promise<Gap[]> {
  const gaps = await store.gaps({ exchange, symbol, from, to, limit: most });
  if (gaps.length < most || to - from <= 1) return gaps;
  const middle = Math.floor((from + to) / 2);
  const halves = [
    ...(await allGaps(store, { exchange, symbol }, from, middle, most)),
    ...(await allGaps(store, { exchange, symbol }, middle, to, most)),
  ];
  // A gap over the middle is in both halves.
  return [...new Map(halves.map((gap) => [gap.gapId, gap])).values()];
}
