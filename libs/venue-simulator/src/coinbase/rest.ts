import { paddedDecimal } from '../market/decimal-text';
import type { Instrument } from '../market/instrument';
import type { RestAnswer, RestRequest, TradeWitness } from '../server/simulated-venue';
import { answerCandles } from './candles';
import { answerTrades } from './trade-history';

/** Answers of the REST API; paths that are not offered get the venue's error shape and 404. */
export function answerRest(
  request: RestRequest,
  instruments: readonly Instrument[],
  nowMs: number,
  told: TradeWitness,
): RestAnswer {
  const [root, id, part, ...rest] = request.path.split('/').slice(1);
  if (request.method !== 'GET' || root !== 'products' || rest.length > 0) return NOT_FOUND;
  if (id === undefined || id === '') return { status: 200, body: instruments.map(productEntry) };
  const product = instruments.find(({ listing }) => listing.native === id);
  if (product === undefined) return NOT_FOUND;
  if (part === undefined) return { status: 200, body: productEntry(product) };
  if (part === 'candles') return answerCandles(request, product, nowMs);
  return part === 'trades' ? answerTrades(request, product, told) : NOT_FOUND;
}

const NOT_FOUND: RestAnswer = { status: 404, body: { message: 'NotFound' } };

function productEntry({ listing }: Instrument): object {
  const { base, quote, native, priceDecimals, sizeDecimals, trading } = listing;
  return {
    id: native,
    base_currency: base,
    quote_currency: quote,
    quote_increment: paddedDecimal(1, priceDecimals),
    base_increment: paddedDecimal(1, sizeDecimals),
    display_name: native,
    min_market_funds: '1',
    margin_enabled: false,
    post_only: false,
    limit_only: false,
    cancel_only: false,
    status: trading ? 'online' : 'delisted',
    status_message: '',
    trading_disabled: !trading,
    fx_stablecoin: false,
    max_slippage_percentage: '0.02000000',
    auction_mode: false,
    high_bid_limit_percentage: '',
  };
}
