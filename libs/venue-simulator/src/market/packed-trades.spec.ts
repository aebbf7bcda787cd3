import fc from 'fast-check';
import { packTrades, unpackTrades } from './packed-trades';
import type { PackedTrade } from './packed-trades';

const step = fc.record({
  id: fc.nat(1e6),
  price: fc.integer({ min: 1, max: 1e12 }),
  size: fc.integer({ min: 1, max: 2 ** 50 }),
  takerBuys: fc.boolean(),
  timeUs: fc.nat(1e12),
  sequence: fc.nat(1e9),
  told: fc.boolean(),
});

const ascending = fc.array(step, { maxLength: 50 }).map((steps): PackedTrade[] => {
  let [id, timeUs, sequence] = [99_999_000_000, 1_793_620_800_000_000, 1_000_000_000_000];
  return steps.map(({ told, ...rest }) => {
    [id, timeUs, sequence] = [id + rest.id, timeUs + rest.timeUs, sequence + rest.sequence];
    return { trade: { ...rest, id, timeUs, sequence }, told };
  });
});

const pack = (trades: readonly PackedTrade[]): string =>
  packTrades(
    trades.map(({ trade }) => trade),
    (at) => trades[at]?.told === true,
  );

test('packed trades come back as they were', () => {
  fc.assert(fc.property(ascending, (trades) => expect(unpackTrades(pack(trades))).toEqual(trades)));
});

test('a text that is cut short or no list of trades is refused', () => {
  const trade = { id: 1, price: 5, size: 7, takerBuys: true, timeUs: 9, sequence: 3 };
  const bytes = Buffer.from(
    packTrades([trade], () => false),
    'base64',
  );
  expect(() => unpackTrades(bytes.subarray(0, -1).toString('base64'))).toThrow('ends within a trade');
  expect(() => unpackTrades(Buffer.alloc(5).toString('base64'))).toThrow('holds a trade that cannot be');
  expect(() => unpackTrades(Buffer.alloc(40, 255).toString('base64'))).toThrow();
});
