import { HistogramSum, readMetrics } from './metrics-page';

const buckets = (...counts: readonly [bound: number, count: number][]): ReadonlyMap<number, number> =>
  new Map(counts);

describe('a metrics page', () => {
  it('is read for the series that are asked for', () => {
    const page = '# HELP a_total about\na_total{kind="ticks"} 12\na_total{kind="gaps"} 3\nb 4\n';
    expect(readMetrics(page, ['a_total{kind="ticks"}'])).toEqual(new Map([['a_total{kind="ticks"}', 12]]));
    expect(readMetrics(page, ['a_', 'b']).size).toBe(3);
  });
});

describe('a histogram of many processes in turn', () => {
  it('adds them up and leaves out what was before the beginning', () => {
    const sum = new HistogramSum();
    sum.note(1, buckets([1, 100], [2, 100], [Infinity, 100]));
    sum.begin();
    expect(sum.quantile(0.5)).toBeNull();
    sum.note(1, buckets([1, 150], [2, 150], [Infinity, 150]));
    // Killed: the next one counts from zero.
    sum.note(2, buckets([1, 0], [2, 48], [Infinity, 50]));
    expect(sum.count).toBe(100);
    expect(sum.quantile(0.25)).toBe(0.5);
    expect(sum.quantile(0.5)).toBe(1);
    expect(sum.quantile(0.74)).toBe(1.5);
    // Beyond the last bound nothing more is known.
    expect(sum.quantile(0.99)).toBe(2);
  });
});
