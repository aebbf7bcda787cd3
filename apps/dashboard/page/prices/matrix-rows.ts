import { element } from '../dom/elements';
import { capitalized } from '../format/price-format';
import { BestCell } from './best-cell';
import { CELL_FIELDS, type PriceCell } from './price-cell';

/** One symbol of the matrix. */
export interface SymbolRow {
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** The whole row. */
  readonly root: HTMLElement;
  /** The best quotes of all venues. */
  readonly best: BestCell;
  /** Its cells by venue. */
  readonly cells: Map<string, PriceCell>;
}

/** The row of a symbol, still empty. */
export function newRow(symbol: string): SymbolRow {
  const root = withRole('row', element('div', 'matrix-row'));
  root.dataset['row'] = symbol;
  return { symbol, root, best: new BestCell(), cells: new Map() };
}

/** The row of headings. */
export function headRow(venues: readonly string[]): HTMLElement {
  const row = withRole('row', element('div', 'matrix-row'));
  const best = element('div', 'best headings');
  best.append(
    element('span', 'best-bid', 'Best bid'),
    element('span', 'best-ask', 'Best ask'),
    element('span', 'apart', 'Spread'),
  );
  row.append(withRole('columnheader', element('div', 'symbol', 'Symbol')), withRole('columnheader', best));
  for (const venue of venues) {
    const heading = element('div', 'quote headings');
    heading.append(element('span', 'venue-name', capitalized(venue)));
    for (const [name, title] of Object.entries(CELL_FIELDS)) heading.append(element('span', name, title));
    const holder = withRole('columnheader', element('div', 'venue-heading'));
    holder.append(heading);
    row.append(holder);
  }
  return row;
}

/** Puts the cells of a row in the order of the venues. */
export function fillRow({ symbol, root, best, cells }: SymbolRow, venues: readonly string[]): void {
  root.replaceChildren(
    withRole('rowheader', element('div', 'symbol', symbol)),
    withRole('cell', best.root),
    ...venues.map((venue) => venueCell(venue, cells.get(venue))),
  );
}

function venueCell(exchange: string, cell: PriceCell | undefined): HTMLElement {
  const holder = withRole('cell', element('div', cell === undefined ? 'venue unlisted' : 'venue'));
  holder.dataset['venue'] = capitalized(exchange);
  holder.append(cell?.button ?? element('span', 'no-trades', 'no trades'));
  return holder;
}

function withRole<T extends HTMLElement>(role: string, target: T): T {
  target.setAttribute('role', role);
  return target;
}
