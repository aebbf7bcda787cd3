import * as fc from 'fast-check';
import { WeightWindow } from './weight-window';

describe('a weight window', () => {
  it('never lets more weight into its length than its limit, and waits no longer than needed', () => {
    const requests = fc.array(fc.record({ after: fc.nat(50), weight: fc.integer({ min: 1, max: 10 }) }));
    fc.assert(
      fc.property(requests, (wanted) => {
        const window = new WeightWindow({ count: 10, windowMs: 100 });
        const sent: { at: number; weight: number }[] = [];
        const usedAt = (now: number): number =>
          sent.reduce((sum, { at, weight }) => sum + (at > now - 100 && at <= now ? weight : 0), 0);
        let now = 0;
        for (const { after, weight } of wanted) {
          now += after;
          const waitMs = window.waitMs(now, weight);
          for (let earlier = now; earlier < now + waitMs; earlier += 1) {
            expect(usedAt(earlier) + weight).toBeGreaterThan(10);
          }
          now += waitMs;
          window.take(now, weight);
          sent.push({ at: now, weight });
          expect(usedAt(now)).toBeLessThanOrEqual(10);
        }
      }),
    );
  });

  it('counts what others used once, however often the venue says so', () => {
    const window = new WeightWindow({ count: 10, windowMs: 100 });
    window.take(0, 2);
    window.reported(0, 6);
    window.reported(1, 6);
    expect([window.waitMs(1, 4), window.waitMs(1, 5)]).toEqual([0, 99]);
    expect(window.waitMs(1, 3, 2)).toBe(99);
  });

  it('lets a request that is heavier than the limit pass when nothing else was spent', () => {
    const window = new WeightWindow({ count: 10, windowMs: 100 });
    window.take(0, 1);
    expect([window.waitMs(0, 20), window.waitMs(100, 20)]).toEqual([100, 0]);
  });
});
