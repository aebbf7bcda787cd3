import type { PeriodReturn } from '@neuraltrade/strategies';
import { change, day, percent } from './format';
import { html, type Html, type HtmlValue } from './html';
import { wide } from './wide';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const BAR_WIDTH = 6;
const BAR_HEIGHT = 120;
/** More days are drawn one a pixel. */
const MOST_BARS = 400;

/** The table of monthly returns, a row a year. */
export function monthlyTable(months: readonly PeriodReturn[]): Html {
  const strongest = Math.max(1e-9, ...months.map((month) => Math.abs(month.return)));
  const byYear = new Map<number, PeriodReturn[]>();
  for (const month of months) {
    const year = new Date(month.from).getUTCFullYear();
    byYear.set(year, [...(byYear.get(year) ?? []), month]);
  }
  const cell = (ofYear: readonly PeriodReturn[], index: number): HtmlValue => {
    const month = ofYear.find(({ from }) => new Date(from).getUTCMonth() === index);
    if (month === undefined) return html`<td></td>`;
    return html`<td
      class="shade ${sideOf(month.return)}"
      style="--strength:${shade(month.return, strongest)}"
    >
      ${change(month.return, 1)}
    </td>`;
  };
  return wide(
    'Monthly returns',
    html`<table class="months">
      <thead>
        <tr>
          <th scope="col">Year</th>
          ${MONTHS.map((month) => html`<th scope="col" class="number">${month}</th>`)}
          <th scope="col" class="number">Year</th>
        </tr>
      </thead>
      <tbody>
        ${[...byYear].map(
          ([year, ofYear]) =>
            html`<tr>
              <th scope="row">${String(year)}</th>
              ${MONTHS.map((_, index) => cell(ofYear, index))}
              <td class="number total">${change(compound(ofYear), 1)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}

/** The daily returns as bars. */
export function dailyBars(days: readonly PeriodReturn[]): Html {
  const strongest = Math.max(1e-9, ...days.map((each) => Math.abs(each.return)));
  const step = days.length > MOST_BARS ? 2 : BAR_WIDTH;
  const middle = BAR_HEIGHT / 2;
  const bars = days.map((each, index) => {
    const height = Math.max(0.5, (Math.abs(each.return) / strongest) * (middle - 2));
    const top = each.return >= 0 ? middle - height : middle;
    return html`<rect
      class="${sideOf(each.return)}"
      x="${(index * step).toFixed(0)}"
      y="${top.toFixed(2)}"
      width="${String(step - 1)}"
      height="${height.toFixed(2)}"
      ><title>${day(each.from)}: ${change(each.return)}</title></rect
    >`;
  });
  const width = Math.max(1, days.length * step);
  const best = days.reduce((most, each) => Math.max(most, each.return), -Infinity);
  const worst = days.reduce((least, each) => Math.min(least, each.return), Infinity);
  const winners = days.filter((each) => each.return > 0).length;
  const caption =
    days.length === 0
      ? 'No day.'
      : `${days.length} days, ${percent(winners / days.length, 0)} of them above zero; best ${change(best)}, worst ${change(worst)}.`;
  return html`<figure class="days">
    <svg
      viewBox="0 0 ${String(width)} ${String(BAR_HEIGHT)}"
      preserveAspectRatio="none"
      role="img"
      aria-label="Daily returns"
    >
      <line x1="0" x2="${String(width)}" y1="${String(middle)}" y2="${String(middle)}"></line>
      ${bars}
    </svg>
    <figcaption>${caption}</figcaption>
  </figure>`;
}

/** The class of a number's side of zero. */
export function sideOf(value: number): 'gain' | 'loss' | 'even' {
  return value > 0 ? 'gain' : value < 0 ? 'loss' : 'even';
}

function shade(value: number, strongest: number): string {
  return (Math.abs(value) / strongest).toFixed(2);
}

function compound(months: readonly PeriodReturn[]): number {
  return months.reduce((product, month) => product * (1 + month.return), 1) - 1;
}
