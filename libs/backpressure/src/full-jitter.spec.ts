import { fullJitterMs } from './full-jitter';

describe('a wait with full jitter', () => {
  it('is drawn from zero up to a bound that doubles with each failure and stops at the maximum', () => {
    const bounds = [1, 2, 3, 4, 5, 6, 1_000, 1e9].map((failures) =>
      fullJitterMs(failures, 1_000, 30_000, () => 1),
    );
    expect(bounds).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    expect(fullJitterMs(5, 1_000, 30_000, () => 0)).toBe(0);
    expect(fullJitterMs(3, 1_000, 30_000, () => 0.25)).toBe(1_000);
  });
});
