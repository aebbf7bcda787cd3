import {
  type Candle,
  EXCHANGE_PATTERN,
  isSymbol,
  type MlSignal,
  PermanentError,
  type SignalOutcome,
  timeframeMs,
} from '@neuraltrade/contracts';
import type { ExportCandlesQuery, ExportTicksQuery } from './embedded-store';
import type { CandlesQuery, GapsQuery, LastPricesQuery } from './market-store';
import type { SignalPerformanceQuery, SignalsQuery } from './signal-queries';
import type { TickRange } from './tick-history';

/** Largest number of rows that one query may ask for. */
export const MAX_ROWS = 5_000;

const MAX_MODEL_VERSION = 64;

/** Refuses records whose venue or symbol is not spelt as this pipeline spells it. @throws PermanentError */
export function refuseBadNames(
  records: readonly { readonly exchange: string; readonly symbol: string }[],
): void {
  for (const { exchange, symbol } of records) {
    if (!EXCHANGE_PATTERN.test(exchange) || !isSymbol(symbol)) {
      throw new PermanentError('store-refused', `No record of ${exchange} ${symbol} is stored: bad name.`);
    }
  }
}

/** Refuses partial candles, which change until they close, and bad names. @throws PermanentError */
export function refuseBadCandles(candles: readonly Candle[]): void {
  refuseBadNames(candles);
  for (const { exchange, symbol, timeframe, timestamp, state } of candles) {
    if (state !== 'partial' && timeframeMs(timeframe) !== null) continue;
    const fault = state === 'partial' ? 'is partial' : 'has no known timeframe';
    throw new PermanentError(
      'store-refused',
      `The ${timeframe} candle of ${exchange} ${symbol} at ${timestamp} ${fault}: not stored.`,
    );
  }
}

/** Refuses signals of an unknown timeframe or without a model version, and bad names. @throws PermanentError */
export function refuseBadSignals(
  signals: readonly Pick<MlSignal, 'exchange' | 'symbol' | 'timeframe' | 'timestamp' | 'modelVersion'>[],
): void {
  refuseBadNames(signals);
  for (const { exchange, symbol, timeframe, timestamp, modelVersion } of signals) {
    if (timeframeMs(timeframe) !== null && modelVersion !== '') continue;
    const fault = modelVersion === '' ? 'names no model version' : `has no known timeframe (${timeframe})`;
    throw new PermanentError(
      'store-refused',
      `The signal of ${exchange} ${symbol} at ${timestamp} ${fault}: not stored.`,
    );
  }
}

/** Refuses outcomes as signals are refused, and those whose figures do not go with their status. @throws PermanentError */
export function refuseBadOutcomes(outcomes: readonly SignalOutcome[]): void {
  refuseBadSignals(outcomes);
  for (const { exchange, symbol, timestamp, status, ...outcome } of outcomes) {
    const { entryPrice, exitPrice, returnBps, maxAdverseBps, maxFavourableBps } = outcome;
    const figures = [entryPrice, exitPrice, returnBps, maxAdverseBps, maxFavourableBps];
    if (figures.every((figure) => (figure === null) === (status === 'unjudged'))) continue;
    throw new PermanentError(
      'store-refused',
      `The outcome of ${exchange} ${symbol} at ${timestamp} has figures that do not go with ${status}: not stored.`,
    );
  }
}

/** Refuses a query that no store can answer. @throws RangeError that names the argument */
export function refuseBadLastPricesQuery({ exchange, since }: LastPricesQuery): void {
  if (exchange !== undefined) refuseBadExchange(exchange);
  refuseBadInstant('since', since);
}

/** Refuses a query that no store can answer. @throws RangeError that names the argument */
export function refuseBadCandlesQuery({ exchange, symbol, timeframe, limit, before }: CandlesQuery): void {
  refuseBadExchange(exchange);
  refuseBadSymbol(symbol);
  refuseBadTimeframe(timeframe);
  refuseBadLimit(limit);
  if (before !== undefined) refuseBadInstant('before', before);
}

/** Refuses a query that no store can answer. @throws RangeError that names the argument */
export function refuseBadGapsQuery({ exchange, symbol, from, to, limit }: GapsQuery): void {
  refuseBadExchange(exchange);
  refuseBadSymbol(symbol);
  refuseBadRange(from, to);
  refuseBadLimit(limit);
}

/** Refuses a query that no store can answer. @throws RangeError that names the argument */
export function refuseBadSignalsQuery(query: SignalsQuery): void {
  const { exchange, symbol, timeframe, modelVersion, from, to, limit } = query;
  if (exchange !== undefined) refuseBadExchange(exchange);
  if (symbol !== undefined) refuseBadSymbol(symbol);
  if (timeframe !== undefined) refuseBadTimeframe(timeframe);
  if (modelVersion !== undefined) refuseBadModelVersion(modelVersion);
  refuseBadRange(from, to);
  refuseBadLimit(limit);
}

/** Refuses a query that no store can answer. @throws RangeError that names the argument */
export function refuseBadSignalPerformanceQuery({ exchange, from, to }: SignalPerformanceQuery): void {
  if (exchange !== undefined) refuseBadExchange(exchange);
  refuseBadRange(from, to);
}

/** Refuses an export that no store can make. @throws RangeError that names the argument */
export function refuseBadExportQuery(query: ExportTicksQuery | ExportCandlesQuery): void {
  const { exchange, symbol, from, to } = query;
  if (exchange !== undefined) refuseBadExchange(exchange);
  if (symbol !== undefined) refuseBadSymbol(symbol);
  if ('timeframe' in query && query.timeframe !== undefined) refuseBadTimeframe(query.timeframe);
  refuseBadRange(from, to);
}

/** Refuses a range of ticks that no store can answer. @throws RangeError that names the argument */
export function refuseBadTickRange({ exchange, symbol, from, to }: TickRange): void {
  refuseBadExchange(exchange);
  refuseBadSymbol(symbol);
  refuseBadRange(from, to);
}

function refuseBadRange(from: number, to: number): void {
  refuseBadInstant('from', from);
  refuseBadInstant('to', to);
  if (to < from) throw new RangeError('to is before from');
}

function refuseBadSymbol(symbol: string): void {
  if (!isSymbol(symbol)) throw new RangeError('symbol is not BASE/QUOTE in upper case');
}

function refuseBadTimeframe(timeframe: string): void {
  if (timeframeMs(timeframe) === null) throw new RangeError('timeframe does not divide a day');
}

function refuseBadModelVersion(modelVersion: string): void {
  if (modelVersion === '' || modelVersion.length > MAX_MODEL_VERSION) {
    throw new RangeError(`modelVersion is not 1 to ${MAX_MODEL_VERSION} characters`);
  }
}

function refuseBadLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_ROWS) {
    throw new RangeError(`limit is not a whole number from 1 to ${MAX_ROWS}`);
  }
}

function refuseBadExchange(exchange: string): void {
  if (!EXCHANGE_PATTERN.test(exchange)) throw new RangeError('exchange is not a lower-case venue name');
}

function refuseBadInstant(name: string, value: number): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${name} is not whole milliseconds since 1970`);
}
