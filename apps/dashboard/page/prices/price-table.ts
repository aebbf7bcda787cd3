import { element, setText } from '../dom/elements';
import { capitalized, formatAge, formatBps, formatPrice, priceDecimals } from '../format/price-format';
import type { PriceRow } from '../protocol';

/** A trade older than this is marked: on most venues a symbol trades more often, ms. */
const OLD_MS = 60_000;
const FLASH_MS = 450;
const COLUMNS = ['last', 'bid', 'ask', 'bps', 'age'] as const;
const HEADINGS = { last: 'Last', bid: 'Bid', ask: 'Ask', bps: 'bps', age: 'Age' } as const;

type Fields = Record<(typeof COLUMNS)[number], HTMLElement>;

interface Cell {
  readonly button: HTMLButtonElement;
  readonly fields: Fields;
  row: PriceRow | null;
  /** What is on the screen, to see which way the price went. */
  shown: number | null;
}

/** The table of all venues side by side: a row a symbol, a group of figures a venue. */
export class PriceTable {
  private readonly cells = new Map<string, Cell>();
  private readonly dirty = new Set<Cell>();
  private venues: string[] = [];
  private symbols: string[] = [];
  private selected = '';
  private frame = 0;
  private readonly calm = window.matchMedia('(prefers-reduced-motion: reduce)');

  /**
   * @param table an empty table with head and body.
   * @param onSelect told which venue and symbol was chosen.
   */
  constructor(
    private readonly table: HTMLTableElement,
    private readonly onSelect: (exchange: string, symbol: string) => void,
  ) {}

  /** Takes prices; they are drawn together at the next frame. */
  take(rows: readonly PriceRow[]): void {
    for (const row of rows) {
      const cell = this.cells.get(keyOf(row.exchange, row.symbol)) ?? this.addCell(row.exchange, row.symbol);
      cell.row = row;
      this.dirty.add(cell);
    }
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.draw());
  }

  /** What to show first: the symbol that most venues trade, at the first of them; null without any price. */
  suggestion(): { exchange: string; symbol: string } | null {
    let best: { exchange: string; symbol: string } | null = null;
    let most = 0;
    for (const symbol of this.symbols) {
      const trading = this.venues.filter((venue) => this.cells.has(keyOf(venue, symbol)));
      const [exchange] = trading;
      if (exchange === undefined || trading.length <= most) continue;
      most = trading.length;
      best = { exchange, symbol };
    }
    return best;
  }

  /** Marks the cell that the chart shows. */
  select(exchange: string, symbol: string): void {
    this.cells.get(this.selected)?.button.setAttribute('aria-pressed', 'false');
    this.selected = keyOf(exchange, symbol);
    this.cells.get(this.selected)?.button.setAttribute('aria-pressed', 'true');
  }

  /** Shows how old each trade is at `now`, ms UTC. Returns the age of the newest one; null without any. */
  age(now: number): number | null {
    let newest: number | null = null;
    for (const { row, fields, button } of this.cells.values()) {
      if (row === null) continue;
      const ageMs = now - row.timestamp;
      if (newest === null || ageMs < newest) newest = ageMs;
      setText(fields.age, formatAge(ageMs));
      button.classList.toggle('old', ageMs > OLD_MS);
    }
    return newest;
  }

  private draw(): void {
    this.frame = 0;
    for (const cell of this.dirty) this.drawCell(cell);
    this.dirty.clear();
  }

  private drawCell(cell: Cell): void {
    const { row, fields, shown, button } = cell;
    if (row === null) return;
    const decimals = priceDecimals(row.last);
    setText(fields.last, formatPrice(row.last, decimals));
    setText(fields.bid, row.quoted ? formatPrice(row.bid, decimals) : '–');
    setText(fields.ask, row.quoted ? formatPrice(row.ask, decimals) : '–');
    setText(fields.bps, formatBps(row.spreadBps));
    button.dataset['last'] = String(row.last);
    if (shown !== null && shown !== row.last) this.flash(fields.last, row.last > shown ? 'up' : 'down');
    cell.shown = row.last;
  }

  private flash(target: HTMLElement, direction: 'up' | 'down'): void {
    target.dataset['direction'] = direction;
    if (this.calm.matches) return;
    const color = getComputedStyle(target).getPropertyValue(`--${direction}-flash`);
    target.animate([{ backgroundColor: color }, { backgroundColor: 'transparent' }], FLASH_MS);
  }

  private addCell(exchange: string, symbol: string): Cell {
    const cell = newCell(exchange, symbol);
    cell.button.addEventListener('click', () => this.onSelect(exchange, symbol));
    this.cells.set(keyOf(exchange, symbol), cell);
    if (keyOf(exchange, symbol) === this.selected) cell.button.setAttribute('aria-pressed', 'true');
    this.venues = sortedWith(this.venues, exchange);
    this.symbols = sortedWith(this.symbols, symbol);
    this.layOut();
    return cell;
  }

  private layOut(): void {
    const focused = document.activeElement;
    const head = element('tr');
    head.append(heading('Symbol', 'symbol'), ...this.venues.map(venueHeading));
    const rows = this.symbols.map((symbol) => {
      const row = element('tr');
      const name = heading(symbol, 'symbol');
      name.scope = 'row';
      row.append(name, ...this.venues.map((venue) => this.tableCell(venue, symbol)));
      return row;
    });
    this.table.tHead?.replaceChildren(head);
    this.table.tBodies[0]?.replaceChildren(...rows);
    this.table.hidden = false;
    if (focused instanceof HTMLElement && focused !== document.activeElement) focused.focus();
  }

  private tableCell(exchange: string, symbol: string): HTMLTableCellElement {
    const holder = element('td');
    const cell = this.cells.get(keyOf(exchange, symbol));
    if (cell === undefined) holder.append(element('span', 'unlisted', 'no trades'));
    else holder.append(cell.button);
    holder.dataset['venue'] = capitalized(exchange);
    return holder;
  }
}

function newCell(exchange: string, symbol: string): Cell {
  const button = element('button', 'quote');
  button.type = 'button';
  button.setAttribute('aria-pressed', 'false');
  button.dataset['exchange'] = exchange;
  button.dataset['symbol'] = symbol;
  button.append(element('span', 'hidden-label', `${capitalized(exchange)} ${symbol}`));
  const field = (name: (typeof COLUMNS)[number]): HTMLElement => {
    const made = element('span', name);
    made.title = HEADINGS[name];
    button.append(made);
    return made;
  };
  const fields: Fields = {
    last: field('last'),
    bid: field('bid'),
    ask: field('ask'),
    bps: field('bps'),
    age: field('age'),
  };
  return { button, fields, row: null, shown: null };
}

function heading(text: string, className: string): HTMLTableCellElement {
  const made = element('th', className, text);
  made.scope = 'col';
  return made;
}

function venueHeading(venue: string): HTMLTableCellElement {
  const made = heading('', 'venue');
  made.append(element('span', 'venue-name', capitalized(venue)));
  const names = element('span', 'quote headings');
  for (const column of COLUMNS) names.append(element('span', column, HEADINGS[column]));
  made.append(names);
  return made;
}

function sortedWith(names: string[], name: string): string[] {
  return names.includes(name) ? names : [...names, name].sort();
}

function keyOf(exchange: string, symbol: string): string {
  return `${exchange}:${symbol}`;
}
