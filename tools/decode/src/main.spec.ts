import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');
jest.setTimeout(60_000);

interface Outcome {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command as a user does, with the input on its standard input. */
function run(command: string, args: string[], input: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (out += piece));
    child.stderr.setEncoding('utf8').on('data', (piece: string) => (err += piece));
    child.on('error', reject).on('close', (status) => resolve({ status, out, err }));
    child.stdin.on('error', () => undefined).end(input);
  });
}

const BUNDLE = 'dist/tools/decode/main.cjs';
beforeAll(() => execFileSync(process.execPath, ['tools/bundle.mjs', 'tools/decode'], { cwd: ROOT }));

/** What `npm run decode` builds and becomes. */
const decode = (args: string[], input = '') => run(process.execPath, [BUNDLE, ...args], input);
const events = (out: string) =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const TRADE =
  '{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"sell","price":79192.80,"qty":0.00047350,"ord_type":"limit","trade_id":9007199254740993,"timestamp":"2026-09-14T18:32:27.809982Z"},{"symbol":"ETH/USD","side":"buy","price":1.0,"qty":1.0,"trade_id":1,"timestamp":"2026-09-14T18:32:27Z"}]}';

test('npm run -s decode prints one JSON line an event, with the number of its input line, and nothing else', async () => {
  const lines = [
    TRADE,
    `{"recv_ms":1,"frame":${TRADE},"venue":"kraken","source":"s"}`,
    JSON.stringify({ recv_ms: 2, frame: TRADE }),
    'no json',
    '{"venue":"bybit","recv_ms":3,"frame":{"op":"ping"}}',
    '{"venue":"kraken","recv_ms":4,"event":"open"}',
    '{"channel":"heartbeat"}',
    '{"channel":"novelty"}',
    '{"method":"subscribe","success":false,"error":"no"}',
    '{"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","bid":0.0,"bid_qty":0.0,"ask":5.5,"ask_qty":2.0}]}',
  ];
  const { status, out, err } = await run(
    'npm',
    ['run', '-s', 'decode', '--', '--exchange', 'kraken', '--symbols', 'BTC/USD'],
    lines.join('\n'),
  );
  const trade = (line: number) => [
    {
      line,
      type: 'trade',
      exchange: 'kraken',
      symbol: 'BTC/USD',
      price: 79192.8,
      size: 0.0004735,
      takerSide: 'sell',
      tradeId: '9007199254740993',
      timestamp: Date.UTC(2026, 8, 14, 18, 32, 27, 809),
      history: false,
    },
    { line, type: 'unlisted', symbol: 'ETH/USD' },
  ];
  expect(events(out)).toEqual([
    ...trade(1),
    ...trade(2),
    ...trade(3),
    { line: 4, type: 'invalid', reason: 'the line is no JSON' },
    { line: 7, type: 'control', channel: 'heartbeat' },
    { line: 8, type: 'unknown', hint: '{"channel":"novelty"}' },
    { line: 9, type: 'refused', reason: 'no' },
    {
      line: 10,
      type: 'quote',
      exchange: 'kraken',
      symbol: 'BTC/USD',
      bid: null,
      bidSize: null,
      ask: 5.5,
      askSize: 2,
      timestamp: null,
    },
  ]);
  expect(err).toContain('10 lines: 3 trade, 1 quote, 1 control, 1 refused, 1 unknown, 1 invalid, 3 unlisted');
  expect(err).toContain('skipped: 1 of other exchanges, 1 capture events');
  expect(status).toBe(0);
});

test("a number that a double cannot hold is printed with the venue's own text", async () => {
  const { out } = await decode(
    ['--exchange', 'kraken', '--symbols', 'BTC/USD'],
    TRADE.replace('79192.80', '79192.80000000000001'),
  );
  expect(events(out)[0]).toMatchObject({ price: 79192.8, priceText: '79192.80000000000001' });
});

test('each recorded connection has its own book', async () => {
  const frame = (type: string, b: unknown, a: unknown) => ({
    topic: 'orderbook.1.BTCUSDT',
    ts: 1_786_310_822_000,
    type,
    data: { s: 'BTCUSDT', b, a, u: 5, seq: 1 },
    cts: 1_786_310_822_000,
  });
  const snapshot = frame('snapshot', [['10', '1']], [['11', '1']]);
  const delta = frame('delta', [], [['11', '2']]);
  const lines = [
    { conn: 1, frame: snapshot },
    { conn: 2, frame: delta },
    { conn: 1, frame: delta },
    { source: 'x', conn: 1, frame: delta },
  ];
  const { out } = await decode(
    ['--exchange', 'bybit', '--symbols', 'BTC/USDT'],
    lines.map((line) => JSON.stringify(line)).join('\n'),
  );
  expect(events(out).map(({ line, type, askSize }) => [line, type, askSize])).toEqual([
    [1, 'quote', 1],
    [2, 'invalid', undefined],
    [3, 'quote', 2],
    [4, 'invalid', undefined],
  ]);
});

test('--url says how the frames were asked for', async () => {
  const frame =
    '{"e":"trade","E":1789295134226000,"s":"BTCUSDT","t":1,"p":"1.5","q":"2","T":1789295134225999,"m":false}';
  const { out } = await decode(
    ['--exchange', 'binance', '--symbols', 'BTC/USDT', '--url', 'wss://x/stream?timeUnit=MICROSECOND'],
    frame,
  );
  expect(events(out)).toMatchObject([{ timestamp: 1_789_295_134_225 }]);
});

test.each([
  [['--exchange', 'nowhere', '--symbols', 'BTC/USDT'], 'There is no exchange "nowhere"; choose one of '],
  [['--symbols', 'BTC/USDT'], 'Name an exchange with --exchange: '],
  [['--exchange', 'binance'], 'Name the symbols with --symbols, '],
  [['--exchange', 'binance', '--symbols', 'BTC/USDT,btcusdt'], '"btcusdt" is not a symbol: '],
  [
    ['--exchange', 'binance', '--symbols', 'BTC/USDT', '--fast'],
    "Unknown option '--fast'. --help lists the flags.",
  ],
  [['--exchange', 'binance', '--exchange', 'kraken'], '--exchange is given twice; it takes one value. '],
  [
    ['--exchange', 'binance', '--symbols', 'BTC/USDT', '--url', 'nonsense'],
    '"nonsense" is not a WebSocket address: ',
  ],
  [
    ['--exchange', 'binance', '--symbols', 'BTC/USDT', '--url', 'http://x'],
    '"http://x" is not a WebSocket address: ',
  ],
])('%j is refused with a sentence and status 2', async (args, sentence) => {
  const { status, out, err } = await decode(args);
  expect(err).toContain(sentence);
  expect(err.trim().split('\n')).toHaveLength(1);
  expect(out).toBe('');
  expect(status).toBe(2);
});

test('--help is printed on standard output', async () => {
  const { status, out, err } = await decode(['--help']);
  expect(out).toContain('--symbols LIST');
  expect(err).toBe('');
  expect(status).toBe(0);
});

test('a reader that stops early ends the command without a word', async () => {
  const input = `${'{"channel":"heartbeat"}\n'.repeat(50_000)}`;
  const command = `node ${BUNDLE} --exchange kraken --symbols BTC/USD | head -n 1`;
  const { out, err } = await run('bash', ['-c', `set -o pipefail; ${command}`], input);
  expect(out).toBe('{"line":1,"type":"control","channel":"heartbeat"}\n');
  expect(err).toBe('');
});

test('a byte order mark before the first line and blank lines are no part of the input', async () => {
  const { out, err } = await decode(
    ['--exchange', 'kraken', '--symbols', 'BTC/USD'],
    '\ufeff{"channel":"heartbeat"}\r\n\r\n  \n{"channel":"heartbeat"}\n\n',
  );
  expect(events(out)).toEqual([
    { line: 1, type: 'control', channel: 'heartbeat' },
    { line: 4, type: 'control', channel: 'heartbeat' },
  ]);
  expect(err).toContain('2 lines: ');
});

test.each([
  ['an output that takes nothing', '> /dev/full', 'Standard output cannot be written (ENOSPC).\n'],
  ['a directory as input', '< tools', 'Standard input is a directory: give a file or a pipe.\n'],
])('%s is told in a sentence, with status 1', async (_, redirection, sentence) => {
  const command = `node ${BUNDLE} --exchange kraken --symbols BTC/USD ${redirection}`;
  const { status, err } = await run('bash', ['-c', command], '{"channel":"heartbeat"}\n');
  expect(err).toBe(sentence);
  expect(status).toBe(1);
});
