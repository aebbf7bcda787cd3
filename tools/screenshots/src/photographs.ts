import { join } from 'node:path';
import { ExpectedError } from '@neuraltrade/service';
import type { BrowserContext, Page } from 'playwright-core';
import type { SimulatedPipeline } from './simulated-pipeline';

const PLOT_SECONDS = 150;
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 780 };
const DEADLINE_MS = 300_000;

/** Takes every picture: the page in the dark, in the light while a gap is open, and two panels on a phone. */
export async function photograph(
  pipeline: SimulatedPipeline,
  context: BrowserContext,
  directory: string,
  say: (sentence: string) => void,
): Promise<void> {
  const page = await context.newPage();
  const shoot = async (name: string): Promise<void> => {
    const path = join(directory, `${name}.png`);
    await page.screenshot({ path });
    say(`Wrote ${path}.`);
  };
  await page.setViewportSize(WIDE);
  await page.goto(`${pipeline.url}/#/binance/BTC-USDT/1m`);
  say('Waiting for the history of the first six hours.');
  await holds(page, `document.querySelectorAll('.quote:not(.old) .last').length > 10`);
  await holds(page, `Number(document.querySelector('#chart').dataset.candles) >= 300`);
  say(`Waiting until the plots show ${PLOT_SECONDS} s.`);
  // Faults that are over when the first picture is taken: they show in figures and plots.
  await pipeline.order({ fault: 'cut-clients', exchange: 'kraken' });
  await pipeline.order({ fault: 'stall', exchange: 'bybit', forMs: 15_000 });
  await holds(page, `(${PLOT_LENGTH}) >= ${PLOT_SECONDS}`);
  await holds(page, SIGNALS_ARE_THERE);
  await shoot('dashboard-dark');

  say('Cutting Kraken off, and its history with it: a gap opens.');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.evaluate(`location.hash = '#/kraken/BTC-USDT/1m'`);
  await pipeline.order({ fault: 'rest-500', exchange: 'kraken', forMs: 120_000 });
  await pipeline.order({ fault: 'half-open', exchange: 'kraken', forMs: 120_000 });
  await holds(page, `document.querySelector('#legend').innerText.includes('incomplete')`);
  await shoot('dashboard-light');

  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize(PHONE);
  await page.evaluate(`location.hash = '#/binance/BTC-USDT/1m'`);
  await holds(page, `document.querySelectorAll('.quote:not(.old) .last').length > 10`);
  await shoot('phone-prices');
  await page.click('#tabs [data-choice="chart"]');
  await holds(page, `document.querySelector('#chart').dataset.state === 'ready'`);
  await page.click('#newest');
  await holds(page, TWO_FRAMES);
  await shoot('phone-chart');
}

const PLOT_LENGTH = `document.querySelector('[data-figure="Trades/s"] path').getAttribute('d').match(/[ML]/g).length`;
const TWO_FRAMES = `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`;

/** An ML engine that runs has judged something; where none runs there is nothing to wait for. */
const SIGNALS_ARE_THERE = `document.querySelector('[data-component="ml-engine"]') === null ||
  document.querySelectorAll('#signals-body > *').length > 5`;

/** Waits until an expression is true in the page. @throws ExpectedError after five minutes. */
async function holds(page: Page, expression: string): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  // Not by waitForFunction: the page's policy forbids to make code of texts, which only the debugger may.
  while ((await page.evaluate<unknown>(expression)) !== true) {
    if (Date.now() > deadline) throw new ExpectedError(`The page never came to this: ${expression}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
