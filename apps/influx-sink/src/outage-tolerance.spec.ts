import { encodeBatch } from '@neuraltrade/contracts';
import { createMetrics } from '@neuraltrade/metrics';
import { OutageTolerance } from './outage-tolerance';
import { ticksFrom } from './testing/records';

const MINUTE_MS = 60_000;

function toleranceOf(maxBytes: number) {
  const told: string[] = [];
  const metrics = createMetrics();
  const note = (_fields: object, message: string): void => void told.push(message);
  const tolerance = new OutageTolerance({
    peer: { name: 'influxdb', title: 'InfluxDB' },
    queue: 'influx-sink.ticks',
    maxBytes,
    metrics,
    log: { info: note, warn: note, error: note },
  });
  const seconds = async (): Promise<number> =>
    Number(/outage_tolerance_seconds\{peer="influxdb"\} (.*)/.exec(await metrics.registry.metrics())?.[1]);
  return { tolerance, told, seconds };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('how long the store may be away is told at the start, before anything was measured', async () => {
  const { tolerance, told, seconds } = toleranceOf(268_435_456);
  expect(told).toEqual([
    expect.stringContaining('InfluxDB may be away for about 6.6 minutes at 2,000 ticks/s'),
  ]);
  expect(told[0]).toContain('influx-sink.ticks of 268 MB holds 789,516 ticks of 340 bytes');
  expect(await seconds()).toBeCloseTo(394.8, 0);
  tolerance.stop();
});

test('after a minute it is told with the rate and the size that were measured, and again when it has halved', async () => {
  const { tolerance, told, seconds } = toleranceOf(10_000_000);
  const minute = (ticks: number): void => {
    tolerance.took(ticks, ticks * 250);
    jest.advanceTimersByTime(MINUTE_MS);
  };
  minute(6_000);
  expect(told.slice(1)).toEqual([expect.stringContaining('about 6.7 minutes at 100 ticks/s')]);
  minute(7_000);
  expect(await seconds()).toBeCloseTo(40_000 / (7_000 / 60), 3);
  minute(60_000);
  minute(50);
  expect(told.slice(2)).toEqual([expect.stringContaining('about 40 s at 1,000 ticks/s')]);
  expect(await seconds()).toBe(40);
  tolerance.stop();
});

test('the size that is reckoned with at first is that of ticks as the processor sends them', () => {
  const bytes = encodeBatch('ticks', ticksFrom(100_000_000, 100)).body.length / 100;
  expect(bytes).toBeGreaterThan(340 * 0.75);
  expect(bytes).toBeLessThan(340 * 1.25);
});
