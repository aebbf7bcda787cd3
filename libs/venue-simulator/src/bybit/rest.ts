import { paddedDecimal } from '../market/decimal-text';
import type { Instrument } from '../market/instrument';
import type { RestAnswer, RestRequest } from '../server/simulated-venue';

/** Answers of the REST API; faults come with status 200 and a retCode, paths that are not offered with 404. */
export function answerRest(
  request: RestRequest,
  instruments: readonly Instrument[],
  nowMs: number,
): RestAnswer {
  if (request.method !== 'GET' || request.path !== '/v5/market/instruments-info') {
    return { status: 404, body: envelope(10404, 'Request path not found', {}, nowMs) };
  }
  if (request.query.get('category') !== 'spot') {
    return { status: 200, body: envelope(10001, 'params error: Category is invalid', {}, nowMs) };
  }
  const symbol = request.query.get('symbol');
  const shown = instruments.filter(({ listing }) => symbol === null || listing.native === symbol);
  if (symbol !== null && shown.length === 0) {
    return { status: 200, body: envelope(10001, 'Not supported symbols', {}, nowMs) };
  }
  const list = shown.filter(({ listing }) => listing.trading).map(instrumentEntry);
  return { status: 200, body: envelope(0, 'OK', { category: 'spot', list }, nowMs) };
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
