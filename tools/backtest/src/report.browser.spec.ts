import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Chromium, findChromium, NO_CHROMIUM, startChromium } from '@neuraltrade/infra';
import type { Page } from 'playwright-core';
import { buildBacktest, runBacktest } from './testing/run-backtest';

jest.setTimeout(120_000);

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const chromium = findChromium(process.env);

(chromium === null ? describe.skip : describe)(
  `the report of a backtest${chromium ? '' : ` (${NO_CHROMIUM})`}`,
  () => {
    let directory: string;
    let browser: Chromium;

    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'neuraltrade-report-'));
      buildBacktest();
      const args = [
        ...['--exchange', 'binance', '--symbols', 'BTC/USDT,ETH/USDT', '--source', 'simulated'],
        ...['--to', '2024-01-03', '--strategy', 'ema-cross', '--params', 'short=1'],
        ...['--grid', 'fast=5..20/5,slow=20..40/10', '--split', '0.6', '--report', 'report.html'],
      ];
      const { code, said } = await runBacktest(args, directory);
      expect([code, said]).toEqual([0, expect.stringContaining('The report is in ')]);
      browser = await startChromium(chromium as string);
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(directory, { recursive: true, force: true });
    });

    /** The report in a window; what went wrong there, and whom it asked. */
    const open = async (
      width: number,
      colorScheme: 'light' | 'dark',
    ): Promise<{ page: Page; faults: string[]; asked: string[] }> => {
      const page = await browser.context.newPage();
      const [faults, asked]: [string[], string[]] = [[], []];
      page.on('pageerror', ({ message }) => faults.push(message));
      page.on('console', (line) => line.type() === 'error' && faults.push(line.text()));
      page.on('request', (request) => request.url().startsWith('file:') || asked.push(request.url()));
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.goto(pathToFileURL(join(directory, 'report.html')).href);
      await page.waitForSelector('html[data-drawn]', { state: 'attached' });
      return { page, faults, asked };
    };

    it.each([
      [1280, 'light'],
      [390, 'dark'],
    ] as const)('is drawn, readable and asks nobody, %d px wide and %s', async (width, scheme) => {
      const { page, faults, asked } = await open(width, scheme);
      expect(await page.locator('h2').allTextContents()).toEqual([
        'Equity',
        'Trades on candles',
        'In and out of sample',
        'Grid: 11 combinations by Sharpe ratio, a year',
        'Returns',
        'Figures',
        'Trades',
        'Parameters and data',
        'How to read it',
      ]);
      for (const chart of ['#equity', '#candles']) expect(await coloursOf(page, chart)).toBeGreaterThan(5);
      expect(await page.getByRole('note').textContent()).toContain('SIMULATED');
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
      await page.evaluate(AXE);
      const violations = await page.evaluate(
        "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 120))]))",
      );
      expect(violations).toEqual([]);
      expect([faults, asked]).toEqual([[], []]);
      await page.close();
    });

    it('shows another symbol, and follows the system to another colour scheme', async () => {
      const { page } = await open(1280, 'light');
      const note = page.locator('#candles-note');
      expect(await note.textContent()).toContain('BTC/USDT, drawn in candles of 2 min.');
      await page.getByRole('button', { name: 'ETH/USDT' }).click();
      expect(await note.textContent()).toContain('ETH/USDT');
      const light = await page.locator('#candles').screenshot();
      await page.emulateMedia({ colorScheme: 'dark' });
      const dark = await page.locator('#candles').screenshot();
      expect(light.equals(dark)).toBe(false);
      await page.close();
    });
  },
);

/** Runs in the page: how many colours the canvases below an element are drawn with. */
const COUNT_COLOURS = `(selector) => {
  const colours = new Set();
  for (const canvas of document.querySelectorAll(selector + ' canvas')) {
    if (canvas.width === 0 || canvas.height === 0) continue;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 0; at < data.length; at += 4)
      if (data[at + 3] === 255) colours.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
  }
  return colours.size;
}`;

/** How many colours a chart is drawn with: an empty one has hardly any. */
function coloursOf(page: Page, chart: string): Promise<number> {
  return page.evaluate<number>(`(${COUNT_COLOURS})('${chart}')`);
}
