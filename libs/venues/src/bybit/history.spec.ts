import { PermanentError, RetryableError } from '@neuraltrade/contracts';
import { bybit } from '.';
import { fetchRange } from '../conformance/paging';
import type { HistoryRange } from '../venue';

const range: HistoryRange = {
  symbol: 'BTC/USDT',
  afterTradeId: '5',
  beforeTradeId: null,
  fromTimestamp: 0,
  toTimestamp: null,
};
const row = (execId: string, fields: object = {}) => ({
  execId,
  symbol: 'BTCUSDT',
  price: '65140.5',
  size: '0.002705',
  side: 'Buy',
  time: '1786310822605',
  isBlockTrade: false,
  isRPITrade: false,
  seq: '112488547164',
  ...fields,
});
const answer = (list: unknown) => ({
  retCode: 0,
  retMsg: 'OK',
  result: { category: 'spot', list },
  retExtInfo: {},
  time: 1_786_310_822_700,
});

test('the newest 60 trades are one page, turned into ascending order', () => {
  const fetched = fetchRange(bybit, range, () =>
    answer([row('2290000001189048102', { side: 'Sell' }), row('2290000001189048101'), row('x')]),
  );
  expect(fetched.paths).toEqual(['/v5/market/recent-trade?category=spot&symbol=BTCUSDT&limit=60']);
  expect(fetched.refused).toBe(1);
  expect(fetched.trades).toEqual([
    {
      type: 'trade',
      exchange: 'bybit',
      symbol: 'BTC/USDT',
      price: 65140.5,
      size: 0.002705,
      takerSide: 'buy',
      tradeId: '2290000001189048101',
      timestamp: 1_786_310_822_605,
      history: true,
      sentAt: null,
    },
    expect.objectContaining({ tradeId: '2290000001189048102', takerSide: 'sell' }),
  ]);
  expect(bybit.tradeHistory.reach).toBe(60);
});

test('a row of another symbol is refused', () => {
  const fetched = fetchRange(bybit, range, () => answer([row('7', { symbol: 'ETHUSDT' }), row('6')]));
  expect([fetched.ids, fetched.refused]).toEqual([['6'], 1]);
});

test('a rate limit inside a 200 asks to come again later, any other code is permanent', () => {
  const failing = (retCode: number) => () =>
    fetchRange(bybit, range, () => ({ retCode, retMsg: 'Too many visits!', result: {} }));
  expect(failing(10_006)).toThrow(RetryableError);
  expect(failing(10_001)).toThrow(PermanentError);
  expect(failing(10_001)).toThrow('Bybit did not answer with its trades: Too many visits!.');
});
