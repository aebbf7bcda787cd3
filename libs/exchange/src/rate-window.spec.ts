import fc from 'fast-check';
import { RateWindow } from './rate-window';

describe('RateWindow', () => {
  it('keeps places free for others', () => {
    const window = new RateWindow({ count: 3, windowMs: 100 });
    window.take(0);
    window.take(10);
    expect(window.waitMs(20)).toBe(0);
    expect(window.waitMs(20, 1)).toBe(80);
    window.take(20);
    expect(window.waitMs(20)).toBe(80);
    expect(window.waitMs(100)).toBe(0);
  });

  it('never lets more than the limit into any window when its waits are kept', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.nat({ max: 40 }), { maxLength: 60 }),
        (count, pauses) => {
          const window = new RateWindow({ count, windowMs: 100 });
          const taken: number[] = [];
          let now = 0;
          for (const pause of pauses) {
            now += pause;
            now += window.waitMs(now);
            window.take(now);
            taken.push(now);
          }
          for (const start of taken) {
            expect(taken.filter((at) => at >= start && at < start + 100).length).toBeLessThanOrEqual(count);
          }
        },
      ),
    );
  });
});
