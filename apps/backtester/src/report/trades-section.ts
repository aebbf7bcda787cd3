import type { RoundTrip } from '@neuraltrade/strategies';
import { change, duration, instant, number, quantity } from './format';
import { html, type Html } from './html';
import { wide } from './wide';
import { sideOf } from './returns';

const MOST_ROWS = 500;

/** The table of positions. */
export function tradesSection(
  trips: readonly RoundTrip[],
  symbols: readonly string[],
  currency: string,
): Html {
  const shown = trips.slice(-MOST_ROWS);
  const left = trips.length - shown.length;
  return html`<section>
    <h2>Trades</h2>
    ${
      trips.length === 0
        ? html`<p class="note">No position was opened.</p>`
        : html`<details ${trips.length <= 40 ? 'open' : ''}>
            <summary>
              ${left > 0 ? `The last ${MOST_ROWS} of ${trips.length}` : String(trips.length)} positions
            </summary>
            ${wide(
              'Positions',
              html`<table class="trades">
                <thead>
                  <tr>
                    <th scope="col">Opened</th>
                    <th scope="col">Closed</th>
                    ${symbols.length > 1 ? html`<th scope="col">Symbol</th>` : null}
                    <th scope="col">Side</th>
                    <th scope="col" class="number">Quantity</th>
                    <th scope="col" class="number">In at</th>
                    <th scope="col" class="number">Out at</th>
                    <th scope="col" class="number">Held</th>
                    <th scope="col" class="number">Fees, ${currency}</th>
                    <th scope="col" class="number">Profit, ${currency}</th>
                    <th scope="col" class="number">Return</th>
                  </tr>
                </thead>
                <tbody>
                  ${shown.map((trip) => row(trip, symbols))}
                </tbody>
              </table>`,
            )}
          </details>`
    }
  </section>`;
}

function row(trip: RoundTrip, symbols: readonly string[]): Html {
  const { openedAt, closedAt, side, entryPrice, exitPrice, fees, profit } = trip;
  return html`<tr>
    <td>${instant(openedAt)}</td>
    <td>${closedAt === null ? html`<em>open</em>` : instant(closedAt)}</td>
    ${symbols.length > 1 ? html`<td>${symbols[trip.instrument] ?? ''}</td>` : null}
    <td>${side}</td>
    <td class="number">${quantity(trip.quantity)}</td>
    <td class="number">${quantity(entryPrice)}</td>
    <td class="number">${quantity(exitPrice)}</td>
    <td class="number">${closedAt === null ? '' : duration(closedAt - openedAt)}</td>
    <td class="number">${number(fees)}</td>
    <td class="number ${sideOf(profit)}">${number(profit)}</td>
    <td class="number ${sideOf(profit)}">${change(trip.return)}</td>
  </tr>`;
}
