import { compareTradeIds } from '@neuraltrade/contracts';
import type { HistoryRange, TradeEvent } from '@neuraltrade/venues';
import { historyPages, type HistoryPagesDeps } from './history-pages';
import type { OpenGap } from './open-gap';

/** Ids of one request's range: where both ends are known the range is walked upwards, whatever way the pages go. */
const CHUNK_IDS = 1_000n;
/** Most trades held before they are passed on, where pages go down: of a larger range the newest part is filled. */
const MAX_COLLECTED = 20_000;
/** How often a history that does not reach the live trades yet is asked for again. */
const MAX_LAGS = 5;
/** A history is behind its feed by no more than this, ms: what it lacks of an older time it will not get. */
const MAX_LAG_MS = 5_000;
/** Wait before the first such repetition, ms; doubles with each. */
const LAG_WAIT_MS = 500;
/** How often ids that the venue left out are asked for once more: the answer may have been a wrong one. */
const MAX_SECOND_LOOKS = 5;

/** What a gap is filled with. */
export interface GapFillerDeps extends HistoryPagesDeps {
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** The present by the venue's clock, ms UTC. */
  readonly venueNow: () => number;
  /** Passes past trades on in their order, those that the gap wants; resolves when there was room for all. */
  readonly publish: (trades: readonly TradeEvent[], receivedAt: number) => Promise<void>;
}

/** Fetches what one gap lacks, as far as the venue serves it, and passes it on in the order of ids. */
export class GapFiller {
  readonly #gap: OpenGap;
  readonly #deps: GapFillerDeps;
  #lags = 0;
  #secondLooks = 0;

  /** @param gap what to fill. */
  constructor(gap: OpenGap, deps: GapFillerDeps) {
    this.#gap = gap;
    this.#deps = deps;
  }

  /**
   * Resolves when the gap is complete or the venue has nothing more for it.
   * @throws what {@link historyPages} throws; what was fetched before has been passed on.
   */
  async fill(): Promise<void> {
    if (this.#gap.complete) return;
    if (this.#gap.end === null || this.#gap.missing === null) await this.#collect();
    if (this.#gap.end !== null && this.#gap.missing !== null) await this.#walk();
  }

  /** Both ends are known by their ids: fetches upwards in ranges that fit one page. */
  async #walk(): Promise<void> {
    let from = 0n;
    let lookedTwiceAt: bigint | null = null;
    for (;;) {
      const stretch = this.#gap.missing?.lowest(from) ?? null;
      if (stretch === null || stretch.last === null) return;
      const upTo = stretch.first + CHUNK_IDS;
      const before = upTo <= stretch.last ? upTo : stretch.last + 1n;
      const { newest, beyond, newestOnly } = await this.#chunk({
        afterTradeId: String(stretch.first - 1n),
        beforeTradeId: String(before),
        fromTimestamp: stretch.from,
        toTimestamp: stretch.to,
      });
      const left = this.#gap.missing?.lowest(stretch.first) ?? null;
      if (left === null || left.first >= before) continue;
      const behind = newest === null || BigInt(newest) < before - 1n;
      const recent = this.#deps.venueNow() - (stretch.to ?? Infinity) < MAX_LAG_MS;
      if (behind && recent && (await this.#waitForHistory())) continue;
      if (!newestOnly && lookedTwiceAt !== left.first && this.#secondLooks < MAX_SECOND_LOOKS) {
        this.#secondLooks += 1;
        lookedTwiceAt = left.first;
        continue;
      }
      // Where the pages go up, the next trade behind the range shows how far the venue has left ids out.
      from = beyond === null ? before : BigInt(beyond);
    }
  }

  /**
   * Passes one range on and returns the newest id that the venue served, null when it served none, and the first one at or
   * behind the range's end, null when it served none of those.
   */
  async #chunk(
    bounds: Omit<HistoryRange, 'symbol'> & { readonly beforeTradeId: string },
  ): Promise<{ newest: string | null; beyond: string | null; newestOnly: boolean }> {
    const rows = new CollectedTrades(MAX_COLLECTED);
    let newest: string | null = null;
    let beyond: string | null = null;
    let newestOnly = false;
    try {
      for await (const page of this.#pages(bounds)) {
        const { trades, receivedAt } = page;
        newestOnly = page.newestOnly;
        rows.add(
          trades.filter((trade) => this.#gap.wants(trade)),
          receivedAt,
        );
        beyond ??=
          trades.find(({ tradeId }) => compareTradeIds(tradeId, bounds.beforeTradeId) >= 0)?.tradeId ?? null;
        const last = trades.at(-1)?.tradeId;
        if (last !== undefined && (newest === null || compareTradeIds(last, newest) > 0)) newest = last;
        if (rows.full) break;
      }
    } finally {
      await rows.passOn(this.#deps.publish);
    }
    return { newest, beyond, newestOnly };
  }

  /** An end is not known by its id: reads the pages until one reaches the begin of the range. */
  async #collect(): Promise<void> {
    const { record, missing } = this.#gap;
    const { reach } = this.#deps.venue.tradeHistory;
    const askedAt = this.#deps.venueNow();
    const begin = missing?.lowest(0n) ?? null;
    const rows = new CollectedTrades(MAX_COLLECTED);
    let served = 0;
    let oldest: TradeEvent | null = null;
    let newest: TradeEvent | null = null;
    let upwards = false;
    let complete = false;
    let readable = true;
    try {
      const bounds = {
        afterTradeId: begin === null ? record.afterTradeId : String(begin.first - 1n),
        beforeTradeId: this.#gap.end?.tradeId ?? null,
        fromTimestamp: begin?.from ?? record.fromTimestamp,
        toTimestamp: this.#gap.end?.timestamp ?? null,
      };
      for await (const { trades, receivedAt, last, refused } of this.#pages(bounds)) {
        readable &&= refused === 0;
        const [low, high] = [trades[0], trades.at(-1)];
        if (low !== undefined && high !== undefined) {
          if (newest !== null && compareTradeIds(low.tradeId, newest.tradeId) > 0) {
            // Nothing older can follow any more: what was held so far can go.
            upwards = true;
            await this.#passOn(rows, 'begin');
          }
          if (oldest === null || compareTradeIds(low.tradeId, oldest.tradeId) < 0) oldest = low;
          if (newest === null || compareTradeIds(high.tradeId, newest.tradeId) > 0) newest = high;
        }
        served += trades.length;
        rows.add(
          trades.filter((trade) => this.#gap.wants(trade)),
          receivedAt,
        );
        complete = last;
        if (rows.full) break;
      }
    } finally {
      const reachesBegin =
        upwards || (complete && (reach === null || served < reach || this.#reachesBegin(oldest)));
      const proven = this.#proves(newest, readable);
      await this.#passOn(rows, !proven ? 'nothing' : reachesBegin ? 'begin' : 'rest');
    }
    if (!this.#proves(newest, readable)) {
      if (await this.#waitForHistory()) await this.#collect();
    } else if (this.#gap.end === null && complete && this.#gap.quiet) {
      this.#endQuietly(askedAt, newest);
    }
  }

  /** Where ids do not tell what is missing, only a history that overlaps the feed, every row readable, shows that nothing is. */
  #proves(newest: TradeEvent | null, readable: boolean): boolean {
    if (this.#deps.venue.consecutiveTradeIds) return readable || this.#gap.record.afterTradeId !== null;
    const { end, record } = this.#gap;
    const known = end?.tradeId ?? record.afterTradeId;
    return readable && (known === null || (newest !== null && compareTradeIds(newest.tradeId, known) >= 0));
  }

  #reachesBegin(oldest: TradeEvent | null): boolean {
    const { afterTradeId, fromTimestamp } = this.#gap.record;
    if (oldest === null) return true;
    return afterTradeId === null
      ? oldest.timestamp <= fromTimestamp
      : compareTradeIds(oldest.tradeId, afterTradeId) <= 0;
  }

  /** @param reached what the pages showed: the gap's begin, only what they hold, or nothing at all. */
  async #passOn(rows: CollectedTrades, reached: 'begin' | 'rest' | 'nothing'): Promise<void> {
    const first = rows.first;
    if (first !== null) this.#gap.beginsAt(first);
    await rows.passOn(this.#deps.publish);
    // Only now: whoever closes the gap meanwhile must not find it filled.
    if (reached === 'begin') this.#gap.servedFrom(null);
    else if (reached === 'rest' && first !== null) this.#gap.servedFrom(first);
  }

  #endQuietly(askedAt: number, newest: TradeEvent | null): void {
    const { record, missing } = this.#gap;
    const newestId = newest?.tradeId ?? null;
    const behind =
      newestId === null ||
      (record.afterTradeId !== null && compareTradeIds(newestId, record.afterTradeId) <= 0);
    if (!behind) missing?.endBefore(BigInt(newestId) + 1n, askedAt);
    // An id that the venue left out on its way up is missing, whatever follows.
    if (behind || missing === null || missing.empty) this.#gap.endsQuietly(askedAt, behind ? null : newestId);
  }

  #pages(bounds: Omit<HistoryRange, 'symbol'>): ReturnType<typeof historyPages> {
    const { venue, symbol } = this.#deps;
    // Coarser times may lie before the feed's time of the same trade.
    const slackMs = venue.tradeHistory.exactTimes ? 0 : 2;
    const fromTimestamp = Math.max(0, bounds.fromTimestamp - slackMs);
    return historyPages(this.#deps, { ...bounds, symbol, fromTimestamp });
  }

  /** A venue's history may be behind its feed: waits a little, false when that was done often enough. */
  async #waitForHistory(): Promise<boolean> {
    if (this.#lags >= MAX_LAGS) return false;
    const waitMs = LAG_WAIT_MS * 2 ** this.#lags;
    this.#lags += 1;
    await this.#deps.rest.sleep(waitMs);
    return true;
  }
}

/** Past trades in ascending order that came in pages of either direction. */
class CollectedTrades {
  readonly #max: number;
  #pages: { trades: readonly TradeEvent[]; receivedAt: number }[] = [];
  #size = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get full(): boolean {
    return this.#size >= this.#max;
  }

  get first(): TradeEvent | null {
    return this.#pages[0]?.trades[0] ?? null;
  }

  add(trades: readonly TradeEvent[], receivedAt: number): void {
    const first = trades[0];
    if (first === undefined) return;
    const above = this.#pages.findIndex(
      (page) => compareTradeIds((page.trades[0] as TradeEvent).tradeId, first.tradeId) > 0,
    );
    this.#pages.splice(above === -1 ? this.#pages.length : above, 0, { trades, receivedAt });
    this.#size += trades.length;
  }

  async passOn(publish: GapFillerDeps['publish']): Promise<void> {
    const pages = this.#pages;
    this.#pages = [];
    this.#size = 0;
    for (const { trades, receivedAt } of pages) await publish(trades, receivedAt);
  }
}
