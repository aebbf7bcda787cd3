import { compareTradeIds, type ProcessedTick } from '@neuraltrade/contracts';
import type { LastPrice } from '@neuraltrade/storage';
import type { PriceRow } from '../page/protocol';

/** The newest trade of one symbol; the same object as long as the dashboard runs. */
export interface PriceEntry {
  /** The trade, from the bus or (until one comes) from the store. */
  source: ProcessedTick | LastPrice;
  /** The version of its last change. */
  version: number;
  /** JSON of its row; null until it is asked for again. */
  text: string | null;
}

/** Newest trade per (exchange, symbol) by venue time and id: a backfilled old trade replaces no newer one. Bounded. */
export class LatestPrices {
  private readonly venues = new Map<string, Map<string, PriceEntry>>();
  private readonly all: PriceEntry[] = [];
  private changes = 0;
  private newest = 0;

  /** @param maxSymbols most (exchange, symbol) pairs that are kept; further ones are refused. */
  constructor(private readonly maxSymbols: number) {}

  /** Takes a trade from the bus. False when it is refused because the bound is reached. */
  accept(tick: ProcessedTick): boolean {
    const entry = this.find(tick.exchange, tick.symbol);
    if (entry === undefined) return this.add(tick);
    if (!isNewer(tick, entry.source)) return true;
    entry.source = tick;
    this.mark(entry);
    return true;
  }

  /** Takes a stored trade, where none is known. */
  seed(stored: LastPrice): void {
    if (this.find(stored.exchange, stored.symbol) === undefined) this.add(stored);
  }

  /** Whether a trade of the symbol is known. */
  has(exchange: string, symbol: string): boolean {
    return this.find(exchange, symbol) !== undefined;
  }

  /** Every known symbol's entry. */
  entries(): readonly PriceEntry[] {
    return this.all;
  }

  /** How many changes there were: the version of the newest one. */
  get version(): number {
    return this.changes;
  }

  /** The newest venue time of all trades, ms UTC; 0 before the first. */
  newestTimestamp(): number {
    return this.newest;
  }

  private find(exchange: string, symbol: string): PriceEntry | undefined {
    return this.venues.get(exchange)?.get(symbol);
  }

  private add(source: ProcessedTick | LastPrice): boolean {
    if (this.all.length >= this.maxSymbols) return false;
    const entry: PriceEntry = { source, version: 0, text: null };
    let symbols = this.venues.get(source.exchange);
    if (symbols === undefined) this.venues.set(source.exchange, (symbols = new Map<string, PriceEntry>()));
    symbols.set(source.symbol, entry);
    this.all.push(entry);
    this.mark(entry);
    return true;
  }

  private mark(entry: PriceEntry): void {
    entry.text = null;
    if (entry.source.timestamp > this.newest) this.newest = entry.source.timestamp;
    this.changes += 1;
    entry.version = this.changes;
  }
}

/** The row that clients see; without a quote there is no spread. */
export function priceRow({ source }: PriceEntry): PriceRow {
  const { exchange, symbol, bid, ask, last, quoted, timestamp } = source;
  const spread = quoted ? source.spread : null;
  const spreadBps = quoted ? source.spreadBps : null;
  return { exchange, symbol, bid, ask, last, spread, spreadBps, quoted, timestamp };
}

function isNewer(next: ProcessedTick, current: ProcessedTick | LastPrice): boolean {
  if (next.timestamp !== current.timestamp) return next.timestamp > current.timestamp;
  return !('tradeId' in current) || compareTradeIds(next.tradeId, current.tradeId) > 0;
}
