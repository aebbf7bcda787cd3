import { element } from '../dom/elements';
import { atNextFrame } from '../dom/frame';
import type { PriceRow } from '../protocol';
import { remember } from '../view/remembered';
import { bestQuotes } from './best-quotes';
import { nextCell } from './matrix-keys';
import { fillRow, headRow, newRow, type SymbolRow } from './matrix-rows';
import { PriceCell } from './price-cell';

/** How long a price that changed is lit, ms. */
const FLASH_MS = 250;

/** The prices of all venues side by side: a row a symbol, a cell a venue. USD and USDT are different symbols. */
export class PriceMatrix {
  private readonly rows = new Map<string, SymbolRow>();
  private readonly dirtyCells = new Set<PriceCell>();
  private flashing: PriceCell[] = [];
  private readonly dirtyRows = new Set<SymbolRow>();
  private readonly head = element('div', 'matrix-head');
  private readonly body = element('div', 'matrix-body');
  private venues: string[] = [];
  private symbols: string[] = [];
  private chosen: PriceCell | null = null;
  private selected = { exchange: '', symbol: '' };
  private now: number | null = null;
  private isLaidOut = true;
  private readonly paint = (): void => this.draw();
  private readonly calm = (): void => {
    for (const cell of this.flashing.splice(0)) cell.calm();
  };

  /**
   * @param root an empty element.
   * @param onSelect told which venue and symbol was chosen.
   */
  constructor(
    private readonly root: HTMLElement,
    private readonly onSelect: (exchange: string, symbol: string) => void,
  ) {
    root.setAttribute('role', 'table');
    for (const group of [this.head, this.body]) group.setAttribute('role', 'rowgroup');
    root.append(this.head, this.body);
    this.body.addEventListener('keydown', (event) => this.move(event));
  }

  /** Takes prices; they are drawn together at the next frame. */
  take(prices: readonly PriceRow[]): void {
    for (const price of prices) {
      const row = this.rows.get(price.symbol) ?? this.addRow(price.symbol);
      const cell = row.cells.get(price.exchange) ?? this.addCell(row, price);
      cell.row = price;
      this.dirtyCells.add(cell);
      this.dirtyRows.add(row);
    }
    atNextFrame(this.paint);
  }

  /** Marks the cell that the chart shows. */
  select(exchange: string, symbol: string): void {
    this.selected = { exchange, symbol };
    this.showSelected();
  }

  /** The symbols that some venue trades, ascending. */
  knownSymbols(): readonly string[] {
    return this.symbols;
  }

  /** The venues that trade a symbol, ascending. */
  venuesOf(symbol: string): readonly string[] {
    const cells = this.rows.get(symbol)?.cells;
    return cells === undefined ? [] : this.venues.filter((venue) => cells.has(venue));
  }

  /** The newest price of a market; null before its first trade. */
  lastOf(exchange: string, symbol: string): number | null {
    return this.rows.get(symbol)?.cells.get(exchange)?.row?.last ?? null;
  }

  /** What to show first: the symbol that most venues trade, at the first of them; null without any price. */
  suggestion(): { exchange: string; symbol: string } | null {
    let best: { exchange: string; symbol: string } | null = null;
    let most = 0;
    for (const symbol of this.symbols) {
      const trading = this.venuesOf(symbol);
      const [exchange] = trading;
      if (exchange === undefined || trading.length <= most) continue;
      most = trading.length;
      best = { exchange, symbol };
    }
    return best;
  }

  /**
   * Shows how old everything is at `now`, ms UTC, and compares anew what may still be compared. Returns the age of the newest
   * trade; null without any.
   */
  age(now: number): number | null {
    this.now = now;
    let newest: number | null = null;
    for (const row of this.rows.values()) {
      for (const cell of row.cells.values()) {
        const age = cell.drawAge(now);
        if (age !== null && (newest === null || age < newest)) newest = age;
      }
      this.drawBest(row);
    }
    return newest;
  }

  private draw(): void {
    if (!this.isLaidOut) this.layOut();
    const flashing: PriceCell[] = [];
    for (const cell of this.dirtyCells) if (cell.draw()) flashing.push(cell);
    if (flashing.length > 0) this.calmLater(flashing);
    for (const row of this.dirtyRows) this.drawBest(row);
    this.dirtyCells.clear();
    this.dirtyRows.clear();
  }

  /** A flash that is switched on and off costs two drawings, one that fades a drawing in every frame. */
  private calmLater(cells: readonly PriceCell[]): void {
    if (this.flashing.length === 0) setTimeout(() => atNextFrame(this.calm), FLASH_MS);
    this.flashing.push(...cells);
  }

  private drawBest({ best, cells }: SymbolRow): void {
    const rows: PriceRow[] = [];
    for (const { row } of cells.values()) if (row !== null) rows.push(row);
    const quotes = bestQuotes(rows, this.now);
    best.draw(quotes);
    for (const [exchange, cell] of cells) {
      const isBest = (side: typeof quotes.bid): boolean => side?.exchanges.includes(exchange) === true;
      cell.markBest(isBest(quotes.bid), isBest(quotes.ask));
    }
  }

  private addRow(symbol: string): SymbolRow {
    const row = newRow(symbol);
    this.rows.set(symbol, row);
    this.symbols = sortedWith(this.symbols, symbol);
    return row;
  }

  private addCell({ cells }: SymbolRow, { exchange, symbol }: PriceRow): PriceCell {
    const cell = new PriceCell(exchange, symbol, () => this.onSelect(exchange, symbol));
    cells.set(exchange, cell);
    this.venues = sortedWith(this.venues, exchange);
    this.isLaidOut = false;
    return cell;
  }

  private layOut(): void {
    this.isLaidOut = true;
    const focused = document.activeElement;
    this.root.style.setProperty('--venues', String(this.venues.length));
    this.head.replaceChildren(headRow(this.venues));
    for (const row of this.rows.values()) fillRow(row, this.venues);
    this.body.replaceChildren(...this.symbols.flatMap((symbol) => this.rows.get(symbol)?.root ?? []));
    if (focused instanceof HTMLElement && focused !== document.activeElement) focused.focus();
    this.showSelected();
    remember('symbols', String(this.symbols.length));
  }

  private showSelected(): void {
    this.chosen?.choose(false);
    const { exchange, symbol } = this.selected;
    this.chosen = this.rows.get(symbol)?.cells.get(exchange) ?? null;
    this.chosen?.choose(true);
    this.makeReachable(
      this.chosen ??
        this.rows
          .get(this.symbols[0] ?? '')
          ?.cells.values()
          .next().value,
    );
  }

  /** One cell is reached by Tab, the others from there by arrow keys. */
  private makeReachable(cell: PriceCell | undefined): void {
    for (const reachable of this.body.querySelectorAll<HTMLElement>('.quote[tabindex="0"]'))
      reachable.tabIndex = -1;
    if (cell !== undefined) cell.button.tabIndex = 0;
  }

  private move(event: KeyboardEvent): void {
    const { exchange = '', symbol = '' } = (event.target as HTMLElement).dataset;
    const { symbols } = this;
    const from = [symbols.indexOf(symbol), this.venues.indexOf(exchange)] as const;
    const cellAt = (row: number, column: number): PriceCell | undefined =>
      this.rows.get(symbols[row] ?? '')?.cells.get(this.venues[column] ?? '');
    const next = nextCell(event.key, from, cellAt, [symbols.length, this.venues.length]);
    if (next === undefined) return;
    event.preventDefault();
    this.makeReachable(next);
    next.button.focus();
  }
}

function sortedWith(names: string[], name: string): string[] {
  return names.includes(name) ? names : [...names, name].sort();
}
