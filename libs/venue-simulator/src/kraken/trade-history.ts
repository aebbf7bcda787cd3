import { paddedDecimal } from '../market/decimal-text';
import type { Instrument, MarketTrade } from '../market/instrument';
import { queryNumber } from '../server/query-number';
import type { RestAnswer, RestRequest, TradeWitness } from '../server/simulated-venue';
import { orderType } from './frames';

const MAX_COUNT = 1_000;
const NS_PER_US = 1_000n;
/** A `since` of at most this many digits is in seconds. */
const SECONDS_DIGITS = 11;

/**
 * Answers `Trades`, ascending: those after `since` (ns or seconds, itself excluded), or the newest. `last` is the cursor
 * of the next page: it tells the trades of one instant apart by their last digits, so that a page that ends within a
 * sweep loses none.
 * @param name the name of the pair in the answer.
 */
export function answerTrades(
  { query }: RestRequest,
  pair: Instrument,
  name: string,
  told: TradeWitness,
): RestAnswer {
  const count = queryNumber(query.get('count'), MAX_COUNT, MAX_COUNT);
  if (count === null || count === 0) return refused('EGeneral:Invalid arguments:count');
  const since = query.get('since');
  if (since !== null && !/^\d{1,20}$/.test(since)) return refused('EGeneral:Invalid arguments:since');
  const { recent } = pair;
  const sinceNs = since === null ? null : nanoseconds(since);
  const first = sinceNs === null ? recent.size - count : positionAfter(pair, sinceNs);
  const trades = recent.range(first, first + count);
  told(pair, trades);
  const newest = trades.at(-1);
  const last = newest === undefined ? (sinceNs ?? 0n) : cursorNs(pair, newest);
  const rows = trades.map((trade) => row(pair, trade));
  return { status: 200, body: { error: [], result: { [name]: rows, last: String(last) } } };
}

function nanoseconds(since: string): bigint {
  return BigInt(since) * (since.length <= SECONDS_DIGITS ? 1_000_000_000n : 1n);
}

/** The trade's time in ns, its place within its instant as the last three digits. */
function cursorNs({ recent }: Instrument, { id, timeUs }: MarketTrade): bigint {
  const place = recent.positionOfId(id) - recent.positionOfTime(timeUs);
  return BigInt(timeUs) * NS_PER_US + BigInt(Math.min(place, 999));
}

/** Position of the first trade whose cursor is larger. */
function positionAfter({ recent }: Instrument, sinceNs: bigint): number {
  const timeUs = Number(sinceNs / NS_PER_US);
  const first = recent.positionOfTime(timeUs);
  const next = recent.positionOfTime(timeUs + 1);
  return Math.min(next, first + Number(sinceNs % NS_PER_US) + 1);
}

/** `[price, volume, time in seconds, taker's side, order type, misc, trade id]`. */
function row({ listing }: Instrument, trade: MarketTrade): unknown[] {
  const price = paddedDecimal(trade.price, listing.priceDecimals);
  const size = paddedDecimal(trade.size, listing.sizeDecimals);
  const side = trade.takerBuys ? 'b' : 's';
  return [price, size, trade.timeUs / 1e6, side, orderType(trade) === 'market' ? 'm' : 'l', '', trade.id];
}

function refused(fault: string): RestAnswer {
  return { status: 200, body: { error: [fault] } };
}
