import { FAULT_NAMES } from '@neuraltrade/venue-simulator';
import { HELP, readPlan } from './arguments';

describe('the command line', () => {
  it('asks for a minute at 500 a second under all faults and kills unless told otherwise', () => {
    expect(readPlan([])).toEqual({
      target: 'standalone',
      durationMs: 60_000,
      rate: 500,
      faults: [...FAULT_NAMES, 'kill'],
      faultEveryMs: 10_000,
      seed: 1,
      symbols: undefined,
      timeframes: [
        { name: '1m', lengthMs: 60_000 },
        { name: '5m', lengthMs: 300_000 },
        { name: '15m', lengthMs: 900_000 },
        { name: '1h', lengthMs: 3_600_000 },
      ],
      history: undefined,
      dataDir: undefined,
    });
    expect(readPlan(['--faults', 'none'])?.faults).toEqual([]);
    expect(readPlan(['--faults', 'kill,stall'])?.faults).toEqual(['kill', 'stall']);
    expect(readPlan(['--help'])).toBeNull();
    for (const name of FAULT_NAMES) expect(HELP).toContain(name);
  });

  it('kills each kind of service in turn when the services are verified', () => {
    const kills = ['kill-processor', 'kill-sink', 'kill-adapter'];
    expect(readPlan(['--target', 'services'])).toMatchObject({
      target: 'services',
      faults: [...FAULT_NAMES, ...kills],
    });
    expect(readPlan(['--target', 'services', '--faults', kills.join(',')])?.faults).toEqual(kills);
  });

  it.each([
    [['--target', 'cloud'], '--target is standalone or services'],
    [['--target', 'services', '--faults', 'kill'], "there is no 'kill'"],
    [['--faults', 'kill-sink'], "there is no 'kill-sink'"],
    [['--duration', '60'], '--duration takes a time'],
    [['--fault-every', '0s'], '--fault-every takes a time'],
    [['--rate', '0'], '--rate takes a number'],
    [['--rate', 'fast'], '--rate takes a number'],
    [['--faults', 'kill,earthquake'], "there is no 'earthquake'"],
    [['--timeframes', '7m'], "'7m' is not a length"],
    [['--speed', '2'], "Unknown option '--speed'"],
  ])('%j is refused with a sentence', (args, words) => {
    expect(() => readPlan(args)).toThrow(words);
  });
});
