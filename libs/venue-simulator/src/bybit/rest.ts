import { paddedDecimal } from '../market/decimal-text';
import type { Instrument } from '../market/instrument';
import { queryNumber } from '../server/query-number';
import type { RestAnswer, RestRequest, TradeWitness } from '../server/simulated-venue';
import { klineRows } from './klines';
import { MAX_RECENT_TRADES, recentTradeRows } from './trade-history';

/** Answers of the REST API; faults come with status 200 and a retCode, paths that are not offered with 404. */
export function answerRest(
  request: RestRequest,
  instruments: readonly Instrument[],
  nowMs: number,
  told: TradeWitness,
): RestAnswer {
  const { method, path, query } = request;
  const known = ['/v5/market/recent-trade', '/v5/market/kline', '/v5/market/instruments-info'];
  if (method !== 'GET' || !known.includes(path)) {
    return { status: 404, body: envelope(10404, 'Request path not found', {}, nowMs) };
  }
  if (query.get('category') !== 'spot') return refused('params error: Category is invalid', nowMs);
  if (path === '/v5/market/kline') return kline(query, instruments, nowMs);
  return path === '/v5/market/recent-trade'
    ? recentTrades(query, instruments, nowMs, told)
    : instrumentsInfo(query, instruments, nowMs);
}

function kline(query: URLSearchParams, instruments: readonly Instrument[], nowMs: number): RestAnswer {
  const symbol = query.get('symbol');
  const instrument = instruments.find(({ listing }) => listing.native === symbol);
  if (instrument === undefined) return refused('Not supported symbols', nowMs);
  const list = klineRows(query, instrument, nowMs);
  if (typeof list === 'string') return refused(`params error: ${list} invalid`, nowMs);
  return { status: 200, body: envelope(0, 'OK', { category: 'spot', symbol, list }, nowMs) };
}

function recentTrades(
  query: URLSearchParams,
  instruments: readonly Instrument[],
  nowMs: number,
  told: TradeWitness,
): RestAnswer {
  const instrument = instruments.find(({ listing }) => listing.native === query.get('symbol'));
  if (instrument === undefined) return refused('Not supported symbols', nowMs);
  const limit = queryNumber(query.get('limit'), MAX_RECENT_TRADES, MAX_RECENT_TRADES);
  if (limit === null || limit === 0) return refused('params error: limit invalid', nowMs);
  told(instrument, instrument.recent.last(limit));
  const list = recentTradeRows(instrument, limit);
  return { status: 200, body: envelope(0, 'OK', { category: 'spot', list }, nowMs) };
}

function instrumentsInfo(
  query: URLSearchParams,
  instruments: readonly Instrument[],
  nowMs: number,
): RestAnswer {
  const symbol = query.get('symbol');
  const shown = instruments.filter(({ listing }) => symbol === null || listing.native === symbol);
  if (symbol !== null && shown.length === 0) {
    return refused('Not supported symbols', nowMs);
  }
  const list = shown.filter(({ listing }) => listing.trading).map(instrumentEntry);
  return { status: 200, body: envelope(0, 'OK', { category: 'spot', list }, nowMs) };
}

function refused(retMsg: string, nowMs: number): RestAnswer {
  return { status: 200, body: envelope(10001, retMsg, {}, nowMs) };
}

function envelope(retCode: number, retMsg: string, result: object, nowMs: number): object {
  return { retCode, retMsg, result, retExtInfo: {}, time: Math.floor(nowMs) };
}

function instrumentEntry({ listing }: Instrument): object {
  const { base, quote, native, priceDecimals, sizeDecimals } = listing;
  const sizeStep = paddedDecimal(1, sizeDecimals);
  return {
    symbol: native,
    baseCoin: base,
    quoteCoin: quote,
    innovation: '0',
    symbolType: '',
    status: 'Trading',
    marginTrading: 'both',
    stTag: '0',
    lotSizeFilter: {
      basePrecision: sizeStep,
      quotePrecision: paddedDecimal(1, Math.min(11, priceDecimals + sizeDecimals)),
      minOrderQty: sizeStep,
      maxOrderQty: '1000000',
      minOrderAmt: '5',
      maxOrderAmt: '8000000',
      maxLimitOrderQty: '1000000',
      maxMarketOrderQty: '500000',
      postOnlyMaxLimitOrderSize: '5000000',
    },
    priceFilter: { tickSize: paddedDecimal(1, priceDecimals) },
    riskParameters: { priceLimitRatioX: '0.02', priceLimitRatioY: '0.02' },
  };
}
