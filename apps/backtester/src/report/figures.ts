import { METRIC_DEFINITIONS, type MetricDefinition, type Metrics } from '@neuraltrade/strategies';
import { duration, number, percent, UNDEFINED } from './format';
import { html, type Html } from './html';
import { wide } from './wide';

/** Columns of figures side by side. */
export interface FigureColumn {
  /** The column's heading. */
  readonly title: string;
  /** Its figures. */
  readonly metrics: Metrics;
}

/** A figure as text. */
export function figureText({ name, unit }: MetricDefinition, metrics: Metrics, currency: string): string {
  const value = metrics[name];
  if (value === null) return UNDEFINED;
  switch (unit) {
    case 'part':
      return percent(value);
    case 'money':
      return `${number(value)} ${currency}`;
    case 'ms':
      return duration(value);
    case 'count':
      return number(value, 0);
    case 'number':
      return number(value);
  }
}

/** The table of every figure. @param meanings whether each is told with its definition. */
export function figureTable(columns: readonly FigureColumn[], currency: string, meanings: boolean): Html {
  return wide(
    'Figures',
    html`<table class="figures ${meanings ? '' : 'narrow'}">
      <thead>
        <tr>
          <th scope="col">Figure</th>
          ${columns.map(({ title }) => html`<th scope="col" class="number">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${METRIC_DEFINITIONS.map(
          (definition) =>
            html`<tr class="${meanings ? 'explained' : ''}">
                <th scope="row">${definition.title}</th>
                ${columns.map(
                  ({ metrics }) => html`<td class="number">${figureText(definition, metrics, currency)}</td>`,
                )}
              </tr>
              ${meanings ? meaningRow(definition, columns.length + 1) : null}`,
        )}
      </tbody>
    </table>`,
  );
}

function meaningRow({ definition, source }: MetricDefinition, width: number): Html {
  const cited = source === '' ? null : html` <cite>${source}.</cite>`;
  return html`<tr>
    <td class="meaning" colspan="${String(width)}">${definition}${cited}</td>
  </tr>`;
}
