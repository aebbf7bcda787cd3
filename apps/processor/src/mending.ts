import type { Processing, ProcessingOutputs } from '@neuraltrade/processing';
import type { Logger } from '@neuraltrade/service';
import type { Hole, HoleBook } from './hole-book';
import type { StoredTicks } from './stored-ticks';

/** Stored trades are read in pieces of so much market time, ms: bounds what is held at once. */
const PIECE_MS = 300_000;
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 60_000;

/** What mending works with. */
export interface MendingDeps {
  /** Where the trades that were handed out are stored; null = nowhere that can be asked. */
  readonly storedTicks: StoredTicks | null;
  /** How long a hole may stay open once a trade behind it has come, ms. */
  readonly patienceMs: number;
  /** Where it is told. */
  readonly log: Logger;
  /** Our clock, ms UTC. */
  readonly now: () => number;
}

/** What is mended: one ownership of a partition. */
export interface Mended {
  /** Its candles. */
  readonly processing: Processing;
  /** Where they are published. */
  readonly outputs: ProcessingOutputs;
  /** What is missing. */
  readonly holes: HoleBook;
}

/**
 * Merges stored trades into candles that lack them. A hole counts as filled once the ids of its symbol have no break from before it
 * to behind it: no other sign proves that the store has everything by now. Ids that venues do not give out one by one prove
 * nothing; their candles get the trades all the same and stay incomplete.
 */
export class Mending {
  readonly #attempts = new WeakMap<Hole, { count: number; dueAt: number }>();
  #running = false;

  /** Nothing is read before {@link run}. */
  constructor(private readonly deps: MendingDeps) {}

  /**
   * Goes through what is open; at most one run at a time.
   * @param isCurrent whether the ownership is still the one that is mended.
   * @returns whether anything has changed.
   */
  async run(mended: Mended, isCurrent: () => boolean): Promise<boolean> {
    if (this.#running || mended.holes.holes.length === 0) return false;
    this.#running = true;
    try {
      let changed = false;
      for (const hole of [...mended.holes.holes]) {
        if (!isCurrent()) return false;
        changed = (await this.#mend(hole, mended, isCurrent)) || changed;
      }
      return changed;
    } finally {
      this.#running = false;
    }
  }

  async #mend(hole: Hole, mended: Mended, isCurrent: () => boolean): Promise<boolean> {
    const { storedTicks, log, now } = this.deps;
    if (!mended.holes.isMissing(hole)) return this.#close(hole, 'filled', mended);
    if (storedTicks === null) return this.#giveUp(hole, hole.foundAt, mended);
    // Without a trade behind it nothing can be proven yet, and what the store has is not all.
    if (hole.followedAt === null) return false;
    const attempt = this.#attempts.get(hole) ?? { count: 0, dueAt: 0 };
    if (now() < attempt.dueAt) return false;
    attempt.count += 1;
    attempt.dueAt = now() + Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** attempt.count);
    this.#attempts.set(hole, attempt);
    const { exchange, symbol } = hole;
    try {
      await this.#merge(storedTicks, hole, attempt.count === 1 ? hole.near : hole.from, mended, isCurrent);
    } catch (error) {
      log.warn({ exchange, symbol, reason: String(error) }, 'Stored trades cannot be read to mend candles.');
    }
    if (!isCurrent()) return false;
    const coverage = mended.processing.coverage(exchange).find((known) => known.symbol === symbol);
    if (hole.provable && coverage?.unbroken === true) return this.#close(hole, 'filled', mended);
    this.#giveUp(hole, hole.followedAt, mended);
    return true;
  }

  async #merge(
    storedTicks: StoredTicks,
    { exchange, symbol, to }: Hole,
    from: number,
    { processing, outputs }: Mended,
    isCurrent: () => boolean,
  ): Promise<void> {
    // Stored already: handing them out again would only write the same rows. What is refused is missed by the check of the ids.
    const merging: ProcessingOutputs = {
      tick: () => undefined,
      refuse: () => undefined,
      candle: (candle) => outputs.candle(candle),
      gap: (gap) => outputs.gap(gap),
    };
    for (let at = from; at <= to; at += PIECE_MS) {
      const until = Math.min(at + PIECE_MS, to + 1);
      const ticks = await storedTicks.ticks({ exchange, symbol, from: at, until });
      if (!isCurrent()) return;
      processing.apply(ticks, merging);
    }
  }

  #giveUp(hole: Hole, since: number, mended: Mended): boolean {
    if (this.deps.now() - since < this.deps.patienceMs) return false;
    return this.#close(hole, 'unfillable', mended);
  }

  #close(hole: Hole, status: 'filled' | 'unfillable', { holes, processing, outputs }: Mended): boolean {
    holes.close(hole, status, processing, outputs);
    const { exchange, symbol, from, to } = hole;
    const fields = { exchange, symbol, from, to };
    if (status === 'filled') this.deps.log.info(fields, 'Candles that lacked lost batches are whole again.');
    else this.deps.log.error(fields, 'Candles that lack lost batches stay incomplete.');
    return true;
  }
}
