import { candleSchema, DEFAULT_TIMEFRAMES } from '@neuraltrade/contracts';
import type { Logger } from '@neuraltrade/service';
import type { CandlesQuery } from '@neuraltrade/storage';
import type { AgedPriceRow } from '../page/protocol';
import { type CandleHistory, HistoryBusyError } from './candle-history';
import { HttpFault } from './http-answers';
import { priceRow } from './latest-prices';
import type { MarketView } from './market-view';

const DEFAULT_LIMIT = 300;
const MAX_LIMIT = 1_000;
const NAMES = candleSchema.shape;

/** What the API reads from. */
export interface ApiDeps {
  /** The live state. */
  readonly view: MarketView;
  /** Candles of store and bus. */
  readonly history: CandleHistory;
  /** Number of connected clients. */
  readonly clientCount: () => number;
  /** Told the details that a caller is not told. */
  readonly log: Logger;
}

/**
 * The body that answers GET `url`.
 * @throws HttpFault 400, 404 or 503 in plain words.
 */
export async function answerApi(url: URL, deps: ApiDeps): Promise<unknown> {
  switch (url.pathname) {
    case '/api/last-prices':
      return lastPrices(deps.view);
    case '/api/candles':
      return candles(url.searchParams, deps);
    case '/api/pipeline':
      return deps.view.summary(deps.clientCount());
    default:
      throw new HttpFault(
        404,
        'not-found',
        'There is /api/last-prices, /api/candles and /api/pipeline, nothing else.',
      );
  }
}

function lastPrices(view: MarketView): AgedPriceRow[] {
  const now = view.referenceTime();
  return view.prices
    .entries()
    .map((entry) => ({ ...priceRow(entry), ageMs: Math.max(0, now - entry.source.timestamp) }))
    .sort((a, b) => compareText(a.symbol, b.symbol) || compareText(a.exchange, b.exchange));
}

async function candles(parameters: URLSearchParams, { view, history, log }: ApiDeps): Promise<unknown> {
  const query = candlesQuery(parameters);
  const found = await history.newest(query).catch((error: unknown) => {
    if (error instanceof HistoryBusyError)
      throw new HttpFault(503, 'busy', error.message, { 'retry-after': '1' });
    log.error({ error: String(error) }, 'Candles could not be read from the store');
    throw new HttpFault(503, 'store-unavailable', 'The store does not answer now: try again later.');
  });
  if (found.length > 0) return found;
  const { exchange, symbol, timeframe } = query;
  if (!view.knows({ exchange, symbol }))
    throw new HttpFault(404, 'unknown-symbol', `Nothing is known of ${symbol} on ${exchange}.`);
  if (!view.candles.hasTimeframe(timeframe) && !DEFAULT_TIMEFRAMES.some((known) => known === timeframe))
    throw new HttpFault(404, 'unknown-timeframe', `No candles of ${timeframe} are built here.`);
  return found;
}

function candlesQuery(parameters: URLSearchParams): CandlesQuery {
  const exchange = parameters.get('exchange') ?? '';
  const symbol = parameters.get('symbol') ?? '';
  const timeframe = parameters.get('timeframe') ?? '';
  if (!NAMES.exchange.safeParse(exchange).success)
    throw badRequest('exchange must be a venue in lower case, such as binance.');
  if (!NAMES.symbol.safeParse(symbol).success)
    throw badRequest('symbol must be BASE/QUOTE in upper case, such as BTC/USDT.');
  if (!NAMES.timeframe.safeParse(timeframe).success)
    throw badRequest('timeframe must be a length that divides a day, such as 1m, 5m, 15m or 1h.');
  const limit = wholeNumber(parameters.get('limit') ?? String(DEFAULT_LIMIT));
  if (limit === null || limit < 1 || limit > MAX_LIMIT)
    throw badRequest(`limit must be a whole number from 1 to ${MAX_LIMIT}.`);
  const beforeText = parameters.get('before');
  if (beforeText === null) return { exchange, symbol, timeframe, limit };
  const before = wholeNumber(beforeText);
  if (before === null) throw badRequest('before must be an instant in whole milliseconds since 1970 UTC.');
  return { exchange, symbol, timeframe, limit, before };
}

function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function badRequest(message: string): HttpFault {
  return new HttpFault(400, 'bad-request', message);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
