import { type Candle, DEFAULT_TIMEFRAMES, type Gap } from '@neuraltrade/contracts';
import type { Logger } from '@neuraltrade/service';
import type { AgedPriceRow, PerformanceRow, SignalFilter, SignalsAnswer } from '../page/protocol';
import { ApiParameters, badRequest } from './api-parameters';
import { HttpFault } from './http-answers';
import { priceRow } from './latest-prices';
import { HistoryBusyError, type MarketHistory } from './market-history';
import type { MarketView } from './market-view';

const DAY_MS = 86_400_000;
const MOST_DAYS = 366;
/** Performance counts every signal of its stretch, where the others stop at their limit. */
const MOST_PERFORMANCE_DAYS = 92;

/** What the API reads from. */
export interface ApiDeps {
  /** The live state. */
  readonly view: MarketView;
  /** What the store holds. */
  readonly history: MarketHistory;
  /** Number of connected clients. */
  readonly clientCount: () => number;
  /** Told the details that a caller is not told. */
  readonly log: Logger;
}

type Answer = (parameters: ApiParameters, deps: ApiDeps) => unknown;

const ANSWERS: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ['/api/last-prices', (_parameters, { view }) => lastPrices(view)],
  ['/api/candles', candles],
  ['/api/gaps', gaps],
  ['/api/signals', signals],
  ['/api/signal-performance', performance],
  ['/api/pipeline', (_parameters, { view, clientCount }) => view.summary(clientCount())],
]);

/**
 * The body that answers GET `url`.
 * @throws HttpFault 400, 404 or 503 in plain words.
 */
export async function answerApi(url: URL, deps: ApiDeps): Promise<unknown> {
  const answer = ANSWERS.get(url.pathname);
  if (answer === undefined)
    throw new HttpFault(404, 'not-found', `There is ${[...ANSWERS.keys()].join(', ')}, nothing else.`);
  return await answer(new ApiParameters(url.searchParams), deps);
}

function lastPrices(view: MarketView): AgedPriceRow[] {
  const now = view.referenceTime();
  return view.prices
    .entries()
    .map((entry) => ({ ...priceRow(entry), ageMs: Math.max(0, now - entry.source.timestamp) }))
    .sort((a, b) => compareText(a.symbol, b.symbol) || compareText(a.exchange, b.exchange));
}

async function candles(parameters: ApiParameters, deps: ApiDeps): Promise<Candle[]> {
  const series = {
    exchange: parameters.name('exchange'),
    symbol: parameters.name('symbol'),
    timeframe: parameters.name('timeframe'),
  };
  const limit = parameters.limit();
  const from = parameters.instant('from') ?? 0;
  // Without from the limit alone bounds what is read, however far back it is.
  if (parameters.instant('from') !== undefined) parameters.range(now(deps), 0, MOST_DAYS);
  const [before, to] = [parameters.instant('before'), parameters.instant('to')];
  if (before !== undefined && to !== undefined) throw badRequest('Give before or to: they mean the same.');
  const end = before ?? to;
  const query = { ...series, limit, ...(end !== undefined && { before: end }) };
  const found = await read(deps, 'Candles', (history) => history.candles(query));
  if (found.length > 0) return found.filter(({ timestamp }) => timestamp >= from);
  refuseUnknown(deps, series);
  const { timeframe } = series;
  if (!deps.view.candles.hasTimeframe(timeframe) && !DEFAULT_TIMEFRAMES.some((known) => known === timeframe))
    throw new HttpFault(404, 'unknown-timeframe', `No candles of ${timeframe} are built here.`);
  return found;
}

async function gaps(parameters: ApiParameters, deps: ApiDeps): Promise<Gap[]> {
  const name = { exchange: parameters.name('exchange'), symbol: parameters.name('symbol') };
  const range = parameters.range(now(deps), DAY_MS, MOST_DAYS);
  const query = { ...name, ...range, limit: parameters.limit() };
  const found = await read(deps, 'Gaps', (history) => history.gaps(query));
  if (found.length === 0) refuseUnknown(deps, name);
  return found;
}

async function signals(parameters: ApiParameters, deps: ApiDeps): Promise<SignalsAnswer> {
  const names = parameters.signalNames();
  const range = parameters.range(now(deps), DAY_MS, MOST_DAYS);
  const query = { ...names, ...range, limit: parameters.limit() };
  const found = await read(deps, 'Signals', (history) => history.signals(query));
  if (found.signals.length === 0) refuseUnknown(deps, names);
  return found;
}

async function performance(parameters: ApiParameters, deps: ApiDeps): Promise<PerformanceRow[]> {
  const name = parameters.optionalExchange();
  const query = { ...name, ...parameters.range(now(deps), 30 * DAY_MS, MOST_PERFORMANCE_DAYS) };
  const found = await read(deps, 'Performance', (history) => history.performance(query));
  if (found.length === 0) refuseUnknown(deps, name);
  return found;
}

async function read<T>(
  { history, log }: ApiDeps,
  what: string,
  task: (history: MarketHistory) => Promise<T>,
): Promise<T> {
  try {
    return await task(history);
  } catch (error) {
    if (error instanceof HistoryBusyError)
      throw new HttpFault(503, 'busy', error.message, { 'retry-after': '1' });
    log.error({ error: String(error) }, `${what} could not be read from the store`);
    throw new HttpFault(503, 'store-unavailable', 'The store does not answer now: try again later.');
  }
}

/** Nothing was found: because there is nothing, or because nobody knows such a name. */
function refuseUnknown({ view }: ApiDeps, { exchange, symbol }: SignalFilter): void {
  if (exchange === undefined && symbol === undefined) return;
  const filter = { ...(exchange !== undefined && { exchange }), ...(symbol !== undefined && { symbol }) };
  if (view.knows(filter)) return;
  const name = [symbol, exchange].filter((part) => part !== undefined).join(' on ');
  throw new HttpFault(404, 'unknown-symbol', `Nothing is known of ${name}.`);
}

function now({ view }: ApiDeps): number {
  return view.referenceTime();
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
