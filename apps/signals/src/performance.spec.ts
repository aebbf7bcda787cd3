import type { SignalPerformanceQuery } from '@neuraltrade/storage';
import { DailyReport, performanceOf } from './performance';

const DAY = 86_400_000;
const MIDNIGHT = Date.UTC(2026, 0, 15);
const figures = { judged: 4, hits: 3, misses: 1, unjudged: 2, hitRate: 0.75, meanReturnBps: 1.25 };
const none = { judged: 0, hits: 0, misses: 0, unjudged: 0, hitRate: null, meanReturnBps: null };

/** Answers as a store with one model, and keeps what it was asked; away when told. */
function storeOf(asked: SignalPerformanceQuery[], isAway: () => boolean = () => false) {
  return {
    outcomePerformance: (query: SignalPerformanceQuery) => {
      if (isAway()) return Promise.reject(new Error('away'));
      asked.push(query);
      return Promise.resolve([{ modelVersion: 'trend-1', day: query.from, acts: figures, holds: none }]);
    },
  };
}

test('the performance of some days ends with the whole of today', async () => {
  const asked: SignalPerformanceQuery[] = [];
  await performanceOf(storeOf(asked), 7, MIDNIGHT + 5 * 3_600_000);
  expect(asked).toEqual([{ from: MIDNIGHT - 6 * DAY, to: MIDNIGHT + DAY }]);
});

test('a day is told once, half an hour after it ended, as soon as the store answers', async () => {
  const asked: SignalPerformanceQuery[] = [];
  const told: string[] = [];
  let now = MIDNIGHT + 3_600_000;
  let away = true;
  const log = { info: (_: object, sentence: string) => void told.push(sentence) };
  const report = new DailyReport(
    storeOf(asked, () => away),
    log as never,
    () => now,
  );
  const lookAt = async (instant: number): Promise<number> => {
    now = instant;
    await report.look();
    return told.length;
  };
  expect(await lookAt(MIDNIGHT + DAY + 1_800_000 - 1)).toBe(0);
  expect(await lookAt(MIDNIGHT + DAY + 1_800_000)).toBe(0);
  away = false;
  expect(await lookAt(MIDNIGHT + DAY + 1_900_000)).toBe(1);
  expect(await lookAt(MIDNIGHT + DAY + 2_000_000)).toBe(1);
  expect(asked).toEqual([{ from: MIDNIGHT, to: MIDNIGHT + DAY }]);
  expect(told).toEqual([
    'Signals of trend-1 to act: 3 of 4 hit, mean return 1.25 bps, 2 unjudged; to hold: 0 of 0 hit, 0 unjudged.',
  ]);
  expect(await lookAt(MIDNIGHT + 2 * DAY + 1_800_000)).toBe(2);
  report.stop();
});
