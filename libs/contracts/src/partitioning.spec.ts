import { fnv1a32, partitionOf } from './partitioning';

/**
 * Fixed for ever: another result would send a symbol's trades to a partition that does not know them. Made by an
 * independent implementation. Columns: exchange, symbol, FNV-1a of 'exchange:symbol', partition of 8, partition of 7.
 */
const GOLDEN: readonly (readonly [string, string, number, number, number])[] = [
  ['binance', 'BTC/USDT', 0xb7c391b5, 5, 4],
  ['binance', 'ETH/USDT', 0x07b3f171, 1, 0],
  ['binance', 'SOL/USDT', 0x2776fc16, 6, 3],
  ['binance', 'BTC/USD', 0x79694cc3, 3, 4],
  ['binance', 'ETH/USD', 0xfbf1333f, 7, 6],
  ['bybit', 'BTC/USDT', 0x901be983, 3, 1],
  ['bybit', 'ETH/USDT', 0xfc95308f, 7, 3],
  ['bybit', 'SOL/USDT', 0x9ae06404, 4, 5],
  ['bybit', 'BTC/USD', 0x15c12e05, 5, 1],
  ['bybit', 'ETH/USD', 0xc15e62c1, 1, 0],
  ['coinbase', 'BTC/USDT', 0xf380e4ed, 5, 3],
  ['coinbase', 'ETH/USDT', 0x6b1d8cf9, 1, 1],
  ['coinbase', 'SOL/USDT', 0x81fa984e, 6, 6],
  ['coinbase', 'BTC/USD', 0x3d458f2b, 3, 2],
  ['coinbase', 'ETH/USD', 0x29127e97, 7, 4],
  ['kraken', 'BTC/USDT', 0x51b01f97, 7, 1],
  ['kraken', 'ETH/USDT', 0xd471102b, 3, 6],
  ['kraken', 'SOL/USDT', 0x37a16410, 0, 2],
  ['kraken', 'BTC/USD', 0xc10b3c39, 1, 1],
  ['kraken', 'ETH/USD', 0x69f4365d, 5, 6],
  ['kraken', 'XBT/USD', 0xb5c11530, 0, 6],
  ['binance', '1INCH/USDT', 0x07a8e79d, 5, 3],
  ['binance', '1000SATS/USDT', 0x8cbf38b6, 6, 4],
  ['coinbase', '00/USD', 0x3eeb305a, 2, 2],
  ['bybit', 'A/B', 0xbfb39597, 7, 1],
  ['a1', 'ABCDEFGHIJKLMNOPQRSTUVWX/ABCDEFGHIJKLMNOPQRSTUVWX', 0x4c81d7e0, 0, 4],
  ['abcdefghijklmnopqrstuvwx', 'USDT/USDC', 0x2d2b6cc3, 3, 2],
  ['kraken', 'USDT/USD', 0x0cea2684, 4, 1],
  ['coinbase', 'USDT/USD', 0x40d92cf6, 6, 3],
  ['binance', 'PEPE/FDUSD', 0xf2e62b28, 0, 4],
];

describe('partitioning', () => {
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
    ['\u00fc', 0x119dd44a],
    ['BTC/\u20ac', 0xc03fcaa3],
    ['\u{1f600}', 0x33a29608],
  ])('FNV-1a of the UTF-8 bytes of %j', (text, hash) => {
    expect(fnv1a32(text)).toBe(hash);
  });

  it.each(GOLDEN)('%s %s stays in its partition', (exchange, symbol, hash, ofEight, ofSeven) => {
    expect(fnv1a32(`${exchange}:${symbol}`)).toBe(hash);
    expect(partitionOf(exchange, symbol, 8)).toBe(ofEight);
    expect(partitionOf(exchange, symbol, 7)).toBe(ofSeven);
    expect(partitionOf(exchange, symbol, 1)).toBe(0);
  });

  it('the table reaches every partition of 8', () => {
    expect(new Set(GOLDEN.map(([, , , ofEight]) => ofEight)).size).toBe(8);
  });
});
