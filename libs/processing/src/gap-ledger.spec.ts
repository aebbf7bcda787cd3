import fc from 'fast-check';
import { GapLedger, gapTouches } from './gap-ledger';
import { MIDNIGHT, sampleGap } from './sample-records';

const GRID = 1_000;
const at = (seconds: number) => MIDNIGHT + seconds * GRID;

describe('the ledger of gaps', () => {
  it('an open gap without an end touches everything from its begin on', () => {
    const ledger = new GapLedger(GRID);
    ledger.apply(sampleGap({ fromTimestamp: at(5) + 1 }), at(9));
    expect(ledger.touches(at(4), at(5))).toBe(false);
    expect(ledger.touches(at(5), at(6))).toBe(true);
    expect(ledger.touches(at(50_000), at(50_001))).toBe(true);
    expect(ledger.earliestOpen()).toBe(at(5) + 1);
  });

  it('both ends belong to a gap: trades of those milliseconds may be missing', () => {
    const gap = { fromTimestamp: at(1), toTimestamp: at(2) };
    expect([0, 1, 2, 3].map((second) => gapTouches(gap, at(second), at(second + 1)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('a gap that closes is open no more; its id may tell a new end while it is open', () => {
    const ledger = new GapLedger(GRID);
    ledger.apply(sampleGap(), at(0));
    ledger.apply(sampleGap({ toTimestamp: at(3) }), at(3));
    expect(ledger.touches(at(4), at(5))).toBe(false);
    expect(ledger.touches(at(3), at(4))).toBe(true);
    ledger.apply(sampleGap({ toTimestamp: at(3), status: 'filled' }), at(4));
    expect(ledger.touches(at(0), at(9))).toBe(false);
    expect(ledger.earliestOpen()).toBe(Infinity);
  });

  it('tells from which id on trades may still be filled in', () => {
    const ledger = new GapLedger(GRID);
    expect(ledger.fillableAbove()).toBeNull();
    ledger.apply(sampleGap({ afterTradeId: '1000' }), at(0));
    ledger.apply(sampleGap({ afterTradeId: '999' }), at(0));
    expect(ledger.fillableAbove()).toBe('999');
    ledger.apply(sampleGap({ afterTradeId: null }), at(0));
    expect(ledger.fillableAbove()).toBe('');
  });

  describe('a gap without an end that nobody closes', () => {
    const itself = (tradeId: string): string => tradeId;
    const nextOf = (tradeId: string): string => String(BigInt(tradeId) + 1n);
    const open = { gapId: 'open', afterTradeId: '1018', fromTimestamp: at(8), cause: 'disconnect' as const };
    const after = (closed: Parameters<typeof sampleGap>[0], nextIsSeen = false) => {
      const ledger = new GapLedger(GRID);
      ledger.apply(sampleGap(open), at(9));
      const gap = sampleGap({ gapId: 'closed', cause: 'restart', status: 'filled', ...closed });
      ledger.apply(gap, at(20));
      return {
        closed: ledger.closeInside(gap, 0, nextIsSeen ? nextOf : itself),
        touches: ledger.touches(at(9), at(10)),
      };
    };

    it('ends with one that began before it and ends behind its beginning', () => {
      const whole = {
        afterTradeId: '1010',
        beforeTradeId: '1073',
        fromTimestamp: at(7),
        toTimestamp: at(12),
      };
      expect(after(whole)).toEqual({
        closed: [sampleGap({ ...whole, ...open, status: 'filled', missing: null })],
        touches: false,
      });
    });

    it('ends by time where ids name no end', () => {
      const timed = { afterTradeId: '1010', beforeTradeId: null, fromTimestamp: at(7), toTimestamp: at(12) };
      expect(after({ ...timed, status: 'unfillable' })).toMatchObject({
        closed: [
          {
            gapId: 'open',
            status: 'unfillable',
            fromTimestamp: at(8),
            toTimestamp: at(12),
            cause: 'disconnect',
          },
        ],
        touches: true,
      });
      expect(after({ ...timed, toTimestamp: at(8) }).closed).toEqual([]);
    });

    it('ends with one that ends right behind its beginning only where the trade that ended that one was seen', () => {
      const part = { afterTradeId: '1010', beforeTradeId: '1019', fromTimestamp: at(7), toTimestamp: at(8) };
      expect(after(part).closed).toEqual([]);
      expect(after(part, true).closed).toMatchObject([{ gapId: 'open', beforeTradeId: '1019' }]);
    });

    it('stays open when another one closes before it, or begins behind its beginning', () => {
      const earlier = {
        afterTradeId: '1010',
        beforeTradeId: '1012',
        fromTimestamp: at(7),
        toTimestamp: at(8),
      };
      expect(after(earlier)).toEqual({ closed: [], touches: true });
      const later = {
        afterTradeId: '1030',
        beforeTradeId: '1073',
        fromTimestamp: at(9),
        toTimestamp: at(12),
      };
      expect(after(later)).toEqual({ closed: [], touches: true });
    });

    it('stays open beside one with an end of its own', () => {
      const ledger = new GapLedger(GRID);
      ledger.apply(sampleGap({ ...open, toTimestamp: at(15) }), at(9));
      const whole = {
        afterTradeId: '1010',
        beforeTradeId: '1073',
        fromTimestamp: at(7),
        toTimestamp: at(12),
      };
      expect(
        ledger.closeInside(sampleGap({ ...whole, gapId: 'closed', status: 'filled' }), 0, itself),
      ).toEqual([]);
    });
  });

  it('lost milliseconds are as many entries as they touch steps of the grid apart from each other', () => {
    const ledger = new GapLedger(GRID);
    for (let ms = 0; ms < 5_000; ms += 7)
      ledger.apply(
        sampleGap({ fromTimestamp: MIDNIGHT + ms, toTimestamp: MIDNIGHT + ms, status: 'unfillable' }),
        at(9),
      );
    ledger.apply(sampleGap({ fromTimestamp: at(8), toTimestamp: at(8), status: 'unfillable' }), at(9));
    expect(ledger.export().lost).toEqual([
      [at(0), at(5)],
      [at(8), at(9)],
    ]);
    ledger.forgetLostBefore(at(5));
    expect(ledger.export().lost).toEqual([[at(8), at(9)]]);
  });

  it('answers as the plain list of its gaps would, also when continued from its exported state', () => {
    const gap = fc.record({
      afterTradeId: fc.constantFrom('1', '2', '3'),
      from: fc.integer({ min: 0, max: 20_000 }),
      length: fc.option(fc.integer({ min: 0, max: 6_000 })),
      status: fc.constantFrom('open' as const, 'filled' as const, 'unfillable' as const),
    });
    fc.assert(
      fc.property(fc.array(gap, { maxLength: 12 }), (list) => {
        const ledger = new GapLedger(GRID);
        const plain = new Map<string, { fromTimestamp: number; toTimestamp: number | null }>();
        list.forEach(({ afterTradeId, from, length, status }, index) => {
          const fromTimestamp = MIDNIGHT + from;
          const toTimestamp = length === null ? null : fromTimestamp + length;
          ledger.apply(sampleGap({ afterTradeId, fromTimestamp, toTimestamp, status }), at(10));
          plain.delete(afterTradeId);
          if (status === 'open') plain.set(afterTradeId, { fromTimestamp, toTimestamp });
          const end = toTimestamp ?? Math.max(fromTimestamp, at(10));
          if (status === 'unfillable') plain.set(`lost ${index}`, { fromTimestamp, toTimestamp: end });
        });
        const continued = GapLedger.restore(GRID, JSON.parse(JSON.stringify(ledger.export())) as never);
        for (let second = 0; second < 30; second++) {
          for (const length of [1, 3]) {
            const open = at(second - (second % length));
            const close = open + length * GRID;
            const expected = [...plain.values()].some((each) => gapTouches(each, open, close));
            expect(ledger.touches(open, close)).toBe(expected);
            expect(continued.touches(open, close)).toBe(expected);
          }
        }
      }),
    );
  });
});
