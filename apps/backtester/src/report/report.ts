import { quoteAsset } from '@neuraltrade/contracts';
import { dailyReturns, monthlyReturns } from '@neuraltrade/strategies';
import { SIMULATED_WARNING } from '../backtest/document';
import type { BacktestResult } from '../backtest/result';
import { chartData } from './chart-data';
import { dataSection } from './data-section';
import { figureTable } from './figures';
import { change, duration, instant, number, percent, UNDEFINED } from './format';
import { gridSection } from './grid-section';
import { html, type Html } from './html';
import { dailyBars, monthlyTable, sideOf } from './returns';
import { tradesSection } from './trades-section';

/** What the report's page is made of besides its content. */
export interface ReportPage {
  /** The page's frame, with places for what follows. */
  readonly frame: string;
  /** Its style sheet. */
  readonly style: string;
  /** Its script. */
  readonly script: string;
}

/** The report as one page that needs nothing else: equal results give equal bytes. */
export function renderReport(result: BacktestResult, page: ReportPage): string {
  const { subject } = result;
  const currency = quoteAsset(subject.symbols[0] ?? '');
  const title = `${subject.strategy} on ${subject.exchange} ${subject.symbols.join(', ')}`;
  // A script's text must not end its element.
  const data = JSON.stringify(chartData(result, currency)).replaceAll('<', '\\u003c');
  const script = page.script.replaceAll('</script', '<\\/script');
  const places: Readonly<Record<string, string>> = {
    title: html`${title}`.text,
    style: `<style>${page.style}</style>`,
    content: content(result, title, currency).text,
    data: `<script type="application/json" id="data">${data}</script>`,
    script: `<script>${script}</script>`,
  };
  return page.frame
    .replace(/ *<!--built:.*-->\n/, '')
    .replace(/<!--place:(\w+)-->/g, (_, name: string) => places[name] ?? '');
}

function content(result: BacktestResult, title: string, currency: string): Html {
  const { subject, run, benchmark, split, grid } = result;
  const { equity, trips, ruinedAt } = run.simulation;
  return html`
    ${subject.market === 'simulated' ? html`<p class="simulated" role="note">${SIMULATED_WARNING}</p>` : null}
    <header class="top">
      <p class="kind">${grid === null ? 'Backtest' : 'Best of a grid'}</p>
      <h1>${title}</h1>
      <p class="when">
        ${instant(subject.period.from)} to ${instant(subject.period.to)} UTC, ${subject.timeframe} candles
      </p>
      <ul class="chips" aria-label="Parameters">
        ${Object.entries(result.values).map(([name, value]) => html`<li>${name} <b>${String(value)}</b></li>`)}
      </ul>
    </header>
    ${tiles(result, currency)}
    ${
      ruinedAt === null
        ? null
        : html`<p class="caution">
            The equity was used up at ${instant(ruinedAt)} UTC: everything was closed and nothing more was
            traded.
          </p>`
    }
    <section>
      <h2>Equity</h2>
      <div id="equity" class="chart tall"></div>
      <ul class="key">
        <li class="key-strategy">${subject.strategy}</li>
        <li class="key-benchmark">buy and hold, same costs</li>
        <li class="key-drawdown">drawdown, %</li>
        ${split === null ? null : html`<li class="key-split">out of sample from ${instant(split.at)}</li>`}
      </ul>
    </section>
    <section>
      <div class="heading">
        <h2>Trades on candles</h2>
        <div id="symbols" class="switch" role="group" aria-label="Symbol"></div>
      </div>
      <div id="candles" class="chart"></div>
      <ul class="key">
        <li class="key-bought">bought</li>
        <li class="key-sold">sold</li>
      </ul>
      <p id="candles-note" class="note"></p>
    </section>
    ${
      split === null
        ? null
        : html`<section>
            <h2>In and out of sample</h2>
            <p class="note">
              Parameters were chosen by the part before ${instant(split.at)} UTC. What the strategy did behind
              it is the part to judge it by: it had seen what was before, and traded nothing of it.
            </p>
            ${figureTable(
              [
                { title: 'Chosen by', metrics: split.inSample },
                { title: 'Out of sample', metrics: split.outOfSample },
              ],
              currency,
              false,
            )}
          </section>`
    }
    ${grid === null ? null : gridSection(grid, currency)}
    <section>
      <h2>Returns</h2>
      ${monthlyTable(monthlyReturns(equity))}
      <h3>By day</h3>
      ${dailyBars(dailyReturns(equity))}
    </section>
    <section>
      <h2>Figures</h2>
      ${figureTable(
        [
          { title: subject.strategy, metrics: run.metrics },
          { title: 'buy and hold', metrics: benchmark.metrics },
        ],
        currency,
        true,
      )}
    </section>
    ${tradesSection(trips, subject.symbols, currency)} ${dataSection(result, currency)}
    <section>
      <h2>How to read it</h2>
      <p class="prose">
        Decisions rest on closed candles of which no trade is known to be missing, from the moment on at which
        a live system would have had them. Orders are filled at a later price than the one that decided them,
        pay the fee and the slippage, and move no market: a real order of some size would. Liquidity, interest
        on short positions, funding, taxes and outages of the venue are not modelled. What a strategy did in
        the past does not say what it will do.
      </p>
    </section>
  `;
}

function tiles({ run, benchmark, subject }: BacktestResult, currency: string): Html {
  const { metrics } = run;
  const tile = (title: string, value: string, aside: string, side = ''): Html =>
    html`<div class="tile">
      <dt>${title}</dt>
      <dd class="${side}">${value}</dd>
      <dd class="aside">${aside}</dd>
    </div>`;
  const { sharpe, hitRate } = metrics;
  return html`<dl class="tiles">
    ${tile(
      'Total return',
      change(metrics.totalReturn),
      `buy and hold ${change(benchmark.metrics.totalReturn)}`,
      sideOf(metrics.totalReturn),
    )}
    ${tile('Final equity', number(metrics.finalEquity), `${currency}, of ${number(subject.account.cash)}`)}
    ${tile(
      'Sharpe ratio',
      sharpe === null ? UNDEFINED : number(sharpe),
      `buy and hold ${benchmark.metrics.sharpe === null ? UNDEFINED : number(benchmark.metrics.sharpe)}`,
    )}
    ${tile('Deepest drawdown', percent(metrics.maxDrawdown), `for ${duration(metrics.maxDrawdownMs)}`)}
    ${tile(
      'Trades',
      number(metrics.closedTrades, 0),
      hitRate === null ? 'none ended' : `${percent(hitRate, 0)} of them won`,
    )}
    ${tile('Costs', number(metrics.feesPaid + metrics.slippagePaid), `${currency}, fees and slippage`)}
  </dl>`;
}
