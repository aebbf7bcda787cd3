import type { ProcessedTick } from '@neuraltrade/contracts';

/** A few more than one message tells, so that what came since the last one is told whole. */
const KEPT = 128;

/** The last trades of one symbol, in the order of their arrival. */
export class Tape {
  private readonly trades: ProcessedTick[] = [];
  private count = 0;

  /** How many trades there were: the version of the newest one. */
  get version(): number {
    return this.count;
  }

  /** The version of the oldest trade that is kept. */
  get oldest(): number {
    return Math.max(1, this.count - KEPT + 1);
  }

  /** Takes a trade; one that is older than the one it would push out (late history) is none for the tape. */
  accept(trade: ProcessedTick): void {
    const place = this.count % KEPT;
    const pushedOut = this.trades[place];
    if (pushedOut !== undefined && trade.timestamp < pushedOut.timestamp) return;
    this.trades[place] = trade;
    this.count += 1;
  }

  /** The trades of these versions, both inclusive; none of them may be older than the oldest kept one. */
  between(first: number, last: number): ProcessedTick[] {
    const found: ProcessedTick[] = [];
    for (let version = first; version <= last; version += 1) {
      const trade = this.trades[(version - 1) % KEPT];
      if (trade !== undefined) found.push(trade);
    }
    return found;
  }
}

/** The tapes of all symbols. Bounded. */
export class Tapes {
  private readonly venues = new Map<string, Map<string, Tape>>();
  private size = 0;

  /** @param maxSymbols most (exchange, symbol) pairs that are kept; further ones have no tape. */
  constructor(private readonly maxSymbols: number) {}

  /** Takes a trade from the bus. */
  accept(trade: ProcessedTick): void {
    (this.find(trade.exchange, trade.symbol) ?? this.add(trade.exchange, trade.symbol))?.accept(trade);
  }

  /** The tape of a symbol; undefined before its first trade. */
  find(exchange: string, symbol: string): Tape | undefined {
    return this.venues.get(exchange)?.get(symbol);
  }

  private add(exchange: string, symbol: string): Tape | undefined {
    if (this.size >= this.maxSymbols) return undefined;
    this.size += 1;
    let symbols = this.venues.get(exchange);
    if (symbols === undefined) this.venues.set(exchange, (symbols = new Map<string, Tape>()));
    const tape = new Tape();
    symbols.set(symbol, tape);
    return tape;
  }
}
