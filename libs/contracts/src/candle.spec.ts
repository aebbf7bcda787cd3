import fc from 'fast-check';
import { candleKey, candleSchema, replaces } from './candle';

describe('candles', () => {
  it('a later epoch replaces an earlier one, then a higher revision a lower one, and partials each other', () => {
    const [a, b] = [
      { epoch: 1, revision: 5 },
      { epoch: 2, revision: 0 },
    ];
    expect([replaces(b, a), replaces(a, b)]).toEqual([true, false]);
    const [final, revised, partial] = [
      { epoch: 1, revision: 0 },
      { epoch: 1, revision: 1 },
      { epoch: 1, revision: -1 },
    ] as const;
    expect([replaces(revised, final), replaces(final, revised), replaces(final, final)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([replaces(final, partial), replaces(partial, final), replaces(partial, partial)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('no two distinct closed publications replace each other', () => {
    const publication = fc.record({ epoch: fc.nat(3), revision: fc.nat(3) });
    fc.assert(
      fc.property(publication, publication, (a, b) => {
        const same = a.epoch === b.epoch && a.revision === b.revision;
        expect(Number(replaces(a, b)) + Number(replaces(b, a))).toBe(same ? 0 : 1);
      }),
    );
  });

  it('the key tells series and interval apart', () => {
    const candle = { exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1m', timestamp: 60_000 };
    expect(candleKey(candle)).toBe('kraken:BTC/USD:1m:60000');
  });

  it.each([
    ['an open above the high', { open: 4 }],
    ['a close below the low', { close: 0.5 }],
    ['a partial with a number of a final', { state: 'partial', revision: 0 }],
    ['a final with the number of a revision', { state: 'final', revision: 1 }],
    ['a revision numbered like a final', { state: 'revised', revision: 0 }],
    ['no trade', { trades: 0 }],
    ['a timeframe that does not divide a day', { timeframe: '7m' }],
  ])('%s breaks the schema', (_, fields) => {
    const candle = {
      exchange: 'kraken',
      symbol: 'BTC/USD',
      timeframe: '1m',
      timestamp: 60_000,
      low: 1,
      open: 2,
      close: 2,
      high: 3,
      volume: 1,
      trades: 1,
      vwap: 2,
      state: 'final',
      revision: 0,
      epoch: 0,
      complete: true,
    };
    expect(candleSchema.safeParse(candle).success).toBe(true);
    expect(candleSchema.safeParse({ ...candle, ...fields }).success).toBe(false);
  });
});
