import { FAULT_NAMES } from '@neuraltrade/venue-simulator';
import { HELP, readPlan } from './arguments';
import { ownFaults } from './fault-list';

describe('the command line', () => {
  it('asks for a minute at 500 a second under all faults and kills unless told otherwise', () => {
    expect(readPlan([])).toEqual({
      target: 'standalone',
      durationMs: 60_000,
      rate: 500,
      faults: ['kill', ...FAULT_NAMES],
      // Each of them has room in that minute.
      faultEveryMs: Math.ceil(60_000 / (FAULT_NAMES.length + 2)),
      everyFaultOnce: true,
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

  it('means every fault of the services and of the simulator by all', () => {
    const own = ownFaults('services');
    expect(readPlan(['--target', 'services', '--faults', 'all'])?.faults).toEqual([...own, ...FAULT_NAMES]);
    for (const name of own) expect(HELP).toContain(name);
    expect(readPlan(['--faults', 'all,kill'])?.faults).toEqual(['kill', ...FAULT_NAMES]);
  });

  it('is meant for the services as soon as one of their own faults is asked for', () => {
    const list =
      'kill-processor,kill-sink,kill-adapter,restart-broker,restart-influx,cut-sockets,drop-frames,duplicate-frames';
    expect(readPlan(['--duration', '60s', '--rate', '2000', '--faults', list, '--seed', '1'])).toMatchObject({
      target: 'services',
      faults: list.split(','),
      faultEveryMs: Math.ceil(60_000 / 9),
    });
    expect(readPlan(['--faults', 'kill,cut-sockets'])?.target).toBe('standalone');
    expect(readPlan(['--duration', '30m', '--faults', list])?.faultEveryMs).toBe(10_000);
  });

  it('calls a fault by the name that was asked for, once', () => {
    expect(readPlan(['--faults', 'stall,cut-clients,cut-sockets'])?.faults).toEqual(['stall', 'cut-sockets']);
  });

  it.each([
    [['--target', 'cloud'], '--target is standalone or services'],
    [['--target', 'services', '--faults', 'kill'], "services has no 'kill'"],
    [['--target', 'standalone', '--faults', 'kill-sink'], "standalone has no 'kill-sink'"],
    [['--duration', '60'], '--duration takes a time'],
    [['--fault-every', '0s'], '--fault-every takes a time'],
    [['--rate', '0'], '--rate takes a number'],
    [['--rate', 'fast'], '--rate takes a number'],
    [['--faults', 'kill,earthquake'], "standalone has no 'earthquake'"],
    [['--timeframes', '7m'], "'7m' is not a length"],
    [['--speed', '2'], "Unknown option '--speed'"],
  ])('%j is refused with a sentence', (args, words) => {
    expect(() => readPlan(args)).toThrow(words);
  });
});
