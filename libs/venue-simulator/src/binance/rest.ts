import { widenedDecimal } from '../market/decimal-text';
import type { Instrument } from '../market/instrument';
import { asTexts, parseJson } from '../server/client-json';
import type { RestAnswer, RestRequest, TradeWitness } from '../server/simulated-venue';
import { answerKlines } from './klines';
import { WEIGHT_LIMIT } from './request-weight';
import { answerTrades } from './trade-history';

/** Answers of the REST API; paths that are not offered get the venue's error shape and 404. */
export function answerRest(
  request: RestRequest,
  instruments: readonly Instrument[],
  nowMs: number,
  told: TradeWitness,
): RestAnswer {
  switch (request.method === 'GET' ? request.path : '') {
    case '/api/v3/exchangeInfo':
      return exchangeInfo(request, instruments, nowMs);
    case '/api/v3/trades':
    case '/api/v3/historicalTrades':
      return answerTrades(request, instruments, told);
    case '/api/v3/klines':
      return answerKlines(request, instruments, nowMs);
    case '/api/v3/time':
      return { status: 200, body: { serverTime: Math.floor(nowMs) } };
    default:
      return { status: 404, body: { code: -1020, msg: 'This operation is not supported.' } };
  }
}

function exchangeInfo({ query }: RestRequest, instruments: readonly Instrument[], nowMs: number): RestAnswer {
  const wanted = wantedSymbols(query);
  if (wanted === false) return refused(-1100, "Illegal characters found in parameter 'symbols'.");
  const known = new Map(instruments.map((instrument) => [instrument.listing.native, instrument]));
  if (wanted?.some((name) => !known.has(name))) return refused(-1121, 'Invalid symbol.');
  const shown = wanted === null ? instruments : wanted.flatMap((name) => known.get(name) ?? []);
  return {
    status: 200,
    body: {
      timezone: 'UTC',
      serverTime: Math.floor(nowMs),
      rateLimits: [
        { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: WEIGHT_LIMIT },
        { rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: 61000 },
      ],
      exchangeFilters: [],
      symbols: shown.map(symbolEntry),
    },
  };
}

function refused(code: number, msg: string): RestAnswer {
  return { status: 400, body: { code, msg } };
}

/** The symbols that the query names; null for all, false when they cannot be read. */
function wantedSymbols(query: URLSearchParams): string[] | null | false {
  const one = query.get('symbol');
  if (one !== null) return [one];
  const many = query.get('symbols');
  if (many === null) return null;
  const names = asTexts(parseJson(many));
  return names === null || names.length === 0 ? false : names;
}

function symbolEntry({ listing }: Instrument): object {
  const { base, quote, native, priceDecimals, sizeDecimals } = listing;
  const step = (decimals: number): string => widenedDecimal(1, decimals, 8);
  return {
    symbol: native,
    status: listing.trading ? 'TRADING' : 'BREAK',
    baseAsset: base,
    baseAssetPrecision: 8,
    quoteAsset: quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT_LIMIT'],
    icebergAllowed: true,
    ocoAllowed: true,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: [
      {
        filterType: 'PRICE_FILTER',
        minPrice: step(priceDecimals),
        maxPrice: '10000000.00000000',
        tickSize: step(priceDecimals),
      },
      {
        filterType: 'LOT_SIZE',
        minQty: step(sizeDecimals),
        maxQty: '90000000.00000000',
        stepSize: step(sizeDecimals),
      },
      { filterType: 'NOTIONAL', minNotional: '5.00000000', applyMinToMarket: true },
    ],
    permissions: [],
    permissionSets: [['SPOT']],
  };
}
