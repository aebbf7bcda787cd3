import type { RawTick } from '@neuraltrade/contracts';
import { enrich } from '@neuraltrade/processing';
import type { TickArchive, TickHistory, TickSymbol } from '@neuraltrade/storage';

/** Length of the stretches whose ticks are counted, ms. */
export const STRETCH_MS = 300_000;
/** Ticks this young may still be on their way to the store or into a file, ms. */
const SETTLE_MS = 120_000;

/** What a repair works with. */
export interface RepairDeps {
  /** What was recorded. */
  readonly recorded: Pick<TickHistory, 'countTicks'>;
  /** Where it is recorded. */
  readonly archive: Pick<TickArchive, 'write'>;
  /** What the store has. */
  readonly store: TickHistory;
  /** Told of each stretch that was repaired. */
  readonly onRepaired: (symbol: TickSymbol, from: number, ticks: number) => void;
}

/**
 * Holds what was recorded against the store, stretch by stretch, and takes from it what is missing: whatever the cause, a queue
 * that dropped its oldest messages, a recorder that was away, a file that was lost. Both sides count by themselves, so that only
 * stretches in which the store has more are read.
 */
export class Repair {
  /** Ticks that the store had in a stretch of which nothing new was found: it is not read again before it has others. */
  private readonly inVain = new Map<string, number>();

  constructor(private readonly deps: RepairDeps) {}

  /**
   * Repairs the time from `now - reachMs` to shortly before now, ms UTC. @returns ticks that were missing.
   * @throws what store and archive throw when they cannot be read or written.
   */
  async run(now: number, reachMs: number): Promise<number> {
    const to = down(now - SETTLE_MS);
    const from = Math.max(0, down(now - reachMs));
    if (from >= to) return 0;
    let found = 0;
    for (const symbol of await this.deps.store.tickSymbols())
      found += await this.repairSymbol(symbol, from, to);
    return found;
  }

  private async repairSymbol(symbol: TickSymbol, from: number, to: number): Promise<number> {
    const { store, recorded } = this.deps;
    const range = { ...symbol, from, to };
    const stored = await store.countTicks(range, STRETCH_MS);
    if (stored.size === 0) return 0;
    const known = await recorded.countTicks(range, STRETCH_MS);
    let found = 0;
    for (const [start, count] of stored) {
      const key = `${symbol.exchange}:${symbol.symbol}:${start}`;
      if (count <= (known.get(start) ?? 0) || this.inVain.get(key) === count) continue;
      const written = await this.repairStretch(symbol, start);
      if (written === 0) this.inVain.set(key, count);
      found += written;
    }
    this.forgetBefore(from);
    return found;
  }

  private async repairStretch(symbol: TickSymbol, from: number): Promise<number> {
    const { store, archive, onRepaired } = this.deps;
    let written = 0;
    const take = async (ticks: readonly RawTick[]): Promise<void> => {
      written += (await archive.write(ticks.map(enrich))).written;
    };
    await store.readTicks({ ...symbol, from, to: from + STRETCH_MS }, take);
    if (written > 0) onRepaired(symbol, from, written);
    return written;
  }

  private forgetBefore(instant: number): void {
    for (const key of this.inVain.keys())
      if (Number(key.slice(key.lastIndexOf(':') + 1)) < instant) this.inVain.delete(key);
  }
}

function down(instant: number): number {
  return Math.floor(instant / STRETCH_MS) * STRETCH_MS;
}
