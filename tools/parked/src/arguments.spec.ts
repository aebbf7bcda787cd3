import { type ParkedRequest, readArguments } from './arguments';

const read = (...args: string[]) => readArguments(args, (path) => `/home/${path}`);
const ID = '0123456789ab';

describe('the command line of parked', () => {
  it('lists everything as a table unless told otherwise', () => {
    expect(read('list')).toEqual({
      help: false,
      verb: 'list',
      filter: { ids: [], reasons: [] },
      limit: Infinity,
      json: false,
      dryRun: false,
      rate: 1_000,
      operator: null,
      dataDirectory: null,
      mode: 'simulated',
    });
  });

  it('takes ids, filters, an operator and the files of a stopped pipeline', () => {
    const flags = [
      '--reason',
      'malformed,store-refused',
      '--since',
      '2026-01-15T12:00:00Z',
      '--symbol',
      'BTC/USD',
    ];
    const request = read(
      'replay',
      ID,
      ...flags,
      '--data-dir',
      'data',
      '--live',
      '--yes',
      '--limit',
      '7',
    ) as ParkedRequest;
    expect(request).toMatchObject({ dataDirectory: '/home/data', mode: 'live', limit: 7, dryRun: false });
    expect(request.filter).toEqual({
      ids: [ID],
      reasons: ['malformed', 'store-refused'],
      since: Date.UTC(2026, 0, 15, 12),
      symbol: 'BTC/USD',
    });
  });

  it('gives its help wherever that is asked for', () => {
    expect(read('--help')).toEqual({ help: true });
    expect(read('drop', '-h')).toEqual({ help: true });
  });

  it.each([
    ['nothing', [], 'Say what to do: list, show, replay, drop.'],
    ['another word', ['purge', '--yes'], 'Say what to do: list, show, replay, drop.'],
    ['a flag in front', ['--json', 'list'], 'Say what to do: list, show, replay, drop.'],
    ['an unknown flag', ['list', '--colour'], "Unknown option '--colour'"],
    ['no id', ['show'], 'show takes the id of one message and no filter.'],
    ['a filter to show', ['show', ID, '--kind', 'raw'], 'show takes the id of one message and no filter.'],
    ['something else for an id', ['drop', 'BTC', '--yes'], '"BTC" is no id'],
    [
      'nothing to drop',
      ['drop', '--yes'],
      'Name the messages to drop by their ids or by filters, or say --all.',
    ],
    ['nothing to replay', ['replay', '--yes'], 'Name the messages to replay'],
    ['no confirmation', ['drop', '--all'], 'Say --yes to drop the messages, or --dry-run'],
    ['two answers', ['replay', '--all', '--yes', '--dry-run'], '--yes and --dry-run exclude each other.'],
    ['all and some', ['drop', '--all', '--kind', 'raw', '--yes'], '--all excludes ids and filters.'],
    ['a switch in vain', ['list', '--yes'], '--yes has no meaning for list.'],
    ['an unknown reason', ['list', '--reason', 'bad'], '"bad" is no reason; the reasons are malformed,'],
    [
      'an unknown kind',
      ['list', '--kind', 'tick'],
      '"tick" is no kind of message; the kinds are raw, ticks,',
    ],
    ['a symbol of a venue', ['list', '--symbol', 'btcusdt'], '"btcusdt" is not a symbol'],
    ['no instant', ['list', '--since', 'yesterday'], '--since must be an instant'],
    ['an empty range', ['list', '--since', '2', '--until', '2'], '--since must lie before --until.'],
    ['no number', ['list', '--limit', '0'], '--limit must be a whole number from 1 up, not "0".'],
    ['--live for a broker', ['list', '--live'], '--live says which files of --data-dir are meant'],
  ])('refuses %s with a sentence and exit code 2', (_, args, sentence) => {
    expect(() => read(...args)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(sentence) as string, exitCode: 2 }) as Error,
    );
  });
});
