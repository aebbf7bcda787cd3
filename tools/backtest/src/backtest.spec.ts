import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessedTick } from '@neuraltrade/contracts';
import { openDuckDbStore, openTickArchive } from '@neuraltrade/storage';
import { buildBacktest, type Outcome, runBacktest } from './testing/run-backtest';

jest.setTimeout(120_000);

const START = Date.UTC(2024, 0, 1);
const BTC = ['--exchange', 'binance', '--symbols', 'BTC/USDT'];
const SIMULATED = [...BTC, '--source', 'simulated', '--to', '2024-01-01T08:00Z', '--strategy', 'ema-cross'];

/** Two hours of trades whose price goes up and down. */
const trades: readonly ProcessedTick[] = Array.from({ length: 1_440 }, (_, index) => {
  const last = 100 + 10 * Math.sin(index / 40);
  const timestamp = START + index * 5_000;
  return {
    exchange: 'binance',
    symbol: 'BTC/USDT',
    bid: last - 0.01,
    ask: last + 0.01,
    last,
    volume: 0.5,
    timestamp,
    tradeId: String(index + 1),
    takerSide: 'buy',
    receivedAt: timestamp + 5,
    quoted: true,
    quotedAt: timestamp,
    backfilled: false,
    mid: last,
    spread: 0.02,
    spreadBps: (0.02 / last) * 10_000,
  };
});

interface Document {
  readonly market: string;
  readonly source: string;
  readonly warnings: readonly string[];
  readonly metrics: { readonly finalEquity: number; readonly closedTrades: number };
  readonly trades: readonly object[];
  readonly coverage: readonly { readonly candles: number }[];
}

let directory: string;
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> =>
  runBacktest(args, directory, env);
const documentOf = ({ code, out, said }: Outcome): Document => {
  expect([code, said.replace(/^.*: \d+ %\n/gm, '')]).toEqual([0, '']);
  return JSON.parse(out) as Document;
};

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'neuraltrade-backtest-'));
  buildBacktest();
  const store = await openDuckDbStore({ directory: join(directory, 'data/live/store') });
  await store.writeTicks(trades);
  await store.exportTicks({ from: 0, to: START + 86_400_000, directory: join(directory, 'export') });
  await store.close();
  const archive = await openTickArchive({ directory: join(directory, 'recorded'), market: 'live' });
  await archive.write(trades.slice(0, 700));
  await archive.write(trades.slice(600));
  await archive.close();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('npm run backtest', () => {
  it('gives the same bytes for the same input, the report included, without a path, clock or network in them', async () => {
    const [one, two] = await Promise.all([
      run([...SIMULATED, '--report', 'one.html']),
      run([...SIMULATED, '--report', 'two.html']),
    ]);
    expect(one.out).toBe(two.out);
    const page = readFileSync(join(directory, 'one.html'), 'utf8');
    expect(readFileSync(join(directory, 'two.html'), 'utf8')).toBe(page);
    const document = JSON.parse(one.out) as Document;
    expect(document.warnings).toEqual([expect.stringContaining('SIMULATED')]);
    expect(document.coverage[0]?.candles).toBeGreaterThan(470);
    expect(page).toContain('SIMULATED: this market was invented');
    for (const text of [one.out, page]) {
      expect(text).not.toContain(directory);
      expect(text).not.toContain(new Date().toISOString().slice(0, 10));
    }
    const addresses = page.match(/(?:src|href)="[^"#]*"/g);
    expect(addresses).toEqual(['href="https://www.tradingview.com/"']);
  });

  it('runs a grid in any number of threads to the same bytes', async () => {
    const grid = [...SIMULATED, '--grid', 'fast=3..12/3,slow=10|20', '--split', '0.6'];
    const [one, two] = await Promise.all([
      run([...grid, '--workers', '1']),
      run([...grid, '--workers', '2']),
    ]);
    expect([one.code, two.code]).toEqual([0, 0]);
    expect(one.out).toBe(two.out);
    expect(one.said).toContain('7 of 7 combinations: 100 %');
    const { grid: found, parameters } = JSON.parse(one.out) as {
      grid: { best: number; points: { parameters: object; metrics: { sharpe: number } }[] };
      parameters: object;
    };
    const sharpes = found.points.map(({ metrics }) => metrics.sharpe);
    expect(sharpes[found.best]).toBe(Math.max(...sharpes));
    expect(parameters).toEqual(found.points[found.best]?.parameters);
  });

  it('finds the same trades in the store, in its export and in what was recorded', async () => {
    const command = [...BTC, '--strategy', 'ema-cross', '--params', 'fast=3,slow=8'];
    const [store, exported, recorded] = await Promise.all([
      run([...command, '--source', 'store', '--live']),
      run([...command, '--source', 'parquet', '--data', 'export']),
      run([...command, '--source', 'parquet', '--data', 'recorded']),
    ]);
    const [one, two, three] = [documentOf(store), documentOf(exported), documentOf(recorded)];
    expect(one.metrics.closedTrades).toBeGreaterThan(5);
    expect(two.trades).toEqual(one.trades);
    expect(three.trades).toEqual(one.trades);
    expect([one, two, three].map(({ market }) => market)).toEqual(['live', 'unknown', 'live']);
    expect([one.metrics, two.metrics]).toEqual([three.metrics, three.metrics]);
  });

  it('tells how it is used', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    for (const word of ['--strategy', 'donchian-breakout', '--grid', '--latency-ms'])
      expect(out).toContain(word);
  });

  describe('says in a plain sentence what is wrong, and leaves with a fault:', () => {
    const strategy = ['--strategy', 'buy-and-hold'];
    const live = ['--source', 'store', '--live', ...strategy];
    const faults: readonly [fault: string, args: readonly string[], sentence: string, code: number][] = [
      ['an unknown strategy', [...BTC, '--strategy', 'luck'], "There is no strategy 'luck'", 2],
      ['an unknown parameter', [...SIMULATED, '--params', 'fsat=3'], "has no parameter 'fsat'", 2],
      ['a parameter out of range', [...SIMULATED, '--params', 'fast=0'], 'a whole number from 1 to 5000', 2],
      [
        'a range that ends before it begins',
        [...BTC, ...live, '--from', '2024-01-02', '--to', '2024-01-01'],
        '--from 2024-01-02 lies after --to 2024-01-01.',
        2,
      ],
      [
        'an empty range',
        [...BTC, ...live, '--from', '2024-01-01', '--to', '2024-01-01'],
        'The range is empty',
        2,
      ],
      [
        'a range without data',
        [...BTC, ...live, '--from', '2024-02-01', '--to', '2024-02-02'],
        'There is no closed 1m candle of BTC/USDT in this range',
        1,
      ],
      [
        'an unknown symbol',
        ['--exchange', 'binance', '--symbols', 'DOGE/USDT', ...live],
        'holds no trades of binance DOGE/USDT: of binance it holds BTC/USDT.',
        1,
      ],
      ['no store', [...BTC, '--data', 'nowhere', ...strategy], 'There is no store of simulated data in ', 1],
      [
        'a missing capture',
        [...BTC, '--source', 'capture', '--data', 'missing.jsonl', ...strategy],
        'missing.jsonl',
        1,
      ],
      [
        'a capture without a frame of the venue',
        [...BTC, '--source', 'capture', '--data', 'empty.jsonl', ...strategy],
        'no frame of Binance in it',
        1,
      ],
      [
        'a corrupt Parquet file',
        [...BTC, '--source', 'parquet', '--data', 'corrupt', ...strategy],
        'cannot be read as ticks: ',
        1,
      ],
      ['no database', [...BTC, '--source', 'influx', ...strategy], 'INFLUX_TOKEN is required', 78],
      ['a report that cannot be written', [...SIMULATED, '--report', 'no/report.html'], '(ENOENT)', 1],
    ];

    beforeAll(async () => {
      const archive = await openTickArchive({ directory: join(directory, 'corrupt'), market: 'live' });
      await archive.write(trades);
      await archive.close();
      const folder = join(directory, 'corrupt/day=2024-01-01/exchange=binance/symbol=BTC-USDT');
      truncateSync(join(folder, `part-${START}-${START + 1_439 * 5_000}-000001-000001.parquet`), 5_000);
      writeFileSync(join(directory, 'empty.jsonl'), '{"venue":"kraken","recv_ms":1,"frame":"{}"}\n');
    });

    it.each(faults)('%s', async (_, args, sentence, code) => {
      const { code: left, out, said } = await run(args);
      expect(said).toContain(sentence);
      expect(said).not.toMatch(/\n\s+at .+:\d+:\d+/);
      expect([left, out]).toEqual([code, '']);
    });

    it('a store that another process has open', async () => {
      const holder = await holdStore(join(directory, 'data/live/store'));
      try {
        const { code, said } = await run([...BTC, ...live]);
        expect(said).toContain(`is in use by another process (pid ${holder.pid})`);
        expect(code).toBe(1);
      } finally {
        holder.kill('SIGKILL');
        await once(holder, 'close');
      }
    });
  });
});

/** A process that has a store open, as a running pipeline does. */
async function holdStore(store: string): Promise<ChildProcess> {
  mkdirSync(store, { recursive: true });
  const program = `require('@duckdb/node-api').DuckDBInstance.create(process.argv[1]).then(() => console.log('open'));
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['-e', program, join(store, 'market.duckdb')], {
    cwd: join(__dirname, '../../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  return child;
}
