import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { createDashboard, dashboardConfig } from '@neuraltrade/dashboard';
import { type Chromium, findChromium, NO_CHROMIUM, startChromium } from '@neuraltrade/infra';
import { createInProcessBus } from '@neuraltrade/messaging';
import { createMetrics } from '@neuraltrade/metrics';
import { createLogger, ExpectedError } from '@neuraltrade/service';
import { openDuckDbStore } from '@neuraltrade/storage';
import type { CDPSession, Page } from 'playwright-core';
import { type Distribution, distributionOf } from './distribution';
import { PROBE, type ProbeReport } from './page-probe';
import { SteadyMarket } from './steady-market';

/** How long and how hard the page is looked at. */
export interface PageSizes {
  /** Trades a second over all markets. */
  readonly rate: number;
  /** Length of the measurement, s. */
  readonly seconds: number;
}

/** Left out at the beginning: what is compiled and first filled then is not what lasts. */
const WARM_UP_S = 10;
const SAMPLE_S = 10;

/** Measures the page in a real browser and tells each figure. @throws ExpectedError without a browser. */
export async function benchPage(sizes: PageSizes, tell: (figure: object) => void): Promise<void> {
  const executable = findChromium(process.env);
  if (executable === null) throw new ExpectedError(`This suite needs a browser (${NO_CHROMIUM}).`);
  const browser = await startChromium(executable);
  try {
    await firstCandle(browser, tell);
    await underLoad(browser, sizes, tell);
  } finally {
    await browser.close();
  }
}

/** From `npm start` on an empty directory to the first candle on the screen. */
async function firstCandle({ context }: Chromium, tell: (figure: object) => void): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'neuraltrade-bench-'));
  const startedAt = performance.now();
  const child = spawn('npm', ['start', '--', '--port', '0', '--data-dir', directory], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  try {
    let url = '';
    for await (const line of createInterface({ input: child.stderr })) {
      url = /dashboard on (http:\S+?),/.exec(line)?.[1] ?? '';
      if (url !== '') break;
    }
    const servedMs = performance.now() - startedAt;
    const page = await context.newPage();
    await page.goto(url);
    await page.waitForSelector('#chart[data-state="ready"]', { timeout: 60_000 });
    const totalMs = performance.now() - startedAt;
    await page.close();
    tell({
      figure: 'page-first-candle',
      unit: 'ms',
      value: Math.round(totalMs),
      servedMs: Math.round(servedMs),
    });
  } finally {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    await new Promise((resolve) => child.once('close', resolve));
    await rm(directory, { recursive: true, force: true });
  }
}

async function underLoad(
  { context }: Chromium,
  { rate, seconds }: PageSizes,
  tell: (figure: object) => void,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'neuraltrade-bench-'));
  const metrics = createMetrics();
  const bus = createInProcessBus({ dataDir: null, metrics });
  const store = await openDuckDbStore({ directory });
  const dashboard = await createDashboard({
    bus,
    store,
    mode: 'simulated',
    config: dashboardConfig({ PORT: '0' }),
    metrics,
    log: createLogger({ name: 'bench', level: 'warn' }),
    now: Date.now,
    pageDirectory: join(dirname(process.argv[1] ?? ''), 'page'),
  });
  const market = new SteadyMarket(bus, rate);
  try {
    await weigh(dashboard.url, tell);
    await context.addInitScript(PROBE);
    const page = await context.newPage();
    market.start();
    await page.goto(dashboard.url);
    await page.waitForSelector('#chart[data-state="ready"]', { timeout: 60_000 });
    await watch(page, market, seconds, tell);
  } finally {
    await market.stop();
    await dashboard.stop();
    await bus.close();
    await store.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function weigh(url: string, tell: (figure: object) => void): Promise<void> {
  const names = ['', 'main.js', 'before-paint.js', 'style.css', 'icon.svg'];
  let bytes = 0;
  for (const name of names) {
    const response = await fetch(`${url}/${name}`, { headers: { 'accept-encoding': 'gzip' } });
    bytes += Number(response.headers.get('content-length'));
    await response.arrayBuffer();
  }
  tell({ figure: 'page-weight', unit: 'bytes gzipped', value: bytes, files: names.length });
}

async function watch(
  page: Page,
  market: SteadyMarket,
  seconds: number,
  tell: (figure: object) => void,
): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  const pause = (s: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, s * 1_000));
  await pause(WARM_UP_S);
  await page.evaluate('window.probe()');
  const [toScreen, fromSocket, frames] = [[] as number[], [] as number[], [] as number[]];
  const heap: { readonly second: number; readonly bytes: number }[] = [];
  const before = { trades: market.trades, at: performance.now() };
  const idle = await browserFigures(devtools);
  for (let second = 0; second < seconds; second += SAMPLE_S) {
    await pause(Math.min(SAMPLE_S, seconds - second));
    const report: ProbeReport = await page.evaluate('window.probe()');
    frames.push(...report.frames);
    for (const { key, shownAt, messageAt } of report.sightings) {
      const publishedAt = market.publishedAt.get(key);
      if (publishedAt === undefined) continue;
      toScreen.push(shownAt - publishedAt);
      fromSocket.push(shownAt - messageAt);
    }
    market.forgetBefore(Date.now() - 5_000);
    await devtools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await devtools.send('Runtime.getHeapUsage');
    heap.push({ second: second + SAMPLE_S, bytes: usedSize });
    // A collection of everything, which no user asks for, stops the page: the frame that waited for it does not count.
    await page.evaluate('window.probe()');
    tell({
      figure: 'page-heap',
      unit: 'bytes after a collection',
      value: usedSize,
      second: second + SAMPLE_S,
    });
  }
  const elapsed = (performance.now() - before.at) / 1_000;
  const after = await browserFigures(devtools);
  const rate = Math.round((market.trades - before.trades) / elapsed);
  const share = (name: string): number => round(((after[name] ?? 0) - (idle[name] ?? 0)) / elapsed);
  tell({
    figure: 'page-frames',
    unit: 'frames/s',
    value: round((frames.length / frames.reduce((sum, ms) => sum + ms, 0)) * 1_000),
    ...rounded(distributionOf(frames)),
    rate,
  });
  tell({ figure: 'page-update-to-screen', unit: 'ms', ...rounded(distributionOf(toScreen)), rate });
  tell({ figure: 'page-message-to-screen', unit: 'ms', ...rounded(distributionOf(fromSocket)), rate });
  tell({
    figure: 'page-main-thread',
    unit: 'share of one core',
    value: share('TaskDuration'),
    script: share('ScriptDuration'),
    style: share('RecalcStyleDuration'),
    layout: share('LayoutDuration'),
    nodes: after['Nodes'],
    rate,
  });
  tell({
    figure: 'page-heap-slope',
    unit: 'bytes/minute',
    value: Math.round(slope(heap) * 60),
    seconds,
    rate,
  });
}

async function browserFigures(devtools: CDPSession): Promise<Partial<Record<string, number>>> {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

function rounded({ count, p50, p99, max }: Distribution): Distribution {
  return { count, p50: round(p50), p99: round(p99), max: round(max) };
}

/** Bytes a second, by least squares. */
function slope(samples: readonly { readonly second: number; readonly bytes: number }[]): number {
  const mean = (of: (sample: (typeof samples)[number]) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [meanSecond, meanBytes] = [mean(({ second }) => second), mean(({ bytes }) => bytes)];
  const covariance = mean(({ second, bytes }) => (second - meanSecond) * (bytes - meanBytes));
  const variance = mean(({ second }) => (second - meanSecond) ** 2);
  return variance === 0 ? 0 : covariance / variance;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
