import { METRIC_DEFINITIONS, type MetricDefinition, type Metrics } from '@neuraltrade/strategies';
import { overfittingWarning } from '../backtest/document';
import type { GridPoint } from '../backtest/grid-points';
import type { GridResult } from '../backtest/result';
import { figureText } from './figures';
import { number } from './format';
import { html, type Html, type HtmlValue } from './html';
import { wide } from './wide';

const MOST_ROWS = 100;
const TABLE_FIGURES: readonly (keyof Metrics)[] = [
  'totalReturn',
  'sharpe',
  'maxDrawdown',
  'closedTrades',
  'profitFactor',
];

/** The grid: heatmaps of the figure that it was ranked by, and its best combinations. */
export function gridSection(result: GridResult, currency: string): Html {
  const { grid, rankBy, points, best } = result;
  const definition = definitionOf(rankBy);
  const apart = points.some(({ outOfSample }) => outOfSample !== null);
  return html`<section>
    <h2>Grid: ${String(points.length)} combinations by ${definition.title}</h2>
    <p class="caution">${overfittingWarning(apart)}</p>
    ${
      grid.impossible === 0
        ? null
        : html`<p class="note">
            ${String(grid.impossible)} combinations were left out: their values cannot go together.
          </p>`
    }
    <div class="maps">
      ${heatmap(result, apart ? 'Chosen by' : definition.title, definition, (point) => point.metrics)}
      ${apart ? heatmap(result, 'Out of sample', definition, (point) => point.outOfSample) : null}
    </div>
    <details ${points.length <= 30 ? 'open' : ''}>
      <summary>
        ${points.length > MOST_ROWS ? `The best ${MOST_ROWS}` : 'All combinations'}, best first
      </summary>
      ${rankedTable(
        points,
        best,
        definition,
        grid.axes.map(({ name }) => name),
        apart,
        currency,
      )}
    </details>
  </section>`;
}

function heatmap(
  { grid, points, best }: GridResult,
  title: string,
  { name }: MetricDefinition,
  metricsOf: (point: GridPoint) => Metrics | null,
): Html {
  const [rows, columns] = [grid.axes[0], grid.axes[1]];
  if (rows === undefined) return html``;
  const chosen = (points[best] as GridPoint).values;
  // Of further axes one value each can be drawn: the best one's.
  const rest = grid.axes.slice(2);
  const drawn = points.filter(({ values }) => rest.every((axis) => values[axis.name] === chosen[axis.name]));
  const figures = drawn.map((point) => metricsOf(point)?.[name] ?? null);
  const known = figures.filter((value) => value !== null);
  const scale = colourScale(known);
  const cell = (row: number, column: number | null): HtmlValue => {
    const index = drawn.findIndex(
      ({ values }) =>
        values[rows.name] === row && (column === null || values[columns?.name ?? ''] === column),
    );
    const value = index < 0 ? undefined : figures[index];
    if (value === undefined) return html`<td class="none"></td>`;
    const isBest = drawn[index] === points[best];
    return html`<td
      class="shade ${value === null ? 'even' : scale(value).side} ${isBest ? 'best' : ''}"
      style="--strength:${value === null ? '0' : scale(value).strength}"
    >
      ${value === null ? '–' : number(shown(value, name), 2)}
    </td>`;
  };
  const others = rest.map((axis) => `${axis.name} ${chosen[axis.name] ?? ''}`).join(', ');
  return html`<figure class="map">
    <figcaption>${title}${others === '' ? null : `, at ${others}`}</figcaption>
    ${wide(
      title,
      html`<table>
        <thead>
          <tr>
            <th scope="col">${rows.name}${columns === undefined ? null : html` \\ ${columns.name}`}</th>
            ${(columns?.values ?? [null]).map(
              (value) => html`<th scope="col" class="number">${value === null ? '' : String(value)}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${rows.values.map(
            (row) =>
              html`<tr>
                <th scope="row">${String(row)}</th>
                ${(columns?.values ?? [null]).map((column) => cell(row, column))}
              </tr>`,
          )}
        </tbody>
      </table>`,
    )}
  </figure>`;
}

function rankedTable(
  points: readonly GridPoint[],
  best: number,
  definition: MetricDefinition,
  axes: readonly string[],
  apart: boolean,
  currency: string,
): Html {
  const names = [definition.name, ...TABLE_FIGURES.filter((name) => name !== definition.name)];
  const shownFigures = names.map(definitionOf);
  const value = ({ metrics }: GridPoint): number => metrics[definition.name] ?? -Infinity;
  const ranked = points
    .map((point, index) => ({ point, index }))
    .sort((a, b) => value(b.point) - value(a.point) || a.index - b.index)
    .slice(0, MOST_ROWS);
  const outside = apart ? shownFigures.slice(0, 3) : [];
  return wide(
    'Combinations',
    html`<table class="ranked">
      <thead>
        <tr>
          ${axes.map((name) => html`<th scope="col" class="number">${name}</th>`)}
          ${shownFigures.map(({ title }) => html`<th scope="col" class="number">${title}</th>`)}
          ${outside.map(({ title }) => html`<th scope="col" class="number apart">${title}, out of sample</th>`)}
        </tr>
      </thead>
      <tbody>
        ${ranked.map(
          ({ point, index }) =>
            html`<tr class="${index === best ? 'best' : ''}">
              ${axes.map((name) => html`<td class="number">${String(point.values[name] ?? '')}</td>`)}
              ${shownFigures.map(
                (each) => html`<td class="number">${figureText(each, point.metrics, currency)}</td>`,
              )}
              ${outside.map(
                (each) =>
                  html`<td class="number apart">
                    ${point.outOfSample === null ? '' : figureText(each, point.outOfSample, currency)}
                  </td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}

/** How a value is coloured: around zero where values lie on both sides of it or below, else from the least to the most. */
function colourScale(
  values: readonly number[],
): (value: number) => { readonly side: 'gain' | 'loss' | 'rank'; readonly strength: string } {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (least < 0) {
    const strongest = Math.max(-least, most, 1e-12);
    return (value) => ({
      side: value < 0 ? 'loss' : 'gain',
      strength: (Math.abs(value) / strongest).toFixed(2),
    });
  }
  const span = most - least || 1;
  return (value) => ({ side: 'rank', strength: ((value - least) / span).toFixed(2) });
}

/** Parts of one are shown as percent. */
function shown(value: number, name: keyof Metrics): number {
  return definitionOf(name).unit === 'part' ? value * 100 : value;
}

function definitionOf(name: keyof Metrics): MetricDefinition {
  return METRIC_DEFINITIONS.find((definition) => definition.name === name) as MetricDefinition;
}
