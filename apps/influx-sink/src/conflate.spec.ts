import { type Candle, candleKey, replaces } from '@neuraltrade/contracts';
import fc from 'fast-check';
import { conflate } from './conflate';
import { candleOf, MINUTE } from './testing/records';

const candles = fc.array(
  fc
    .record({
      symbol: fc.constantFrom('BTC/USDT', 'ETH/USDT'),
      timestamp: fc.constantFrom(MINUTE, MINUTE + 60_000),
      epoch: fc.integer({ min: 0, max: 3 }),
      revision: fc.integer({ min: 0, max: 3 }),
    })
    .map((changes): Candle => candleOf({ ...changes, state: changes.revision === 0 ? 'final' : 'revised' })),
);

test('one publication of each candle is left, and no other one replaces it', () => {
  fc.assert(
    fc.property(candles, (input) => {
      const left = conflate(input);
      expect(new Set(left.map(candleKey)).size).toBe(left.length);
      expect(new Set(left.map(candleKey))).toEqual(new Set(input.map(candleKey)));
      for (const candle of left) {
        expect(input).toContain(candle);
        const rivals = input.filter((other) => candleKey(other) === candleKey(candle));
        expect(rivals.some((rival) => replaces(rival, candle))).toBe(false);
      }
    }),
  );
});
