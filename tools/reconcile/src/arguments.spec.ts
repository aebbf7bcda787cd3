import { readArguments } from './arguments';

const NOW = Date.parse('2026-11-23T04:31:07.500Z');
const read = (...args: string[]) => readArguments(args, NOW, (path) => `/work/${path}`);
const NEEDED = ['--exchange', 'kraken', '--symbols', 'BTC/USD, ETH/USD,BTC/USD'];

test('the newest sixty minutes that are surely over are the default, of a pipeline on this machine', () => {
  expect(read(...NEEDED)).toMatchObject({
    symbols: ['BTC/USD', 'ETH/USD'],
    timeframe: '1m',
    lengthMs: 60_000,
    from: Date.parse('2026-11-23T03:30:00Z'),
    to: Date.parse('2026-11-23T04:30:00Z'),
    source: { kind: 'pipeline', url: 'http://localhost:8080' },
    live: false,
    restUrl: null,
  });
});

test('instants are ISO texts or ms, and only whole intervals between them count', () => {
  const range = read(
    ...NEEDED,
    '--timeframe',
    '15m',
    '--from',
    '2026-11-23T01:01:00+01:00',
    '--to',
    '1795406700001',
  );
  expect(range).toMatchObject({
    from: Date.parse('2026-11-23T00:15:00Z'),
    to: Date.parse('2026-11-23T04:00:00Z') + 5 * 60_000 - 5 * 60_000,
  });
});

test('a store that is not served is read where its mode is told apart', () => {
  expect(read(...NEEDED, '--data-dir', 'data', '--live')).toMatchObject({
    source: { kind: 'store', dataDirectory: '/work/data' },
    live: true,
  });
  expect(read(...NEEDED, '--data-dir', 'data', '--rest-url', 'http://127.0.0.1:4000/')).toMatchObject({
    live: false,
    restUrl: 'http://127.0.0.1:4000',
  });
});

test('help wins over everything else', () => expect(read('--help')).toEqual({ help: true }));

test.each([
  [['--symbols', 'BTC/USD'], 'Name an exchange with --exchange: '],
  [['--exchange', 'nowhere', '--symbols', 'BTC/USD'], 'There is no exchange "nowhere"; choose one of '],
  [['--exchange', 'kraken'], 'Name the symbols with --symbols, '],
  [['--exchange', 'kraken', '--symbols', 'btcusd'], '"btcusd" is not a symbol: '],
  [[...NEEDED, '--timeframe', '7m'], '"7m" is not a timeframe: '],
  [[...NEEDED, '--timeframe', '2m'], 'Kraken serves no candles of 2m; choose one of 1m, '],
  [[...NEEDED, '--from', 'yesterday'], '--from must be an instant such as '],
  [[...NEEDED, '--to', '2026-13-01'], '--to must be an instant such as '],
  [
    [...NEEDED, '--from', '2026-11-23T04:00:10Z', '--to', '2026-11-23T04:01:50Z'],
    'No whole interval lies between',
  ],
  [[...NEEDED, '--from', '2026-01-01'], 'intervals apart: at most 20000 at once.'],
  [[...NEEDED, '--url', 'localhost'], '--url must be an address such as '],
  [[...NEEDED, '--url', 'http://x', '--data-dir', 'd'], '--url and --data-dir exclude each other'],
  [[...NEEDED, '--data-dir', 'd'], 'With --data-dir name where the simulated venue answers'],
  [[...NEEDED, '--live', '--rest-url', 'http://x'], '--live and --rest-url exclude each other'],
  [[...NEEDED, '--fast', '1'], "Unknown option '--fast'"],
])('%j is refused in a sentence', (args, sentence) => {
  expect(() => read(...args)).toThrow(sentence);
});
