import { coinbase } from '.';
import { fetchRange, idsBetween, wanted } from '../conformance/paging';
import type { HistoryRange } from '../venue';

const NEWEST = 12_345;
const timeOf = (id: number) => 1_789_295_000_000 + id * 10;
const row = (id: number) => ({
  trade_id: id,
  side: id % 2 === 0 ? 'buy' : 'sell',
  size: '0.00100000',
  price: '80691.53',
  time: new Date(timeOf(id)).toISOString().replace('Z', '987Z'),
});

/** The venue's endpoint over ids 1 to NEWEST: newest first, `after` gives ids below it. */
function serve({ pathname, searchParams }: URL): unknown {
  expect(pathname).toBe('/products/BTC-USD/trades');
  const limit = Number(searchParams.get('limit'));
  const first = Number(searchParams.get('after') ?? NEWEST + 1) - 1;
  return Array.from({ length: Math.min(limit, first) }, (_, index) => row(first - index));
}

const range = (fields: Partial<HistoryRange>): HistoryRange => ({
  symbol: 'BTC/USD',
  afterTradeId: null,
  beforeTradeId: null,
  fromTimestamp: 0,
  toTimestamp: null,
  ...fields,
});

test('a gap between two ids is fetched downwards from its end, each page ascending', () => {
  const fetched = fetchRange(coinbase, range({ afterTradeId: '5000', beforeTradeId: '7300' }), serve);
  expect(wanted(fetched, 5_000, 7_300)).toEqual(idsBetween(5_000, 7_300));
  expect(fetched.paths).toEqual(
    ['7300', '6300', '5300'].map((id) => `/products/BTC-USD/trades?limit=1000&after=${id}`),
  );
  expect(fetched.ids.slice(0, 1_000)).toEqual(idsBetween(6_299, 7_300));
});

test('an open end begins at the newest trade', () => {
  const fetched = fetchRange(coinbase, range({ afterTradeId: '11000' }), serve);
  expect(wanted(fetched, 11_000, NEWEST + 1)).toEqual(idsBetween(11_000, NEWEST + 1));
  expect(fetched.paths[0]).toBe('/products/BTC-USD/trades?limit=1000');
});

test('without a first id the pages go down until one is older than the range, or to the first trade', () => {
  const fetched = fetchRange(coinbase, range({ beforeTradeId: '7300', fromTimestamp: timeOf(5_500) }), serve);
  expect(wanted(fetched, 5_500, 7_300)).toEqual(idsBetween(5_500, 7_300));
  expect(fetched.paths).toHaveLength(2);
  expect(wanted(fetchRange(coinbase, range({ beforeTradeId: '1500' }), serve), 0, 1_500)).toEqual(
    idsBetween(0, 1_500),
  );
});

test('a venue that ignores the cursor is not asked for ever', () => {
  const stuck = (url: URL) => serve(new URL(`${url.origin}${url.pathname}?limit=1000`));
  expect(fetchRange(coinbase, range({ afterTradeId: '5', beforeTradeId: '7300' }), stuck).paths).toHaveLength(
    1,
  );
});

test('rows name the maker side as the feed does, and their time is cut', () => {
  const { trades } = fetchRange(coinbase, range({ afterTradeId: '8', beforeTradeId: '10' }), serve);
  expect(trades.at(-1)).toEqual({
    type: 'trade',
    exchange: 'coinbase',
    symbol: 'BTC/USD',
    price: 80691.53,
    size: 0.001,
    takerSide: 'buy',
    tradeId: '9',
    timestamp: timeOf(9),
    history: true,
    sentAt: null,
  });
});

test('an error object in place of the list is refused with the venue words', () => {
  expect(() => fetchRange(coinbase, range({}), () => ({ message: 'NotFound' }))).toThrow(
    'Coinbase did not answer with its trades: NotFound.',
  );
});
