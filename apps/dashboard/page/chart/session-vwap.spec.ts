import { candleOf } from '../../src/testing/market-samples';
import { SessionVwapLine } from './session-vwap';

const DAY = Date.UTC(2026, 2, 1);
const HOUR = 3_600_000;
const at = (hour: number, volume: number, vwap: number) =>
  candleOf({ timestamp: DAY + hour * HOUR, volume, vwap });

test('a point is the mean price of all volume of its day so far', () => {
  const points = new SessionVwapLine().rebuild([at(0, 1, 100), at(1, 3, 104), at(2, 4, 110)]);
  expect(points.map(({ value }) => value)).toEqual([100, 103, 106.5]);
});

test('it begins anew at midnight UTC, and says since when it counts', () => {
  const [late, next] = new SessionVwapLine().rebuild([at(23, 5, 100), at(24, 1, 200)]);
  expect(late).toEqual({ timestamp: DAY + 23 * HOUR, value: 100, since: DAY + 23 * HOUR });
  expect(next).toEqual({ timestamp: DAY + 24 * HOUR, value: 200, since: DAY + 24 * HOUR });
});

test('the newest candle counts once, however often it changes', () => {
  const line = new SessionVwapLine();
  line.rebuild([at(0, 1, 100), at(1, 1, 102)]);
  expect(line.next(at(1, 3, 104)).value).toBe(103);
  expect(line.next(at(2, 4, 110)).value).toBe(106.5);
});
