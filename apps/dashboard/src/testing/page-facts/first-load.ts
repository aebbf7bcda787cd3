import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { VENUES } from '../history-samples';
import { cell, type PageRig } from '../page-rig';

/** What a visitor sees first: words before there is data, then prices and the first chart, and nothing that moves. */
export function firstLoadFacts(rig: () => PageRig): void {
  test('before the first trade it says so in words', async () => {
    await rig().open();
    await rig().shows('#prices-state', 'No trade has arrived yet.');
    await rig().shows('#pipeline-state', 'No component has reported its state yet.');
    await rig().shows('#link', 'Connected');
  });

  test('the badge says where the data comes from', async () => {
    expect(await rig().at('#mode').innerText()).toBe('SIMULATED');
  });

  test('the prices of every venue stand side by side', async () => {
    for (const [index, venue] of VENUES.entries()) {
      await rig().trade(venue, 'BTC/USDT', 67_000 + index);
      await rig().trade(venue, 'ETH/USD', 3_500 + index);
    }
    for (const [index, venue] of VENUES.entries()) {
      await rig().shows(`${cell(venue, 'BTC/USDT')} .last`, `67,00${index}.00`);
      await rig().shows(`${cell(venue, 'BTC/USDT')} .bid`, /^6[67],\d{3}\.00$/);
      await rig().shows(`${cell(venue, 'BTC/USDT')} .bps`, '0.30');
      await rig().shows(`${cell(venue, 'BTC/USDT')} .age`, /^\d+(\.\d)?s$/);
    }
    expect(await rig().page.locator('.matrix-body .matrix-row').count()).toBe(2);
  });

  test('the best bid and ask of all venues are named, marked in their cells, and crossed when they are', async () => {
    const row = '[data-row="BTC/USDT"]';
    await rig().shows(`${row} .best .best-bid`, '67,002.00');
    await rig().shows(`${row} .best .bid-who`, 'Kraken');
    await rig().shows(`${row} .best .best-ask`, '67,001.00');
    await rig().shows(`${row} .best .ask-who`, 'Binance');
    await rig().shows(`${row} .best.crossed`, /−0\.15\s+[^]*crossed/);
    expect(
      await rig()
        .page.locator(`${cell('kraken', 'BTC/USDT')} .bid.leading`)
        .count(),
    ).toBe(1);
    expect(
      await rig()
        .page.locator(`${cell('kraken', 'BTC/USDT')} .ask.leading`)
        .count(),
    ).toBe(0);
  });

  test('the first symbol is chosen and its history is drawn', async () => {
    const btc = { exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1m' };
    await rig().chartShows({ ...btc, candles: '60', state: 'ready' });
    await rig().shows('#legend', /O\s+159\.00\s+H\s+161\.00[^]*Trades\s+7[^]*final[^]*complete/);
    expect(rig().page.url()).toContain('#/binance/BTC-USDT/1m');
  });

  test('nothing moved while all of that came in', async () => {
    expect(await rig().shifts()).toEqual([]);
  });

  test('the whole page weighs less than 300 kB gzipped', () => {
    const { pageDirectory } = rig();
    const sizes = readdirSync(pageDirectory).map(
      (name) => gzipSync(readFileSync(join(pageDirectory, name))).length,
    );
    expect(sizes.reduce((total, size) => total + size, 0)).toBeLessThan(300_000);
  });
}
