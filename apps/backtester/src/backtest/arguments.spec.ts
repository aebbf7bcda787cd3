import { join } from 'node:path';
import { readArguments } from './arguments';
import type { BacktestRequest } from './request';

const BTC = ['--exchange', 'binance', '--symbols', 'BTC/USDT'];
const RULE = ['--strategy', 'ema-cross'];
const read = (...args: readonly string[]): BacktestRequest => {
  const request = readArguments(args, 2, (path) => join('/work', path));
  if (request.help) throw new Error('Help was asked for.');
  return request;
};

describe('the arguments of a backtest', () => {
  it('have defaults for whatever is not told', () => {
    expect(read(...BTC, ...RULE)).toMatchObject({
      source: { kind: 'store', path: '/work/data', live: false },
      symbols: ['BTC/USDT'],
      timeframe: '1m',
      from: undefined,
      to: undefined,
      candles: 'replayed',
      values: { fast: 12, slow: 26, short: 0 },
      grid: null,
      split: null,
      account: { cash: 10_000, feeBps: 10, slippageBps: 2, lotSize: 0 },
      timing: { latencyMs: 250, latenessMs: 2_000 },
      report: null,
    });
  });

  it('name a model for the strategy that acts on one', () => {
    const request = read(...BTC, '--strategy', 'model', '--model', 'mine', '--grid', 'enter=0.3|0.4,hold=5');
    expect(request).toMatchObject({
      model: '/work/mine',
      strategy: { name: 'model' },
      values: { enter: 0.3 },
    });
    expect(read(...BTC, ...RULE).model).toBeNull();
  });

  it('cut a range to whole candles', () => {
    const range = ['--from', '2024-01-01T00:10Z', '--to', '2024-01-01T05:59Z', '--timeframe', '1h'];
    const hour = 3_600_000;
    const { from, to } = read(...BTC, ...RULE, ...range);
    expect([from, to]).toEqual([Date.UTC(2024, 0, 1) + hour, Date.UTC(2024, 0, 1) + 5 * hour]);
  });

  it('give an invented market a month unless they say otherwise', () => {
    const { from, to, source } = read(...BTC, ...RULE, '--source', 'simulated', '--seed', '7');
    expect([from, to]).toEqual([Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 31)]);
    expect(source).toEqual({ kind: 'simulated', seed: 7 });
  });

  it('read account, times, grid and files', () => {
    const request = read(
      ...['--exchange', 'kraken', '--symbols', 'BTC/USD,ETH/USD,BTC/USD', ...RULE],
      ...['--source', 'capture', '--data', 'a.jsonl,b.jsonl', '--cash', '500', '--fee-bps', '0.5'],
      ...['--slippage-bps', '0', '--latency-ms', '0', '--lateness-ms', '500', '--lot-size', '0.001'],
      ...['--grid', 'fast=2|3', '--params', 'slow=9', '--rank-by', 'calmar', '--split', '0.5'],
      ...['--workers', '3', '--report', 'out.html'],
    );
    expect(request).toMatchObject({
      source: { kind: 'capture', files: ['/work/a.jsonl', '/work/b.jsonl'] },
      symbols: ['BTC/USD', 'ETH/USD'],
      account: { cash: 500, feeBps: 0.5, slippageBps: 0, lotSize: 0.001 },
      timing: { latencyMs: 0, latenessMs: 500 },
      rankBy: 'calmar',
      split: 0.5,
      workers: 3,
      report: '/work/out.html',
    });
    expect(request.grid?.points).toHaveLength(2);
  });

  it.each([
    ['no strategy', BTC, 'Name a strategy with --strategy: ema-cross, rsi-reversion, donchian-breakout'],
    [
      'a strategy without its model',
      [...BTC, '--strategy', 'model'],
      'the folder of the model with --model DIR',
    ],
    [
      'a model of no strategy',
      [...BTC, ...RULE, '--model', 'mine'],
      '--model belongs to --strategy model: the other strategies ask none.',
    ],
    ['an empty model', [...BTC, '--strategy', 'model', '--model', ''], '--model is given without a value.'],
    ['no exchange', ['--symbols', 'BTC/USDT', ...RULE], 'Name an exchange with --exchange: '],
    ['no symbols', ['--exchange', 'binance', ...RULE], 'Name the symbols with --symbols'],
    ['parameters in conflict', [...BTC, ...RULE, '--params', 'fast=30'], 'fast=30 must be less than slow=26'],
    ['a grid of none', [...BTC, ...RULE, '--grid', 'fast=20..5/5'], 'from..to/step with a step above zero'],
    [
      'a parameter twice',
      [...BTC, ...RULE, '--grid', 'fast=3|4', '--params', 'fast=3'],
      'fixed and in the grid',
    ],
    [
      'a flag that needs a grid',
      [...BTC, ...RULE, '--workers', '2'],
      '--workers has no effect without --grid.',
    ],
    ['a figure that none is ranked by', [...BTC, ...RULE, '--grid', 'fast=3', '--rank-by', 'x'], "not 'x'"],
    ['an instant that is none', [...BTC, ...RULE, '--from', 'yesterday'], "not 'yesterday'"],
    [
      'a malformed symbol',
      ['--exchange', 'binance', '--symbols', 'btcusdt', ...RULE],
      "'btcusdt' is no symbol",
    ],
    [
      'two currencies',
      ['--exchange', 'binance', '--symbols', 'BTC/USDT,BTC/EUR', ...RULE],
      'one account has one',
    ],
    [
      'an unknown exchange',
      ['--exchange', 'nasdaq', '--symbols', 'BTC/USD', ...RULE],
      "no exchange 'nasdaq'",
    ],
    ['no timeframe', [...BTC, ...RULE, '--timeframe', '7m'], "'7m' is no timeframe"],
    ['an unknown source', [...BTC, ...RULE, '--source', 'tape'], "There is no source 'tape'"],
    [
      'stored candles of trades',
      [...BTC, ...RULE, '--source', 'parquet', '--data', 'x', '--candles', 'stored'],
      'holds no candles',
    ],
    ['a folder that is not named', [...BTC, ...RULE, '--source', 'parquet'], 'with --data DIR'],
    ['a recording that is not named', [...BTC, ...RULE, '--source', 'capture'], 'with --data FILE[,FILE]'],
    ['data of no source', [...BTC, ...RULE, '--source', 'influx', '--data', 'x'], '--data has no effect'],
    ['a seed of a real market', [...BTC, ...RULE, '--seed', '3'], '--seed belongs to --source simulated'],
    [
      'live data of no store',
      [...BTC, ...RULE, '--source', 'influx', '--live'],
      '--live belongs to --source store',
    ],
    ['too long a simulation', [...BTC, ...RULE, '--source', 'simulated', '--to', '2040-01-01'], 'five years'],
    ['a part that is none', [...BTC, ...RULE, '--split', '0.95'], '--split takes a number from 0.1 to 0.9'],
    ['no cash', [...BTC, ...RULE, '--cash', '0'], '--cash takes a number'],
    ['a broken latency', [...BTC, ...RULE, '--latency-ms', '1.5'], '--latency-ms takes a whole number'],
    ['an unknown flag', [...BTC, ...RULE, '--stratgy', 'x'], "Unknown option '--stratgy'"],
  ])('are refused in a sentence: %s', (_, args, sentence) => {
    expect(() => read(...args)).toThrow(sentence);
  });
});
