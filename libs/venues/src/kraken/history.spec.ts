import { PermanentError, RetryableError } from '@neuraltrade/contracts';
import { kraken } from '.';
import { fetchRange, idsBetween, wanted } from '../conformance/paging';
import type { HistoryRange } from '../venue';

const NEWEST = 12_345;
const START_NS = 1_789_295_000_000_000_000n;
const nsOf = (id: number) => START_NS + BigInt(id) * 10_000_000n + 123_456n;
const msOf = (id: number) => Number(nsOf(id) / 1_000_000n);
const seconds = (ns: bigint) =>
  `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n)
    .padStart(9, '0')
    .slice(0, 7)}`;
const row = (id: number) =>
  `["79192.80000","0.00047350",${seconds(nsOf(id))},"${id % 2 === 0 ? 'b' : 's'}","l","",${id}]`;

/** The venue's endpoint over ids 1 to NEWEST: trades after the cursor, oldest first, and the next cursor. */
function serve({ pathname, search, searchParams }: URL): string {
  expect(pathname).toBe('/0/public/Trades');
  expect(search).toContain('pair=BTC%2FUSD&');
  const since = BigInt(searchParams.get('since') ?? 0);
  const ids = Array.from({ length: NEWEST }, (_, index) => index + 1).filter((id) => nsOf(id) > since);
  const page = ids.slice(0, Number(searchParams.get('count')));
  const last = page.length === 0 ? since : nsOf(page.at(-1) ?? 0);
  return `{"error":[],"result":{"BTC/USD":[${page.map(row).join(',')}],"last":"${last}"}}`;
}

const range = (fields: Partial<HistoryRange>): HistoryRange => ({
  symbol: 'BTC/USD',
  afterTradeId: null,
  beforeTradeId: null,
  fromTimestamp: 0,
  toTimestamp: null,
  ...fields,
});

test('a gap is fetched by time from its first millisecond on until its last id', () => {
  const fetched = fetchRange(
    kraken,
    range({ afterTradeId: '5000', beforeTradeId: '7300', fromTimestamp: msOf(5_000) }),
    serve,
  );
  expect(wanted(fetched, 5_000, 7_300)).toEqual(idsBetween(5_000, 7_300));
  expect(fetched.paths).toHaveLength(3);
  expect(fetched.paths[0]).toBe(
    `/0/public/Trades?pair=BTC%2FUSD&since=${BigInt(msOf(5_000)) * 1_000_000n - 1n}&count=1000`,
  );
  // The cursor has 19 digits: the second request carries every one of them.
  expect(fetched.paths[1]).toContain(`since=${nsOf(5_999)}&`);
});

test('an open end is followed to the newest trade, a bounded one until its time is passed', () => {
  const open = fetchRange(kraken, range({ afterTradeId: '11000', fromTimestamp: msOf(11_000) }), serve);
  expect(wanted(open, 11_000, NEWEST + 1)).toEqual(idsBetween(11_000, NEWEST + 1));
  const bounded = fetchRange(kraken, range({ fromTimestamp: msOf(100), toTimestamp: msOf(300) }), serve);
  expect(wanted(bounded, 100, 300)).toEqual(idsBetween(100, 300));
  expect(bounded.paths).toHaveLength(1);
});

test('trades that are answered under the name of another pair are no history of this one', () => {
  const other = (url: URL) => serve(url).replace('"BTC/USD"', '"ETH/USD"');
  expect(() => fetchRange(kraken, range({ afterTradeId: '5000' }), other)).toThrow(
    'Kraken did not answer with its trades: there is no list of trades of BTC/USD.',
  );
});

test('times are seconds as a fraction, cut to milliseconds from their text', () => {
  const [trade] = fetchRange(kraken, range({ fromTimestamp: msOf(NEWEST) }), serve).trades;
  expect(trade).toEqual({
    type: 'trade',
    exchange: 'kraken',
    symbol: 'BTC/USD',
    price: 79192.8,
    size: 0.0004735,
    takerSide: 'sell',
    tradeId: String(NEWEST),
    timestamp: msOf(NEWEST),
    history: true,
    sentAt: null,
  });
  expect(kraken.tradeHistory.exactTimes).toBe(false);
});

test('a cursor that does not move on ends the paging', () => {
  const stuck = (url: URL) => serve(url).replace(/"last":"\d+"/, '"last":"5"');
  expect(fetchRange(kraken, range({ fromTimestamp: msOf(1) }), stuck).paths).toHaveLength(1);
});

test.each([
  'EAPI:Rate limit exceeded',
  'EGeneral:Too many requests',
  'EService:Unavailable',
  'EService:Busy',
  'EGeneral:Temporary lockout',
])('the error %s inside a 200 asks to come again later', (fault) =>
  expect(() => fetchRange(kraken, range({}), () => ({ error: [fault] }))).toThrow(RetryableError),
);

test('any other error inside a 200 is permanent and keeps the venue words', () => {
  const ask = () =>
    fetchRange(kraken, range({}), () => ({ error: ['EQuery:Unknown asset pair'], result: {} }));
  expect(ask).toThrow(PermanentError);
  expect(ask).toThrow('Kraken refused the request for its trades: EQuery:Unknown asset pair.');
});
