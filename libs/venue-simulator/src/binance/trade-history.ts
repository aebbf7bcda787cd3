import { widenedDecimal } from '../market/decimal-text';
import type { Instrument, MarketTrade } from '../market/instrument';
import { queryNumber } from '../server/query-number';
import type { RestAnswer, RestRequest, TradeWitness } from '../server/simulated-venue';
import { milliseconds } from '../server/timestamps';

const DEFAULT_LIMIT = 500;
const MAX_LIMIT = 1_000;
const PRINTED_DECIMALS = 8;

/** Answers `trades` (the newest) and `historicalTrades` (from `fromId` on, that one included); both ascending. */
export function answerTrades(
  { path, query, headers }: RestRequest,
  instruments: readonly Instrument[],
  told: TradeWitness,
): RestAnswer {
  const symbol = query.get('symbol');
  if (symbol === null || symbol === '') {
    return refused(-1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
  }
  const instrument = instruments.find(({ listing }) => listing.native === symbol);
  if (instrument === undefined) return refused(-1121, 'Invalid symbol.');
  const limit = queryNumber(query.get('limit'), DEFAULT_LIMIT, MAX_LIMIT);
  if (limit === null || limit === 0) return illegal('limit');
  const paged = path === '/api/v3/historicalTrades';
  const fromId = queryNumber(paged ? query.get('fromId') : null, -1, Number.MAX_SAFE_INTEGER);
  if (fromId === null) return illegal('fromId');
  const { recent } = instrument;
  const first = fromId < 0 ? recent.size - limit : recent.positionOfId(fromId);
  const trades = recent.range(first, first + limit);
  told(instrument, trades);
  const microseconds = headers['x-mbx-time-unit']?.toString().toUpperCase() === 'MICROSECOND';
  return { status: 200, body: trades.map((trade) => row(instrument, trade, microseconds)) };
}

function row({ listing }: Instrument, trade: MarketTrade, microseconds: boolean): object {
  const { priceDecimals, sizeDecimals } = listing;
  return {
    id: trade.id,
    price: widenedDecimal(trade.price, priceDecimals, PRINTED_DECIMALS),
    qty: widenedDecimal(trade.size, sizeDecimals, PRINTED_DECIMALS),
    quoteQty: quoteAmount(trade, priceDecimals + sizeDecimals),
    time: microseconds ? trade.timeUs : milliseconds(trade.timeUs),
    isBuyerMaker: !trade.takerBuys,
    isBestMatch: true,
  };
}

/** Price times size with eight digits behind the point, cut; the product may exceed 2^53. */
function quoteAmount({ price, size }: MarketTrade, decimals: number): string {
  const product = BigInt(price) * BigInt(size) * 10n ** BigInt(PRINTED_DECIMALS);
  const digits = String(product / 10n ** BigInt(decimals)).padStart(PRINTED_DECIMALS + 1, '0');
  return `${digits.slice(0, -PRINTED_DECIMALS)}.${digits.slice(-PRINTED_DECIMALS)}`;
}

function illegal(parameter: string): RestAnswer {
  return refused(-1100, `Illegal characters found in parameter '${parameter}'.`);
}

function refused(code: number, msg: string): RestAnswer {
  return { status: 400, body: { code, msg } };
}
