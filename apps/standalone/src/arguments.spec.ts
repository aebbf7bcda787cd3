import { parseArguments } from './arguments';

const parse = (...argv: string[]) => parseArguments(argv, '/somewhere');

describe('the arguments of npm run record', () => {
  it('are those of npm start and the capture to write', () => {
    expect(parse('record', '--out', 'a.jsonl', '--live', '--symbols', 'BTC/USD')).toEqual({
      source: { mode: 'live' },
      record: { file: '/somewhere/a.jsonl', append: false },
      settings: { SYMBOLS: 'BTC/USD' },
      help: null,
    });
    expect(parse('record', '--append', '--out', '/b.jsonl').record).toEqual({
      file: '/b.jsonl',
      append: true,
    });
    expect(parse('--rate', '5').record).toBeNull();
  });

  it('have a help text of their own, which needs nothing else', () => {
    expect(parse('record', '--help').help).toContain('npm run record -- --out FILE');
    expect(parse('--help').help).toContain('npm start -- [flags]');
  });

  it.each([
    ['no file', ['record'], '--out FILE is missing: it names the capture to write.'],
    ['an empty file name', ['record', '--out', ''], '--out FILE is missing: it names the capture to write.'],
    [
      'a replay',
      ['record', '--out', 'a', '--replay', 'b'],
      'A replay cannot be recorded: it is a recording already.',
    ],
    ['a file twice', ['record', '--out', 'a', '--out', 'b'], '--out is given twice: once is enough.'],
    [
      'a file without recording',
      ['--out', 'a'],
      '--out belongs to a recording: npm run record -- --out FILE.',
    ],
    [
      '--append without recording',
      ['--append'],
      '--append belongs to a recording: npm run record -- --out FILE.',
    ],
    ['record behind other flags', ['--live', 'record'], "'record' is no flag."],
  ])('refuse %s with a sentence', (_, argv, sentence) => {
    expect(() => parse(...argv)).toThrow(sentence);
  });
});
