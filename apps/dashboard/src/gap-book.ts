import type { Gap } from '@neuraltrade/contracts';
import { KeyedLog } from './topics/keyed-log';

const MOST_GAPS = 100;

/** The gaps of one symbol that were heard of, in their latest status; one that was closed never opens again. */
export class SymbolGaps {
  private readonly gaps = new KeyedLog<string, Gap>(MOST_GAPS);
  private changes = 0;

  /** How many changes there were: the version of the newest one. */
  get version(): number {
    return this.changes;
  }

  /** Takes a gap from the bus. */
  accept(gap: Gap): void {
    const known = this.gaps.get(gap.gapId);
    if (gap.status === 'open' && known !== undefined && known.status !== 'open') return;
    this.gaps.put(gap.gapId, gap, (this.changes += 1));
  }

  /** The gaps that changed after a version, in the order of their changes. */
  after(version: number): Gap[] {
    return this.gaps.after(version);
  }

  /** Whether every change after this version is still known. */
  holdsAfter(version: number): boolean {
    return this.gaps.holdsAfter(version);
  }
}

/** The gaps of all symbols. Bounded. */
export class GapBook {
  private readonly symbols = new Map<string, SymbolGaps>();

  /** @param maxSymbols most (exchange, symbol) pairs that are kept; gaps of further ones are not shown. */
  constructor(private readonly maxSymbols: number) {}

  /** Takes a gap from the bus. */
  accept(gap: Gap): void {
    const key = `${gap.exchange}:${gap.symbol}`;
    let gaps = this.symbols.get(key);
    if (gaps === undefined) {
      if (this.symbols.size >= this.maxSymbols) return;
      this.symbols.set(key, (gaps = new SymbolGaps()));
    }
    gaps.accept(gap);
  }

  /** The gaps of a symbol; undefined before its first one. */
  find(exchange: string, symbol: string): SymbolGaps | undefined {
    return this.symbols.get(`${exchange}:${symbol}`);
  }
}
