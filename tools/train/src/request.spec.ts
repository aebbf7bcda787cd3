import { ExpectedError } from '@neuraltrade/service';
import { readRequest } from './request';

const read = (line: string) => readRequest(line === '' ? [] : line.split(' '), { INIT_CWD: '/home/me' });

test.each([
  ['', { action: 'train-shipped' }],
  ['--check', { action: 'check-shipped' }],
  ['--schema', { action: 'schema' }],
  ['--help', { action: 'help' }],
])("'%s' is about the model that comes with the project", (line, request) => {
  expect(read(line)).toEqual(request);
});

test('own data are named by source and series, paths by where the command was given', () => {
  expect(
    read(
      '--source store --live --series kraken:BTC/USD,binance:BTC/USDT,binance:ETH/USDT --horizon 10 --out m',
    ),
  ).toMatchObject({
    action: 'train',
    out: '/home/me/m',
    recipe: { modelVersion: 'mine-1', labels: { horizonCandles: 10 } },
    source: {
      kind: 'recorded',
      source: { kind: 'store', path: '/home/me/data', live: true },
      series: [
        { venue: { name: 'binance' }, symbols: ['BTC/USDT', 'ETH/USDT'] },
        { venue: { name: 'kraken' }, symbols: ['BTC/USD'] },
      ],
    },
  });
  expect(read('--source candles --data c.ndjson --export e.csv')).toMatchObject({
    action: 'export',
    out: '/home/me/e.csv',
    source: { kind: 'candles', file: '/home/me/c.ndjson' },
  });
  expect(read('--source capture --data a,b --series bybit:BTC/USDT --out m')).toMatchObject({
    source: { source: { kind: 'capture', files: ['/home/me/a', '/home/me/b'] } },
  });
});

test.each([
  ['--source nope --out m', "not 'nope'"],
  ['--out m', 'Name a source'],
  ['--source simulated', '--out DIR'],
  ['--source simulated --out m --export e', '--out DIR'],
  ['--source store --out m', '--series'],
  ['--source store --series binance:btc --out m', "'binance:btc' is no series"],
  ['--source simulated --series binance:BTC/USDT --out m', '--series has no effect'],
  ['--source parquet --series binance:BTC/USDT --out m', 'needs --data'],
  ['--source simulated --timeframe 7m --out m', "'7m' is no timeframe"],
  ['--source simulated --horizon 0 --out m', '--horizon takes'],
  ['--source simulated --model-version a/b --out m', '--model-version takes'],
  ['--source simulated --live --out m', '--live belongs'],
  ['--check --out m', '--check stands alone'],
])('%s is refused in a sentence', (line, sentence) => {
  expect(() => read(line)).toThrow(ExpectedError);
  expect(() => read(line)).toThrow(sentence);
});
