import { widenedDecimal } from '../market/decimal-text';
import type { Instrument, MarketTrade } from '../market/instrument';
import { queryNumber } from '../server/query-number';
import type { RestAnswer, RestRequest, TradeWitness } from '../server/simulated-venue';
import { rfc3339 } from '../server/timestamps';

const MAX_LIMIT = 1_000;
/** REST prints eight digits behind the point, the feed only those that count. */
const PRINTED_DECIMALS = 8;

/**
 * Answers `/products/<id>/trades`, newest first: `after` gives the page of ids below it, `before` the newest page of ids
 * above it (not the page next to it). The cursors of the neighbouring pages are in the headers.
 */
export function answerTrades({ query }: RestRequest, product: Instrument, told: TradeWitness): RestAnswer {
  const limit = queryNumber(query.get('limit'), MAX_LIMIT, MAX_LIMIT);
  const after = queryNumber(query.get('after'), Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const before = queryNumber(query.get('before'), -1, Number.MAX_SAFE_INTEGER);
  if (limit === null || limit === 0) return { status: 400, body: { message: 'Invalid limit' } };
  if (after === null || before === null) return { status: 400, body: { message: 'Invalid cursor' } };
  const { recent } = product;
  const end = recent.positionOfId(after);
  const trades = recent.range(Math.max(end - limit, recent.positionOfId(before + 1)), end);
  told(product, trades);
  const [oldest, newest] = [trades[0], trades.at(-1)];
  return {
    status: 200,
    ...(oldest && newest && { headers: { 'cb-before': String(newest.id), 'cb-after': String(oldest.id) } }),
    body: trades.reverse().map((trade) => row(product, trade)),
  };
}

function row({ listing }: Instrument, trade: MarketTrade): object {
  return {
    trade_id: trade.id,
    // The maker's side, as on the feed.
    side: trade.takerBuys ? 'sell' : 'buy',
    size: widenedDecimal(trade.size, listing.sizeDecimals, PRINTED_DECIMALS),
    price: widenedDecimal(trade.price, listing.priceDecimals, PRINTED_DECIMALS),
    time: rfc3339(trade.timeUs),
  };
}
