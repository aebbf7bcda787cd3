import { ExpectedError } from './expected-error';
import { readFlags, USAGE_EXIT_CODE } from './flags';

const read = (...args: string[]) => readFlags(args, ['exchange', 'url']);

describe('the flags of a command', () => {
  it('have their value behind them or behind an equals sign', () => {
    expect(read('--exchange', 'a', '--url=b')).toEqual({ help: false, values: { exchange: 'a', url: 'b' } });
    expect(read('-h')).toEqual({ help: true, values: {} });
    expect(read()).toEqual({ help: false, values: {} });
  });

  it('may have a value that begins with a dash', () => {
    expect(read('--url', '-5').values).toEqual({ url: '-5' });
    expect(read('--url=--x').values).toEqual({ url: '--x' });
  });

  it.each([
    [['--exchange', 'a', '--exchange', 'b'], '--exchange is given twice; it takes one value.'],
    [['--exchange', 'a', '--exchange=a'], '--exchange is given twice; it takes one value.'],
    [['--fast'], "Unknown option '--fast'."],
    [['-x'], "Unknown option '-x'."],
    [['--url'], "Option '--url <value>' argument missing."],
    [['--url', '--exchange', 'a'], "Option '--url <value>' argument missing."],
    [['word'], "Unexpected argument 'word'."],
    [['--', 'word'], "Unexpected argument 'word'."],
    [['--help=yes'], "Option '-h, --help' does not take an argument."],
  ])('%j is refused with a sentence', (args, sentence) => {
    const fault = new ExpectedError(`${sentence} --help lists the flags.`, USAGE_EXIT_CODE);
    expect(() => read(...args)).toThrow(fault);
  });
});
