import { type Candle, timeframeMs } from '@neuraltrade/contracts';
import { ExpectedError } from '@neuraltrade/service';
import type { MarketStore } from '@neuraltrade/storage';
import { barsOfCandles } from '@neuraltrade/strategies';
import { CoverageCounts } from '../replay/coverage';
import type { ReplayPlan, SymbolHistory } from '../replay/market-replay';
import type { OnProgress } from './history';

const PAGE = 5_000;
/** The candles whose opening prices fill orders, where they are shorter than those that decide. */
const PRICE_TIMEFRAME = '1m';

/** Reads the stored candles of a plan. @param title what a person calls the store. @throws ExpectedError when there are none. */
export async function readStoredCandles(
  store: Pick<MarketStore, 'candles' | 'gaps'>,
  title: string,
  plan: ReplayPlan,
  onProgress: OnProgress,
): Promise<SymbolHistory[]> {
  const { exchange, timeframe, timing, symbols } = plan;
  const lengthMs = timeframeMs(timeframe) as number;
  const histories: SymbolHistory[] = [];
  for (const [index, symbol] of symbols.entries()) {
    const candles = await pages(store, plan, symbol, timeframe);
    if (candles.length === 0)
      throw new ExpectedError(
        `${title} holds no ${timeframe} candles of ${exchange} ${symbol} in this range: replay its trades, or choose another range or timeframe.`,
      );
    const minutes =
      lengthMs > (timeframeMs(PRICE_TIMEFRAME) as number)
        ? await pages(store, plan, symbol, PRICE_TIMEFRAME)
        : candles;
    const bars = barsOfCandles(
      { exchange, symbol, timeframe },
      timing,
      candles,
      minutes.length === 0 ? candles : minutes,
    );
    const counts = new CoverageCounts();
    counts.revised = candles.filter(({ state }) => state === 'revised').length;
    histories.push({ bars, coverage: counts.of(bars) });
    onProgress((index + 1) / symbols.length);
  }
  return histories;
}

/** The candles of a range, read backwards in pages. */
async function pages(
  store: Pick<MarketStore, 'candles'>,
  { exchange, from = 0, to = Number.MAX_SAFE_INTEGER }: ReplayPlan,
  symbol: string,
  timeframe: string,
): Promise<Candle[]> {
  const lengthMs = timeframeMs(timeframe) as number;
  const found: Candle[][] = [];
  for (let before = to - lengthMs + 1; ;) {
    const page = await store.candles({ exchange, symbol, timeframe, limit: PAGE, before });
    const wanted = page.filter(({ timestamp }) => timestamp >= from);
    if (wanted.length > 0) found.unshift(wanted);
    const [oldest] = page;
    if (oldest === undefined || wanted.length < page.length || page.length < PAGE) return found.flat();
    before = oldest.timestamp;
  }
}
