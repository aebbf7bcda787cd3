import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Candle } from '@neuraltrade/contracts';
import type { Page } from 'playwright-core';
import { type Browser, findChromium, startChromium } from './testing/chromium';
import { candleOf, tickOf } from './testing/market-samples';
import { RunningDashboard, until } from './testing/running-dashboard';

const VENUES = ['binance', 'bybit', 'coinbase', 'kraken'];
const MINUTE = 60_000;
const OPEN = Math.floor(Date.now() / MINUTE) * MINUTE;
const SENTENCE = 'the page in a browser (no Chromium found: install it, or name one in CHROMIUM_BIN)';

const executable = findChromium(process.env['CHROMIUM_BIN']);
const isRequired = process.env['REQUIRE_SERVICES'] === '1';

if (executable === null) {
  (isRequired ? test : test.skip)(SENTENCE, () => {
    throw new Error(`REQUIRE_SERVICES=1, but this was not tested: ${SENTENCE}.`);
  });
} else {
  describe('the page in a browser', () => pageTests(executable));
}

function pageTests(browserPath: string): void {
  jest.setTimeout(60_000);
  const scratch = mkdtempSync(join(tmpdir(), 'neuraltrade-page-'));
  const faults: string[] = [];
  const foreignRequests: string[] = [];
  let running: RunningDashboard;
  let browser: Browser;
  let page: Page;
  let tradeId = 0;

  beforeAll(async () => {
    buildPage(scratch);
    running = await RunningDashboard.start({
      pageDirectory: scratch,
      prepare: (store) => store.writeCandles(history()),
    });
    browser = await startChromium(browserPath);
    page = await browser.context.newPage();
    page.on('pageerror', ({ message }) => faults.push(message));
    page.on('console', (line) => line.type() === 'error' && faults.push(line.text()));
    page.on('request', (request) => {
      if (!request.url().startsWith(running.dashboard.url)) foreignRequests.push(request.url());
    });
    await page.goto(running.dashboard.url);
  });

  afterAll(async () => {
    await browser.close();
    await running.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const trade = (exchange: string, symbol: string, last: number): Promise<void> => {
    tradeId += 1;
    const timestamp = Date.now();
    return running.trade(tickOf({ exchange, symbol, last, timestamp, tradeId: String(tradeId) }));
  };
  const textOf = (selector: string): Promise<string> => page.locator(selector).first().innerText();
  const shows = (selector: string, text: string | RegExp): Promise<true> =>
    until(`${selector} to show ${String(text)}`, async () => {
      const found = page.locator(selector).first();
      return ((await found.count()) > 0 && (await found.innerText()).match(text) !== null) || null;
    });
  const chartShows = (attributes: Readonly<Record<string, string>>): Promise<true> =>
    until(`the chart to be ${JSON.stringify(attributes)}`, async () => {
      const chart = page.locator('#chart');
      for (const [name, value] of Object.entries(attributes))
        if ((await chart.getAttribute(`data-${name}`)) !== value) return null;
      return true as const;
    });
  const cell = (exchange: string, symbol: string): string =>
    `button[data-exchange="${exchange}"][data-symbol="${symbol}"]`;

  test('before the first trade it says so in words', async () => {
    await shows('#prices-state', 'No trade has arrived yet.');
    await shows('#pipeline-state', 'No component has reported its state yet.');
    await shows('#link', 'Connected');
  });

  test('the badge says where the data comes from', async () => {
    expect(await textOf('#mode')).toBe('SIMULATED');
  });

  test('the prices of every venue stand side by side', async () => {
    for (const [index, venue] of VENUES.entries()) {
      await trade(venue, 'BTC/USDT', 67_000 + index);
      await trade(venue, 'ETH/USD', 3_500 + index);
    }
    for (const [index, venue] of VENUES.entries()) {
      await shows(`${cell(venue, 'BTC/USDT')} .last`, `67,00${index}.00`);
      await shows(`${cell(venue, 'BTC/USDT')} .bid`, /^6[67],\d{3}\.00$/);
      await shows(`${cell(venue, 'BTC/USDT')} .bps`, '0.30');
      await shows(`${cell(venue, 'BTC/USDT')} .age`, /^\d+(\.\d)?s$/);
    }
    expect(await page.locator('#prices tbody tr').count()).toBe(2);
  });

  test('the first symbol is chosen and its history is drawn', async () => {
    await chartShows({
      exchange: 'binance',
      symbol: 'BTC/USDT',
      timeframe: '1m',
      candles: '60',
      state: 'ready',
    });
    await shows('#legend', /O 159\.00\s+H 161\.00[^]*Trades 7[^]*final[^]*complete/);
    expect(page.url()).toContain('#/binance/BTC-USDT/1m');
  });

  test('a trade changes its cell without moving any other', async () => {
    const neighbour = page.locator(cell('kraken', 'BTC/USDT'));
    const before = await neighbour.boundingBox();
    await trade('binance', 'BTC/USDT', 67_900.5);
    await shows(`${cell('binance', 'BTC/USDT')} .last`, '67,900.50');
    expect(await page.locator(`${cell('binance', 'BTC/USDT')} .last`).getAttribute('data-direction')).toBe(
      'up',
    );
    expect(await neighbour.boundingBox()).toEqual(before);
  });

  test('the legend follows a candle from partial over final to revised and incomplete', async () => {
    const candle = { timestamp: OPEN, open: 200, trades: 1 };
    await running.candle(candleOf({ ...candle, revision: -1, close: 201 }));
    await shows('#legend', /C 201\.00[^]*partial[^]*complete/);
    await chartShows({ candles: '61' });
    await running.candle(candleOf({ ...candle, revision: 0, close: 202 }));
    await shows('#legend', /C 202\.00[^]*final/);
    await running.candle(candleOf({ ...candle, revision: 1, close: 203, complete: false }));
    await shows('#legend', /C 203\.00[^]*revised 1×[^]*incomplete: trades missing/);
  });

  test('another candle length is another chart, and the back button returns', async () => {
    await page.click('#timeframes button[data-timeframe="5m"]');
    await chartShows({ timeframe: '5m', candles: '10' });
    await page.goBack();
    await chartShows({ timeframe: '1m', candles: '61' });
  });

  test('a cell chooses venue and symbol, by keyboard too', async () => {
    await page.click(cell('kraken', 'BTC/USDT'));
    await chartShows({ exchange: 'kraken', candles: '60' });
    await shows('#chart-title', 'BTC/USDT on Kraken');
    await page.focus(cell('coinbase', 'ETH/USD'));
    await page.keyboard.press('Enter');
    await chartShows({ exchange: 'coinbase', symbol: 'ETH/USD', candles: '0', state: 'empty' });
    await shows('#chart-state', /No candles yet/);
    expect(await page.locator('[aria-pressed="true"]').first().getAttribute('data-exchange')).toBe(
      'coinbase',
    );
  });

  test('several live candles fill a chart that was empty', async () => {
    const series = { exchange: 'coinbase', symbol: 'ETH/USD' };
    await running.candle(candleOf({ ...series, timestamp: OPEN - MINUTE }));
    await running.candle(candleOf({ ...series, timestamp: OPEN, revision: -1 }));
    await chartShows({ candles: '2', state: 'ready' });
  });

  test('an address opens its series, and one that nobody knows says so', async () => {
    await page.goto(`${running.dashboard.url}/#/bybit/BTC-USDT/5m`);
    await chartShows({ exchange: 'bybit', timeframe: '5m', candles: '10' });
    await page.goto(`${running.dashboard.url}/#/bybit/NIX-USDT/5m`);
    await shows('#chart-state', 'Nothing is known of NIX/USDT on bybit.');
    await page.goto(`${running.dashboard.url}/#/binance/BTC-USDT/1m`);
    await chartShows({ candles: '61' });
  });

  test('the pipeline strip shows rates and the state of each component', async () => {
    const status = { component: 'adapter-kraken', figures: {}, timestamp: Date.now() };
    await running.status({ ...status, state: 'degraded', detail: 'Reconnecting.' });
    await shows('[data-component="adapter-kraken"]', /degraded\s+Reconnecting\./);
    await shows('#figures', /Trades\/s\s+\d/);
  });

  test('at phone width everything fits and nothing scrolls sideways', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    expect(await page.locator(`${cell('kraken', 'BTC/USDT')} .bps`).isVisible()).toBe(true);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('nothing was asked of third parties and nothing failed', () => {
    expect(foreignRequests).toEqual([]);
    // The one 404 is the unknown symbol's.
    expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);
  });

  test('a gateway with a token has the page ask for it', async () => {
    const token = 'a-token-of-16-letters';
    const guarded = await RunningDashboard.start({ env: { AUTH_TOKEN: token }, pageDirectory: scratch });
    const visitor = await browser.context.newPage();
    try {
      await visitor.goto(guarded.dashboard.url);
      const link = visitor.locator('#link');
      for (const [typed, word] of [
        ['another-token-of-16', 'Token needed'],
        [token, 'Connected'],
      ] as const) {
        await visitor.fill('#token', typed);
        await visitor.click('#token-form button');
        await until(word, async () => (await link.innerText()) === word);
        if (word === 'Token needed')
          await until('the refusal', async () =>
            (await visitor.locator('#notice').innerText()).includes('refused'),
          );
      }
      expect(await visitor.locator('#token-form').isVisible()).toBe(false);
    } finally {
      await visitor.close();
      await guarded.stop();
    }
  });

  test('when the gateway is gone it says so, and it comes back by itself', async () => {
    const { port } = running.dashboard;
    await running.stop();
    await shows('#link', 'Disconnected');
    await shows('#notice', /Disconnected at .* prices and chart stand still/);
    expect(await textOf('#mode')).toBe('SIMULATED');
    const env = { PORT: String(port) };
    running = await RunningDashboard.start({ env, mode: 'replay', pageDirectory: scratch });
    await until('the connection', async () => (await textOf('#link')) === 'Connected' || null, 40_000);
    expect(await page.locator('#notice').isVisible()).toBe(false);
    await shows('#mode', 'REPLAY');
  });
}

function buildPage(directory: string): void {
  const bundler = pathToFileURL(join(__dirname, '../../../tools/bundle.mjs')).href;
  const script = `import(${JSON.stringify(bundler)}).then((tools) => tools.bundlePage('apps/dashboard/page', process.argv[1]))`;
  execFileSync(process.execPath, ['-e', script, directory]);
}

function history(): Candle[] {
  const series = (exchange: string, timeframe: string, lengthMs: number, count: number): Candle[] =>
    Array.from({ length: count }, (_, index) =>
      candleOf({
        exchange,
        timeframe,
        timestamp: Math.floor(OPEN / lengthMs) * lengthMs - (count - index) * lengthMs,
        open: 100 + index,
        close: 101 + index,
      }),
    );
  return VENUES.flatMap((venue) => [
    ...series(venue, '1m', MINUTE, 60),
    ...series(venue, '5m', 5 * MINUTE, 10),
  ]);
}
