import type { Candle } from '@neuraltrade/contracts';
import type { MarketStore } from '@neuraltrade/storage';
import type { Overdue } from '../outcomes/followed-signals';

/** Most candles of one query. */
const MOST_CANDLES = 5_000;

/** What the store has of the candles that overdue signals need, its newest versions. @throws as the store does. */
export async function missingCandles(
  store: Pick<MarketStore, 'candles'>,
  { exchange, symbol, timeframe, from, to, candles: count }: Overdue,
): Promise<Candle[]> {
  const found: Candle[] = [];
  for (let before = to; before > from;) {
    const limit = Math.min(count, MOST_CANDLES);
    const page = await store.candles({ exchange, symbol, timeframe, limit, before });
    found.push(...page.filter(({ timestamp }) => timestamp >= from));
    const [oldest] = page;
    if (oldest === undefined || page.length < limit) break;
    before = oldest.timestamp;
  }
  return found;
}
