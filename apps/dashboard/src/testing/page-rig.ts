import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Chromium, startChromium } from '@neuraltrade/infra';
import type { Locator, Page } from 'playwright-core';
import { storeHistory } from './history-samples';
import { tickOf } from './market-samples';
import { RunningDashboard, type RunningDashboardOptions, until } from './running-dashboard';

/** What the layout-shift observer of the page has seen: where things moved without anybody's doing. */
interface Shift {
  /** The score of the browser. */
  readonly value: number;
  /** What moved. */
  readonly moved: readonly string[];
}

const WATCH_SHIFTS = `
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries())
      if (!hadRecentInput)
        window.shifts.push({ value, moved: sources.map(({ node }) => node?.id || node?.className || String(node)) });
  }).observe({ type: 'layout-shift', buffered: true });`;

/** A built page, the gateway that serves it, and one browser that looks at it. */
export class PageRig {
  /** Errors of the page: exceptions, and what the browser reports as such. */
  readonly faults: string[] = [];
  /** Requests to anybody but the gateway. */
  readonly foreignRequests: string[] = [];
  /** Connections that the page has opened so far. */
  sockets = 0;
  private tradeId = 0;

  private constructor(
    /** Where the built page is. */
    readonly pageDirectory: string,
    /** The browser. */
    readonly browser: Chromium,
    /** The page that most tests share. */
    readonly page: Page,
    /** The gateway. */
    public running: RunningDashboard,
  ) {}

  /** Builds the page and starts everything; the caller owes a stop(). */
  static async start(chromium: string): Promise<PageRig> {
    const pageDirectory = mkdtempSync(join(tmpdir(), 'neuraltrade-page-'));
    buildPage(pageDirectory);
    const [running, browser] = await Promise.all([
      RunningDashboard.start({ pageDirectory, prepare: storeHistory }),
      startChromium(chromium),
    ]);
    await browser.context.addInitScript(WATCH_SHIFTS);
    const page = await browser.context.newPage();
    const rig = new PageRig(pageDirectory, browser, page, running);
    page.on('pageerror', ({ message }) => rig.faults.push(message));
    page.on('console', (line) => line.type() === 'error' && rig.faults.push(line.text()));
    page.on('websocket', () => (rig.sockets += 1));
    page.on('request', (request) => {
      if (!request.url().startsWith(rig.running.dashboard.url)) rig.foreignRequests.push(request.url());
    });
    return rig;
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    await this.browser.close();
    await this.running.stop();
    rmSync(this.pageDirectory, { recursive: true, force: true });
  }

  /** Puts another gateway in the place of the one before, on the same port unless told otherwise. */
  async restartGateway(options: RunningDashboardOptions = {}): Promise<void> {
    const env = { PORT: String(this.running.dashboard.port), ...options.env };
    this.running = await RunningDashboard.start({ pageDirectory: this.pageDirectory, ...options, env });
  }

  /** Opens an address of the page ('#/kraken/BTC-USD/1m'). */
  async open(hash = ''): Promise<void> {
    await this.page.goto(`${this.running.dashboard.url}/${hash}`);
  }

  /** Publishes a trade of this moment; what is not said is invented. */
  trade(
    exchange: string,
    symbol: string,
    last: number,
    fields: Parameters<typeof tickOf>[0] = {},
  ): Promise<void> {
    this.tradeId += 1;
    const tradeId = String(this.tradeId);
    return this.running.trade(tickOf({ exchange, symbol, last, timestamp: Date.now(), tradeId, ...fields }));
  }

  /** The first element that a selector finds. */
  at(selector: string): Locator {
    return this.page.locator(selector).first();
  }

  /** Waits until an element shows a text. */
  shows(selector: string, text: string | RegExp, deadlineMs?: number): Promise<true> {
    return until(
      `${selector} to show ${String(text)}`,
      async () => {
        const found = this.at(selector);
        return ((await found.count()) > 0 && (await found.innerText()).match(text) !== null) || null;
      },
      deadlineMs,
    );
  }

  /** Waits until the chart says these things about itself. */
  chartShows(attributes: Readonly<Record<string, string>>): Promise<true> {
    return until(`the chart to be ${JSON.stringify(attributes)}`, async () => {
      for (const [name, value] of Object.entries(attributes))
        if ((await this.page.locator('#chart').getAttribute(`data-${name}`)) !== value) return null;
      return true as const;
    });
  }

  /** What moved on the page without anybody's doing since it was opened. */
  shifts(): Promise<readonly Shift[]> {
    return this.page.evaluate('window.shifts');
  }
}

/** The selector of a cell of the price matrix. */
export function cell(exchange: string, symbol: string): string {
  return `button[data-exchange="${exchange}"][data-symbol="${symbol}"]`;
}

function buildPage(directory: string): void {
  const bundler = pathToFileURL(join(__dirname, '../../../../tools/bundle.mjs')).href;
  const script = `import(${JSON.stringify(bundler)}).then((tools) => tools.bundlePage('apps/dashboard/page', process.argv[1]))`;
  execFileSync(process.execPath, ['-e', script, directory]);
}
