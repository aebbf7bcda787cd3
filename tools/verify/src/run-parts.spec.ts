import type { Comparison } from './comparison';
import { FaultOrder } from './fault-order';
import { Recovery } from './recovery';
import { type Sample, sampleProcess, summarizeSamples } from './resource-samples';
import { faultsOf } from './verdict';

const CLEAN: Comparison = {
  ticks: { expected: 9, stored: 9, missing: 0, extra: 0, wrong: 0, excused: 0 },
  candles: { expected: 4, wrong: 0, excused: 0 },
  gaps: { open: 0, filled: 2, unfillable: 1, unaccounted: 0 },
  faults: [{ name: 'stall', count: 1 }],
};
const RUN = { rate: 500, wantedRate: 500, wantedFaults: ['stall'], conflicting: 0, mishaps: [] };

describe('the verdict', () => {
  it('passes a run without differences', () => {
    expect(faultsOf(CLEAN, RUN)).toEqual([]);
  });

  it.each<[string, Comparison, Partial<typeof RUN>]>([
    ['1 trades are missing', { ...CLEAN, ticks: { ...CLEAN.ticks, missing: 1 } }, {}],
    ['1 stored ticks are too many', { ...CLEAN, ticks: { ...CLEAN.ticks, extra: 1 } }, {}],
    ['1 stored ticks are wrong', { ...CLEAN, ticks: { ...CLEAN.ticks, wrong: 1 } }, {}],
    ['1 candles are wrong', { ...CLEAN, candles: { ...CLEAN.candles, wrong: 1 } }, {}],
    ['1 gaps are not accounted for', { ...CLEAN, gaps: { ...CLEAN.gaps, unaccounted: 1 } }, {}],
    ['No trade was expected', { ...CLEAN, ticks: { ...CLEAN.ticks, expected: 0 } }, {}],
    ['No candle was expected', { ...CLEAN, candles: { ...CLEAN.candles, expected: 0 } }, {}],
    ['The fault stall was not carried out', { ...CLEAN, faults: [] }, {}],
    ['below 80 % of the 500', CLEAN, { rate: 399 }],
    ['1 candles were published with two contents', CLEAN, { conflicting: 1 }],
    ['went wrong', CLEAN, { mishaps: ['went wrong'] as never[] }],
  ])('fails one because: %s', (words, comparison, run) => {
    const sentences = faultsOf(comparison, { ...RUN, ...run });
    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toContain(words);
  });
});

describe('the order of faults', () => {
  const rounds = (seed: number): string[] => {
    const order = new FaultOrder(['a', 'b', 'c', 'd', 'e'], seed);
    return Array.from({ length: 15 }, () => order.next());
  };

  it('gives each once a round, and follows the seed', () => {
    for (let round = 0; round < 3; round += 1)
      expect([...rounds(1).slice(round * 5, round * 5 + 5)].sort().join('')).toBe('abcde');
    expect(rounds(1)).toEqual(rounds(1));
    expect(rounds(1)).not.toEqual(rounds(2));
  });
});

describe('the time to recover', () => {
  it('ends where the pipeline is well for good, and is none where it never was unwell', () => {
    const recovery = new Recovery();
    recovery.note({ at: 0, well: false });
    recovery.fault('stall', 'kraken', 1_000);
    for (const [at, well] of [
      [1_200, true],
      [2_000, false],
      [3_000, true],
      [4_000, false],
      [5_000, true],
      [6_000, true],
    ] as const)
      recovery.note({ at, well });
    recovery.fault('garbage', 'bybit', 7_000);
    recovery.note({ at: 7_100, well: true });
    expect(recovery.lines()).toEqual([
      { name: 'stall', exchange: 'kraken', tookMs: 4_000 },
      { name: 'garbage', exchange: 'bybit', tookMs: null },
    ]);
    expect(recovery.summary()).toEqual([
      'garbage: 1, no recovery seen or needed',
      'stall: 1, shown by 1, well again after 4.0 s (median), 4.0 s (longest)',
    ]);
  });
});

describe('the times to recover of faults that overlap', () => {
  it('end together', () => {
    const recovery = new Recovery();
    recovery.fault('kill', null, 1_000);
    recovery.note({ at: 1_100, well: false });
    recovery.fault('garbage', 'bybit', 2_000);
    recovery.note({ at: 2_100, well: false });
    recovery.note({ at: 3_000, well: true });
    recovery.note({ at: 4_000, well: true });
    expect(recovery.lines().map(({ tookMs }) => tookMs)).toEqual([2_000, 1_000]);
  });
});

describe('memory and processor time', () => {
  const sample = (second: number, memoryMb: number, ageSeconds = second): Sample => ({
    at: second * 1_000,
    ageMs: ageSeconds * 1_000,
    memoryMb,
    cpuSeconds: ageSeconds / 2,
  });

  it('tell start, peak, end and the trend of the second half, of processes that are older than 20 s', () => {
    const samples = [
      sample(0, 50),
      ...Array.from({ length: 5 }, (_, minute) => sample(60 + minute * 60, 200 + minute)),
    ];
    expect(summarizeSamples('standalone', samples)).toBe(
      'standalone: memory 50 MB at the start, 204 MB peak, 204 MB at the end, trend of the second half +1.00 MB/min; CPU 50 % of one core',
    );
  });

  it('count the processor time of each process in turn', () => {
    const twice = [sample(0, 50), sample(10, 50), sample(20, 50, 0), sample(30, 50, 10)];
    expect(summarizeSamples('standalone', twice)).toContain(
      'no process of it grew old enough; CPU 33 % of one core',
    );
  });

  (process.platform === 'linux' ? it : it.skip)('are read of a running process', async () => {
    const own = await sampleProcess(process.pid, 0, 5);
    expect(own?.memoryMb).toBeGreaterThan(10);
    expect(own?.cpuSeconds).toBeGreaterThan(0);
    expect(await sampleProcess(2 ** 30, 0, 5)).toBeNull();
  });
});
