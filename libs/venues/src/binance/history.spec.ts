import { PermanentError } from '@neuraltrade/contracts';
import { binance } from '.';
import { fetchRange, idsBetween, wanted } from '../conformance/paging';
import type { HistoryRange } from '../venue';

const NEWEST = 12_345;
const timeOf = (id: number) => 1_789_295_000_000 + id * 10;
const row = (id: number) => ({
  id,
  price: '76745.19000000',
  qty: '0.00065000',
  quoteQty: '49.88437350',
  time: timeOf(id),
  isBuyerMaker: id % 2 === 0,
  isBestMatch: true,
});

/** The venue's two endpoints over ids 1 to NEWEST. */
function serve({ pathname, searchParams }: URL): unknown {
  expect(searchParams.get('symbol')).toBe('BTCUSDT');
  const limit = Number(searchParams.get('limit'));
  const newestPage = pathname === '/api/v3/trades';
  if (!newestPage) expect(pathname).toBe('/api/v3/historicalTrades');
  const first = newestPage ? NEWEST - limit + 1 : Math.max(1, Number(searchParams.get('fromId')));
  return Array.from({ length: Math.max(0, Math.min(limit, NEWEST - first + 1)) }, (_, index) =>
    row(first + index),
  );
}

const range = (fields: Partial<HistoryRange>): HistoryRange => ({
  symbol: 'BTC/USDT',
  afterTradeId: null,
  beforeTradeId: null,
  fromTimestamp: 0,
  toTimestamp: null,
  ...fields,
});

test('a gap between two ids is fetched upwards, exactly', () => {
  const fetched = fetchRange(binance, range({ afterTradeId: '5000', beforeTradeId: '7300' }), serve);
  expect(fetched.ids).toEqual(idsBetween(5_000, 7_300));
  expect(fetched.paths).toHaveLength(3);
  expect(fetched.paths[0]).toBe('/api/v3/historicalTrades?symbol=BTCUSDT&fromId=5001&limit=1000');
});

test('a gap of one trade asks for one row', () => {
  const fetched = fetchRange(binance, range({ afterTradeId: '8', beforeTradeId: '10' }), serve);
  expect(fetched.ids).toEqual(['9']);
  expect(fetched.paths).toEqual(['/api/v3/historicalTrades?symbol=BTCUSDT&fromId=9&limit=1']);
});

test('an open end is followed to the newest trade', () => {
  const fetched = fetchRange(binance, range({ afterTradeId: '10000' }), serve);
  expect(fetched.ids).toEqual(idsBetween(10_000, NEWEST + 1));
});

test('an open end that is bounded by time stops once it is passed', () => {
  const fetched = fetchRange(binance, range({ afterTradeId: '100', toTimestamp: timeOf(150) }), serve);
  expect(fetched.paths).toHaveLength(1);
});

test('without a first id the pages go down until one is older than the range', () => {
  const fetched = fetchRange(binance, range({ beforeTradeId: '7300', fromTimestamp: timeOf(5_500) }), serve);
  expect(wanted(fetched, 5_500, 7_300)).toEqual(idsBetween(5_500, 7_300));
  expect(fetched.paths).toHaveLength(2);
});

test('without any id the pages go down from the newest trade', () => {
  const fetched = fetchRange(binance, range({ fromTimestamp: timeOf(9_000) }), serve);
  expect(wanted(fetched, 9_000, NEWEST + 1)).toEqual(idsBetween(9_000, NEWEST + 1));
  expect(fetched.paths[0]).toBe('/api/v3/trades?symbol=BTCUSDT&limit=1000');
});

test('going down ends at the oldest trade that the venue has', () => {
  const fetched = fetchRange(binance, range({ beforeTradeId: '1500' }), serve);
  expect(wanted(fetched, 0, 1_500)).toEqual(idsBetween(0, 1_500));
  const purged = fetchRange(binance, range({ beforeTradeId: '1500' }), (url) =>
    (serve(url) as { id: number }[]).filter(({ id }) => id > 1_200),
  );
  expect(wanted(purged, 0, 1_500)).toEqual(idsBetween(1_200, 1_500));
  expect(purged.paths.length).toBeLessThan(5);
});

test('a venue that ignores the asked id is not asked for ever', () => {
  const fetched = fetchRange(binance, range({ afterTradeId: '5000', beforeTradeId: '7300' }), () => [
    row(1),
    row(2),
  ]);
  expect(fetched.paths).toHaveLength(1);
});

test('rows are trades of the past with the taker side turned round from the maker flag', () => {
  const { trades } = fetchRange(binance, range({ afterTradeId: '8', beforeTradeId: '10' }), serve);
  expect(trades).toEqual([
    {
      type: 'trade',
      exchange: 'binance',
      symbol: 'BTC/USDT',
      price: 76745.19,
      size: 0.00065,
      takerSide: 'buy',
      tradeId: '9',
      timestamp: timeOf(9),
      history: true,
      sentAt: null,
    },
  ]);
});

test('a row that cannot be read is counted and the others are kept', () => {
  const fetched = fetchRange(binance, range({ afterTradeId: '8', beforeTradeId: '10' }), () => [
    { ...row(9), price: 'x' },
    null,
    row(9),
  ]);
  expect(fetched).toMatchObject({ ids: ['9'], refused: 2 });
});

test('ids above 2^53 are asked for and read digit by digit', () => {
  const fetched = fetchRange(
    binance,
    range({ afterTradeId: '9007199254740992', beforeTradeId: '9007199254740994' }),
    () => JSON.stringify([row(1)]).replace('"id":1', '"id":9007199254740993'),
  );
  expect(fetched.paths[0]).toContain('fromId=9007199254740993&limit=1');
  expect(fetched.ids).toEqual(['9007199254740993']);
});

test('an error object in place of the list is refused with the venue words', () => {
  expect(() =>
    fetchRange(binance, range({ afterTradeId: '8' }), () => ({ code: -1121, msg: 'Invalid symbol.' })),
  ).toThrow(PermanentError);
});
