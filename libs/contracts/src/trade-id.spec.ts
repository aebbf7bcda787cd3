import fc from 'fast-check';
import { compareTradeIds } from './trade-id';

describe('the order of trade ids', () => {
  it.each([
    ['9', '10', -1],
    ['10', '9', 1],
    ['0', '0', 0],
    ['9007199254740993', '9007199254740992', 1],
    ['2290000001189048101', '2290000001189048102', -1],
    ['9999999999999999999', '10000000000000000000', -1],
  ])('%s against %s', (a, b, sign) => {
    expect(Math.sign(compareTradeIds(a, b))).toBe(sign);
  });

  it('is the order of the integers that they spell, at any length', () => {
    const id = fc.oneof(fc.bigInt({ min: 0n, max: 200n }), fc.bigInt({ min: 0n, max: 10n ** 40n - 1n }));
    fc.assert(
      fc.property(id, id, (a, b) => {
        expect(Math.sign(compareTradeIds(String(a), String(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });
});
