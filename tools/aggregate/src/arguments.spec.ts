import { HELP, readArguments } from './arguments';

describe('the command line of aggregate', () => {
  it("defaults to the processor's timeframes and limits", () => {
    expect(readArguments([])).toMatchObject({
      kind: 'run',
      config: { timeframes: ['1m', '5m', '15m', '1h'], allowedLatenessMs: 2_000, revisionHorizonMs: 600_000 },
    });
  });

  it('takes timeframes, lateness and horizon', () => {
    const args = ['--timeframes', '1s,2h', '--lateness-ms=0', '--horizon-ms', '86400000'];
    expect(readArguments(args)).toMatchObject({
      config: { timeframes: ['1s', '2h'], allowedLatenessMs: 0, revisionHorizonMs: 86_400_000 },
    });
  });

  it.each([
    [
      ['--timeframes', '1m,7m'],
      "--timeframes: '7m' is not a length that divides a day, such as 1m, 15m or 1h.",
    ],
    [['--timeframes', ''], "--timeframes: '' is not a length that divides a day, such as 1m, 15m or 1h."],
    [['--timeframes', '1m,1m'], '--timeframes names a length twice: 1m,1m.'],
    [['--lateness-ms', 'soon'], "--lateness-ms takes a whole number of milliseconds, not 'soon'."],
    [['--horizon-ms=-1'], "--horizon-ms takes a whole number of milliseconds, not '-1'."],
    [['--lateness-ms', '-5'], "--lateness-ms takes a whole number of milliseconds, not '-5'."],
    [
      ['--timeframes', '1m', '--timeframes', '5m'],
      '--timeframes is given twice; it takes one value. --help lists the flags.',
    ],
    [['--frames', '1m'], "Unknown option '--frames'. --help lists the flags."],
    [['--timeframes'], "Option '--timeframes <value>' argument missing. --help lists the flags."],
    [['ticks.ndjson'], "Unexpected argument 'ticks.ndjson'. --help lists the flags."],
  ])('%j is answered with a sentence', (args, sentence) => {
    expect(readArguments(args)).toEqual({ kind: 'fault', sentence });
  });

  it('is explained in lines that fit a terminal', () => {
    expect(HELP.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });
});
