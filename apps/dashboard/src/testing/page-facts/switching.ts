import { MINUTE, OPEN } from '../history-samples';
import { candleOf } from '../market-samples';
import { cell, type PageRig } from '../page-rig';
import { until } from '../running-dashboard';

/** How a visitor goes from one market to another, and has the page look otherwise. */
export function switchingFacts(rig: () => PageRig): void {
  test('another candle length is another chart, and the back button returns', async () => {
    await rig().page.click('#timeframes [data-choice="5m"]');
    await rig().chartShows({ timeframe: '5m', candles: '10' });
    await rig().page.goBack();
    await rig().chartShows({ timeframe: '1m', candles: '61' });
  });

  test('a cell chooses venue and symbol, by keyboard too', async () => {
    await rig().page.click(cell('kraken', 'BTC/USDT'));
    await rig().chartShows({ exchange: 'kraken', candles: '60' });
    await rig().shows('#tape-market', 'BTC/USDT on Kraken');
    await rig().page.keyboard.press('ArrowDown');
    await rig().page.keyboard.press('ArrowLeft');
    await rig().page.keyboard.press('Enter');
    await rig().chartShows({ exchange: 'coinbase', symbol: 'ETH/USD', candles: '0', state: 'empty' });
    await rig().shows('#chart-state', /No candles yet/);
    expect(await rig().at('.quote[aria-pressed="true"]').getAttribute('data-exchange')).toBe('coinbase');
  });

  test('several live candles fill a chart that was empty', async () => {
    const series = { exchange: 'coinbase', symbol: 'ETH/USD' };
    await rig().running.candle(candleOf({ ...series, timestamp: OPEN - MINUTE }));
    await rig().running.candle(candleOf({ ...series, timestamp: OPEN, revision: -1 }));
    await rig().chartShows({ candles: '2', state: 'ready' });
  });

  test('symbol and venue are picked from lists, and a venue stays where it trades the symbol', async () => {
    await rig().page.selectOption('#symbol', 'BTC/USDT');
    await rig().chartShows({ exchange: 'coinbase', symbol: 'BTC/USDT' });
    await rig().page.selectOption('#venue', 'bybit');
    await rig().chartShows({ exchange: 'bybit', symbol: 'BTC/USDT', candles: '60' });
  });

  test('shortcuts step through symbols, venues and candle lengths', async () => {
    await rig().page.locator('#newest').focus();
    await rig().page.keyboard.press('l');
    await rig().chartShows({ exchange: 'coinbase' });
    await rig().page.keyboard.press('2');
    await rig().chartShows({ exchange: 'coinbase', timeframe: '5m' });
    await rig().page.keyboard.press('j');
    await rig().chartShows({ symbol: 'ETH/USD', exchange: 'coinbase', timeframe: '5m' });
  });

  test('a panel that is put away is named in the address, and stays away', async () => {
    await rig().open('#/binance/BTC-USDT/1m');
    await rig().page.click('#panel-switches [data-choice="signals"]');
    expect(await rig().at('#panel-signals').isVisible()).toBe(false);
    expect(rig().page.url()).toContain('hide=signals');
    await rig().page.reload();
    expect(await rig().at('#panel-signals').isVisible()).toBe(false);
    await rig().page.click('#panel-switches [data-choice="signals"]');
    expect(await rig().at('#panel-signals').isVisible()).toBe(true);
  });

  test('an address opens its series, and one that nobody knows says so', async () => {
    await rig().open('#/bybit/BTC-USDT/5m');
    await rig().chartShows({ exchange: 'bybit', timeframe: '5m', candles: '10' });
    await rig().open('#/bybit/NIX-USDT/5m');
    await rig().shows('#chart-state', 'Nothing is known of NIX/USDT on bybit.');
  });

  test('a market that was not known is shown as soon as it trades', async () => {
    await rig().trade('bybit', 'NIX/USDT', 5);
    await rig().shows('#tape-body > :first-child', '5.0000');
    await rig().chartShows({ symbol: 'NIX/USDT', state: 'empty' });
    await until('the title', async () => (await rig().page.title()).startsWith('5.0000 NIX/USDT Bybit'));
  });

  test('a key that is held down goes through symbols without asking the gateway too often', async () => {
    const { sockets } = rig();
    await rig().page.locator('#newest').focus();
    for (let press = 0; press < 40; press += 1) await rig().page.keyboard.press(press % 2 ? 'j' : 'k');
    await rig().open('#/binance/BTC-USDT/1m');
    await rig().chartShows({ symbol: 'BTC/USDT', candles: '61' });
    // One that says too much is cut off, and connects again.
    expect(rig().sockets).toBe(sockets);
  });

  test('older candles and their gaps are loaded when their end comes into view, and signals from before are there', async () => {
    await rig().page.selectOption('#symbol', 'ETH/USD');
    await rig().page.selectOption('#venue', 'kraken');
    await rig().chartShows({ symbol: 'ETH/USD', exchange: 'kraken', candles: '300' });
    await rig().page.focus('#chart');
    await rig().chartShows({ gaps: '0', signals: '1' });
    expect(await rig().at('#newest').getAttribute('class')).not.toContain('calling');
    await rig().page.keyboard.press('Home');
    await rig().chartShows({ candles: '700', gaps: '1' });
    await rig().page.locator('#newest.calling').click();
    await until('the newest candle', async () => (await rig().page.locator('#newest.calling').count()) === 0);
    await rig().page.goBack();
    await rig().page.goBack();
    await rig().chartShows({ symbol: 'BTC/USDT', exchange: 'binance', candles: '61' });
  });

  test('arrow keys go along the candles and tell each', async () => {
    await rig().page.focus('#chart');
    await rig().page.keyboard.press('Home');
    await rig().shows('#legend', /O\s+100\.00/);
    await rig().page.keyboard.press('ArrowRight');
    await rig().shows('#legend', /O\s+101\.00/);
    await rig().shows('#chart-said', /UTC: open 101\.00, high 103\.00/);
    await rig().page.keyboard.press('Escape');
    await rig().shows('#legend', /C\s+203\.00/);
  });
}
