import fc from 'fast-check';
import { numberOf } from './fault-command';
import type { CompleteCommand } from './fault-command';
import { FAULT_NAMES } from './fault-kinds';
import { FaultRunner } from './fault-runner';
import { createFaultSchedule } from './fault-schedule';
import type { ScheduledFault } from './fault-schedule';
import { overlaps } from './fault-targets';
import type { FaultTarget } from './fault-targets';

const targets: readonly FaultTarget[] = ['one', 'two', 'three'].map((exchange) => ({
  exchange,
  symbols: ['BTC/USD', 'ETH/USD', 'SOL/USD'],
  faults: FAULT_NAMES,
}));
const first = (
  count: number,
  options: Partial<Parameters<typeof createFaultSchedule>[0]> = {},
): ScheduledFault[] => {
  const schedule = createFaultSchedule({ seed: 1, kinds: FAULT_NAMES, everyMs: 10_000, targets, ...options });
  return Array.from({ length: count }, () => schedule.next());
};

test('one seed gives one schedule, another seed another one', () => {
  expect(first(50)).toEqual(first(50));
  expect(first(50, { seed: 2 })).not.toEqual(first(50));
});

test('every kind comes once before any comes again', () => {
  const kinds = first(2 * FAULT_NAMES.length).map(({ command }) => command.fault);
  expect(new Set(kinds.slice(0, FAULT_NAMES.length)).size).toBe(FAULT_NAMES.length);
  expect(new Set(kinds.slice(FAULT_NAMES.length)).size).toBe(FAULT_NAMES.length);
});

test('faults spread evenly over venues and symbols', () => {
  const places = first(90, { kinds: ['drop-trades'] }).map(
    ({ command }) => `${command.exchange} ${command.symbol}`,
  );
  const counts = new Map<string, number>();
  for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1);
  expect([...counts.values()]).toEqual(Array<number>(9).fill(10));
});

test('no two faults befall one stream at the same time, however close they are asked for', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 1, max: 20_000 }),
      fc.uniqueArray(fc.constantFrom(...FAULT_NAMES), { minLength: 1 }),
      (seed, everyMs, kinds) => {
        const faults = first(40, { seed, everyMs, kinds });
        const endMs = ({ dueMs, command }: ScheduledFault): number =>
          dueMs + Math.max(numberOf(command, 'ms'), numberOf(command, 'forMs'));
        faults.forEach((fault, at) => {
          for (const earlier of faults.slice(0, at)) {
            if (overlaps(earlier.command, fault.command)) expect(endMs(earlier)).toBeLessThan(fault.dueMs);
            expect(earlier.dueMs).toBeLessThanOrEqual(fault.dueMs);
          }
        });
      },
    ),
    { numRuns: 50 },
  );
});

test('overlaps are made when they are asked for', () => {
  const dues = first(20, { kinds: ['stall'], everyMs: 1, overlap: true }).map(({ dueMs }) => dueMs);
  expect(dues.at(-1)).toBe(20);
});

test.each([
  [{ everyMs: 0 }, 'must be above 0'],
  [{ kinds: [] }, 'at least one kind'],
  [{ targets: [] }, 'No simulated venue knows the fault'],
])('%j is refused', (options, sentence) => {
  expect(() => first(1, options)).toThrow(sentence);
});

test('the runner waits for a busy stream, keeps the distance afterwards, and leaves out what stays busy', () => {
  const done: CompleteCommand[] = [];
  let busy = true;
  const runner = new FaultRunner(
    createFaultSchedule({ seed: 1, kinds: ['drop-trades'], everyMs: 1_000, targets }),
    {
      isBusy: () => busy,
      carryOut: (command) => {
        done.push(command);
        return { id: done.length, at: 0, ...command };
      },
    },
    5_000,
  );
  expect(runner.turn(5_999)).toBeNull();
  expect(runner.turn(6_000)).toBeNull();
  busy = false;
  expect(runner.turn(9_000)).toMatchObject({ id: 1 });
  expect(runner.turn(9_500)).toBeNull();
  expect(runner.turn(10_000)).toMatchObject({ id: 2 });
  busy = true;
  expect(runner.turn(27_000)).toBeNull();
  expect([runner.leftOut, done.length]).toEqual([1, 2]);
});
