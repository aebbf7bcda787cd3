import type { Candle, RawTick } from '@neuraltrade/contracts';
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');
const MIDNIGHT = Date.UTC(2024, 2, 5);
const MINUTE = 60_000;

function trade(id: number, atMs: number, fields: Partial<RawTick> = {}): RawTick {
  const last = fields.last ?? 100;
  const timestamp = MIDNIGHT + atMs;
  return {
    exchange: 'binance',
    symbol: 'BTC/USDT',
    bid: last,
    ask: last,
    last,
    volume: 0.1,
    timestamp,
    tradeId: String(id),
    takerSide: 'buy',
    receivedAt: timestamp + 20,
    quoted: false,
    quotedAt: null,
    backfilled: false,
    ...fields,
  };
}

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
  candles: Candle[];
}

const BUNDLE = 'dist/tools/aggregate/main.cjs';

/** The real command: what `npm run aggregate` builds and becomes. */
function aggregate(args: readonly string[], input: string): Promise<Run> {
  return run(process.execPath, [BUNDLE, ...args], input);
}

beforeAll(() => execFileSync(process.execPath, ['tools/bundle.mjs', 'tools/aggregate'], { cwd: ROOT }));

function run(command: string, args: readonly string[], input: string): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.on('error', () => {});
    child.on('error', reject);
    child.on('close', (code) => {
      const lines = code === 0 && stdout.startsWith('{') ? stdout.trimEnd().split('\n') : [];
      resolve({ code, stdout, stderr, candles: lines.map((line) => JSON.parse(line) as Candle) });
    });
    child.stdin.end(input);
  });
}

const ndjson = (records: readonly unknown[]) =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

describe('npm run aggregate', () => {
  jest.setTimeout(60_000);

  it('prints every candle of a file, closed by its end', async () => {
    const ticks = [
      trade(1, 0, { last: 100 }),
      trade(2, 10_000, { last: 103, volume: 0.2 }),
      trade(3, 59_999, { last: 99 }),
      trade(4, 60_000, { last: 101 }),
    ];
    const { code, stdout, stderr } = await run(
      'npm',
      ['run', '-s', 'aggregate', '--', '--timeframes', '1m,5m'],
      ndjson(ticks),
    );
    const common = { exchange: 'binance', symbol: 'BTC/USDT' };
    const stage = { state: 'final', revision: 0, epoch: 0, complete: true };
    const [first, second, third] = [
      {
        timeframe: '1m',
        timestamp: MIDNIGHT,
        open: 100,
        high: 103,
        low: 99,
        close: 99,
        volume: 0.4,
        trades: 3,
        vwap: 101.25,
      },
      {
        timeframe: '1m',
        timestamp: MIDNIGHT + MINUTE,
        open: 101,
        high: 101,
        low: 101,
        close: 101,
        volume: 0.1,
        trades: 1,
        vwap: 101,
      },
      {
        timeframe: '5m',
        timestamp: MIDNIGHT,
        open: 100,
        high: 103,
        low: 99,
        close: 101,
        volume: 0.5,
        trades: 4,
        vwap: 101.2,
      },
    ];
    expect(stdout).toBe(ndjson([first, second, third].map((candle) => ({ ...common, ...candle, ...stage }))));
    expect(stderr.split('\n')).toEqual([
      'lines: 4',
      'trades: 4 in 3 candles',
      'duplicates: 0 (same 0, conflict 0)',
      'late: 0 (revised 0, unmerged 0)',
      'refused: 0',
      '',
    ]);
    expect(code).toBe(0);
  });

  it('sorts by exchange, symbol, timeframe length and time, and builds the usual four by default', async () => {
    const places = [
      { exchange: 'kraken', symbol: 'BTC/USD' },
      { exchange: 'binance', symbol: 'ETH/USDT' },
      { exchange: 'binance', symbol: 'BTC/USDT' },
    ];
    const ticks = places.flatMap((place) => [trade(1, 0, place), trade(2, 16 * MINUTE, place)]);
    const { candles } = await aggregate([], ndjson(ticks));
    const expected = [...places].reverse().flatMap(({ exchange, symbol }) =>
      [
        ['1m', 0],
        ['1m', 16],
        ['5m', 0],
        ['5m', 15],
        ['15m', 0],
        ['15m', 15],
        ['1h', 0],
      ].map(([timeframe, minute]) => `${exchange} ${symbol} ${timeframe} ${minute}`),
    );
    const inPlace = (c: Candle) =>
      `${c.exchange} ${c.symbol} ${c.timeframe} ${(c.timestamp - MIDNIGHT) / MINUTE}`;
    expect(candles.map(inPlace)).toEqual(expected);
  });

  it('counts what is repeated, late or refused, names the bad lines, and goes on with exit 0', async () => {
    const text = [
      ndjson([trade(1, 0), trade(1, 0), trade(1, 0, { last: 7 }), trade(2, 3 * MINUTE)]),
      '{"exchange":"binance"\n',
      ndjson([{ ...trade(3, 0), last: -1, bid: -1, ask: -1 }, trade(4, 5_000)]),
      '\n',
      ndjson([trade(5, 20 * MINUTE), trade(6, 6_000), trade(7, 30 * MINUTE, { receivedAt: MIDNIGHT })]),
      `${'x'.repeat(200_000)}\n`,
      JSON.stringify(trade(8, 20 * MINUTE + 1)),
    ].join('');
    const { code, stderr, candles } = await aggregate(['--timeframes', '1m'], text);
    expect(code).toBe(0);
    expect(stderr.split('\n')).toEqual([
      'line 5 refused (malformed): It is not JSON.',
      'line 6 refused (malformed): It is no RawTick: last is not a finite number above zero.',
      `line 11 refused (future-timestamp): Its time ${MIDNIGHT + 30 * MINUTE} is 1800000 ms ahead of the venue's clock at its arrival, more than 5000.`,
      'line 12 refused (malformed): It is too long for a trade.',
      'lines: 12',
      'trades: 6 in 3 candles',
      'duplicates: 2 (same 1, conflict 1)',
      'late: 2 (revised 1, unmerged 1)',
      'refused: 4 (future-timestamp 1, malformed 3)',
      '1 late trades are missing in candles, which say complete=false; --horizon-ms 1138000 merges them.',
      '',
    ]);
    expect(
      candles.map(({ trades, revision, state, complete }) => [trades, revision, state, complete]),
    ).toEqual([
      [2, 1, 'final', false],
      [1, 0, 'final', true],
      [2, 0, 'final', true],
    ]);
  });

  it('a file in any order gives the same candles with a horizon as long as it, and says how long that is', async () => {
    const sorted = Array.from({ length: 3_000 }, (_, index) =>
      trade(index + 1, index * 2_500, {
        last: 100 + ((index * 7_919) % 101) / 100,
        volume: ((index % 97) + 1) / 1_000,
      }),
    );
    const shuffled = sorted.map((tick, index) => sorted[(index * 1_777) % sorted.length] ?? tick);
    const content = ({ revision: _, complete: __, ...rest }: Candle) => rest;
    const args = ['--timeframes', '1m,1h'];
    const [inOrder, short] = [await aggregate(args, ndjson(sorted)), await aggregate(args, ndjson(shuffled))];
    const horizon = /--horizon-ms (\d+) merges them/.exec(short.stderr)?.[1] as string;
    const long = await aggregate([...args, '--horizon-ms', horizon], ndjson(shuffled));
    expect(long.stderr).toContain('unmerged 0');
    expect(long.candles.map(content)).toEqual(inOrder.candles.map(content));
    const shorter = await aggregate([...args, '--horizon-ms', String(Number(horizon) - 1)], ndjson(shuffled));
    expect(shorter.stderr).not.toContain('unmerged 0');
  });

  it('an empty input has no candles', async () => {
    expect(await aggregate([], '')).toMatchObject({ code: 0, stdout: '' });
  });

  it('a bad flag is answered with a sentence and exit 2', async () => {
    const sentence = "--timeframes: '7m' is not a length that divides a day, such as 1m, 15m or 1h.";
    const run = await aggregate(['--timeframes', '7m'], ndjson([trade(1, 0)]));
    expect(run).toMatchObject({ code: 2, stdout: '', stderr: `${sentence}\n` });
  });

  it('takes no byte order mark and no blank line for a trade', async () => {
    const { stderr } = await aggregate([], `\ufeff${ndjson([trade(1, 0)])}\r\n  \n${ndjson([trade(2, 1)])}`);
    expect(stderr).toContain('lines: 2\n');
    expect(stderr).toContain('refused: 0\n');
  });

  it.each([
    ['an output that takes nothing', '> /dev/full', 'Standard output cannot be written (ENOSPC).'],
    ['a directory as input', '< tools', 'Standard input is a directory: give a file or a pipe.'],
  ])('tells %s in a sentence and leaves with 1', async (_, redirection, sentence) => {
    const command = `node ${BUNDLE} ${redirection}`;
    const { code, stderr } = await run('bash', ['-c', command], ndjson([trade(1, 0)]));
    expect(stderr).toContain(`${sentence}\n`);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
  });

  it('--help says what it does and what the defaults are', async () => {
    const { code, stdout } = await aggregate(['--help'], '');
    expect(code).toBe(0);
    for (const word of ['--timeframes', '1m,5m,15m,1h', '--lateness-ms', '2000', '--horizon-ms', '600000'])
      expect(stdout).toContain(word);
  });
});
