import { CandleSeries, MAX_HELD_CANDLES, type MergeOutcome } from './candle-series';
import { MIDNIGHT, sampleTick } from './sample-records';

const SECOND = 1_000;

function add(series: CandleSeries, second: number, watermark: number): MergeOutcome {
  const tick = sampleTick({ tradeId: String(second + 1), timestamp: MIDNIGHT + second * SECOND });
  return series.add(tick, watermark, tick.last, 0);
}

describe('a series of candles', () => {
  it('keeps a bounded number of closed candles while a gap asks for them, the newest', () => {
    const series = new CandleSeries({ name: '1s', lengthMs: SECOND });
    const count = MAX_HELD_CANDLES + 10;
    for (let second = 0; second < count; second++) add(series, second, -Infinity);
    series.release(-Infinity, 0, MIDNIGHT);
    expect([...series.held()]).toHaveLength(count);

    const watermark = MIDNIGHT + count * SECOND;
    for (const candle of series.takeDue(watermark)) {
      candle.revision = 0;
      series.settle(candle);
    }
    series.release(watermark, 0, MIDNIGHT);
    expect([...series.held()]).toHaveLength(MAX_HELD_CANDLES);
    expect(add(series, 9, watermark)).toBe('unmerged');
    expect(add(series, 10, watermark)).toBe('revised');
  });

  it('lets no candle go that waits to be published', () => {
    const series = new CandleSeries({ name: '1s', lengthMs: SECOND });
    add(series, 0, -Infinity);
    const watermark = MIDNIGHT + 100 * SECOND;
    series.release(watermark, 0, Infinity);
    const due = series.takeDue(watermark);
    expect(due.map(({ openAt }) => openAt)).toEqual([MIDNIGHT]);
    expect(series.earliest()).toBe(MIDNIGHT);
    due.forEach((candle) => series.settle(candle));
    expect([...series.held()]).toEqual([]);
    expect(series.earliest()).toBe(watermark - SECOND);
  });
});
