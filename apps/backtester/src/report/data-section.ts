import type { BacktestResult } from '../backtest/result';
import type { Coverage } from '../replay/coverage';
import { duration, instant, number, percent } from './format';
import { html, type Html } from './html';
import { wide } from './wide';

/** What was tested on what: parameters, account, data and what the data lacks. */
export function dataSection({ subject, values, run }: BacktestResult, currency: string): Html {
  const { account, timing } = subject;
  const facts: readonly (readonly [string, string])[] = [
    ['Market', marketText(subject.market, subject.seed)],
    [
      'Source',
      `${subject.source}, candles ${subject.candles === 'stored' ? 'as they were stored' : 'made of the trades again'}`,
    ],
    ['Period', `${instant(subject.period.from)} to ${instant(subject.period.to)} UTC`],
    ['Decided on', `${subject.timeframe} candles of ${subject.symbols.join(', ')}`],
    ['Cash at the start', `${number(account.cash)} ${currency}`],
    ['Fee', `${number(account.feeBps)} bps of each amount`],
    [
      'Slippage',
      `${number(account.slippageBps)} bps of each price${
        subject.candles === 'replayed' ? ', and half the spread where a quote is known' : ''
      }`,
    ],
    ['Lot size', account.lotSize === 0 ? 'any quantity' : String(account.lotSize)],
    ['A candle is visible', `${number(timing.latenessMs, 0)} ms after its close`],
    ['An order arrives', `${number(timing.latencyMs, 0)} ms after its decision`],
    [
      'It is filled at',
      subject.candles === 'replayed'
        ? 'the first trade behind that instant'
        : 'the open of the first stored candle that opens at that instant or later',
    ],
    ...modelFacts(subject.model),
    ...Object.entries(values).map(([name, value]) => [`Parameter ${name}`, String(value)] as const),
    ['Candles not shown to the strategy', skippedText(run.simulation.skippedCandles)],
    ['Orders without a later price', number(run.simulation.unfilled, 0)],
  ];
  return html`<section>
    <h2>Parameters and data</h2>
    <dl class="facts">
      ${facts.map(
        ([name, text]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${text}</dd>
          </div>`,
      )}
    </dl>
    <h3>What the history holds</h3>
    ${coverageTable(subject.coverage)}
  </section>`;
}

function modelFacts(model: BacktestResult['subject']['model']): (readonly [string, string])[] {
  if (model === null) return [];
  const { version, sha256, judgedCandles, silentCandles, highestBuy } = model;
  const silent = silentCandles === 0 ? '' : `, ${number(silentCandles, 0)} of them without a usable word`;
  return [
    ['Model', version],
    ['SHA-256 of its file', sha256],
    ['Candles that it judged', `${number(judgedCandles, 0)}${silent}`],
    ['Highest probability of buying', number(highestBuy, 3)],
  ];
}

function skippedText(count: number): string {
  return count === 0 ? 'none' : `${number(count, 0)}: trades of them are missing`;
}

/** Where a market came from, in words. */
export function marketText(market: BacktestResult['subject']['market'], seed: number | null): string {
  if (market === 'live') return 'a real venue';
  if (market === 'unknown') return 'not told by its source';
  return seed === null ? 'simulated' : `simulated, seed ${seed}`;
}

function coverageTable(coverage: readonly Coverage[]): Html {
  return wide(
    'What the history holds',
    html`<table>
      <thead>
        <tr>
          <th scope="col">Symbol</th>
          <th scope="col">From</th>
          <th scope="col">To</th>
          <th scope="col" class="number">Candles</th>
          <th scope="col" class="number">Incomplete</th>
          <th scope="col" class="number">Empty</th>
          <th scope="col" class="number">Revised</th>
          <th scope="col" class="number">Trades</th>
          <th scope="col" class="number">With quote</th>
          <th scope="col" class="number">Backfilled</th>
          <th scope="col" class="number">Unfilled gaps</th>
        </tr>
      </thead>
      <tbody>
        ${coverage.map(
          (each) =>
            html`<tr>
              <th scope="row">${each.symbol}</th>
              <td>${each.firstOpen === null ? '' : instant(each.firstOpen)}</td>
              <td>${each.lastClose === null ? '' : instant(each.lastClose)}</td>
              <td class="number">${number(each.candles, 0)}</td>
              <td class="number ${each.incomplete > 0 ? 'loss' : ''}">${number(each.incomplete, 0)}</td>
              <td class="number">${number(each.empty, 0)}</td>
              <td class="number">${number(each.revised, 0)}</td>
              <td class="number">${each.ticks === 0 ? '' : number(each.ticks, 0)}</td>
              <td class="number">${each.ticks === 0 ? '' : percent(each.quoted / each.ticks, 0)}</td>
              <td class="number">${each.ticks === 0 ? '' : percent(each.backfilled / each.ticks, 0)}</td>
              <td class="number ${each.gaps > 0 ? 'loss' : ''}">
                ${each.gaps === 0 ? '0' : `${number(each.gaps, 0)}, ${duration(each.gapMs)}`}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}
