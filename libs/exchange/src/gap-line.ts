import type { Gap, RawTick } from '@neuraltrade/contracts';
import type { Venue } from '@neuraltrade/venues';
import type { AdapterOutput } from './adapter-output';
import { GapBackfill } from './gap-backfill';
import { GapHold } from './gap-hold';
import type { HeldTrades } from './held-trades';
import type { Log } from './log';
import type { OpenGap, TradePlace } from './open-gap';
import { OrderedOutput } from './ordered-output';
import { QuietWait } from './quiet-wait';
import type { RestScheduler } from './rest-scheduler';
import type { Timers } from './timers';

/** More gaps of one symbol are not open at a time: the oldest that is not being filled is given up. */
const MAX_OPEN_GAPS = 100;

/** What the gaps of one symbol need. */
export interface GapLineDeps {
  /** Whose symbol it is. */
  readonly venue: Venue;
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** Where records go. */
  readonly output: AdapterOutput;
  /** Asks the venue for past trades; null = it cannot be asked, as in a replay. */
  readonly rest: RestScheduler | null;
  /** How long live trades are held for a gap at most, ms; 0 = not at all. */
  readonly gapHoldMs: number;
  /** What is held over all symbols. */
  readonly heldTrades: HeldTrades;
  /** Clock and timers. */
  readonly timers: Timers;
  /** Where gaps that cannot be filled are reported. */
  readonly log: Log;
  /** The present by the venue's clock, ms UTC. */
  readonly venueNow: () => number;
  /** Whether the adapter was told to wait. */
  readonly isPaused: () => boolean;
  /** Is told of every gap record. */
  readonly onGap: (gap: Gap) => void;
  /** Is told of every trade that was backfilled. */
  readonly onBackfilled: (place: TradePlace) => void;
}

/**
 * The open gaps of one symbol, oldest first, and the trades behind each. While trades are held, what goes out is: the
 * opening of a gap, its backfilled trades, the live trades behind it, its closing, and then the next gap in the same way.
 */
export class GapLine {
  readonly #deps: GapLineDeps;
  readonly #out: OrderedOutput;
  readonly #hold: GapHold;
  readonly #quiet: QuietWait;
  readonly #backfill: GapBackfill | null;
  readonly #gaps: OpenGap[] = [];
  #linkUp = false;

  /** A line without gaps. */
  constructor(deps: GapLineDeps) {
    const { rest, timers, gapHoldMs } = deps;
    this.#deps = deps;
    this.#out = new OrderedOutput(deps);
    // What cannot be backfilled is not waited for.
    this.#hold = new GapHold(timers, rest === null ? 0 : gapHoldMs, () => this.#endHold());
    this.#quiet = new QuietWait(timers, deps.isPaused);
    this.#backfill = rest === null ? null : this.#createBackfill(rest);
  }

  /** Whether live trades wait, or would if there were any: then nothing may be said of how far they reach. */
  get holding(): boolean {
    return this.#holds() || !this.#out.empty;
  }

  /** The newest gap if no trade behind it came yet. */
  get openEnded(): OpenGap | null {
    const newest = this.#gaps.at(-1);
    return newest !== undefined && newest.end === null ? newest : null;
  }

  /** Adds a gap behind all others. */
  open(gap: OpenGap): void {
    if (this.#gaps.length >= MAX_OPEN_GAPS) {
      this.#endHold();
      this.#close(this.#gaps.splice(1, 1)[0] as OpenGap);
    }
    this.#gaps.push(gap);
    if (this.#gaps.length === 1 || !this.#holds()) this.#announce(gap);
    if (this.#linkUp) {
      this.#hold.begin();
      this.#awaitQuiet();
    }
    this.#work();
  }

  /** Takes a live trade that is newer than all before; false when there is no room for it. */
  take(tick: RawTick): boolean {
    const newest = this.#gaps.at(-1);
    if (newest === undefined) return this.#out.live(tick);
    const { heldTrades } = this.#deps;
    if (this.#holds() && heldTrades.count >= heldTrades.max) this.#endHold();
    if (this.#holds()) {
      newest.held.push(tick);
      heldTrades.add(1);
    } else if (!this.#out.live(tick)) {
      return false;
    }
    if (newest.end === null) {
      newest.endsAt(tick);
      if (!this.#holds()) this.#sayEnd(newest);
      this.#quiet.end();
      this.#work();
    }
    return true;
  }

  /** Whether an open gap misses an id. */
  misses(tradeId: string): boolean {
    return this.#gaps.some(({ missing }) => missing?.has(tradeId));
  }

  /** Takes a live trade that is not newer than all before; false when there is no room for it. */
  takeLate(tick: RawTick): boolean {
    const gap = this.#gaps.find(({ missing }) => missing?.has(tick.tradeId)) ?? this.#gaps.at(-1);
    if (this.#holds() && gap !== undefined && gap !== this.#gaps[0]) {
      gap.held.push(tick);
      this.#deps.heldTrades.add(1);
    } else if (!this.#out.live(tick)) {
      return false;
    }
    this.#seen(tick);
    if (this.#gaps.length > 0) this.#work();
    return true;
  }

  /** A connection is up: what it brings is held from now on. */
  connected(): void {
    this.#linkUp = true;
    if (this.#gaps.length > 0) this.#hold.begin();
  }

  /** The symbol's trades flow: when none comes, there is none. */
  subscribed(): void {
    this.#awaitQuiet();
  }

  /** The connection ended: silence says nothing any more. */
  interrupted(): void {
    this.#linkUp = false;
    this.#quiet.end();
    if (this.openEnded !== null) this.openEnded.quiet = false;
  }

  /** The venue says that nothing is newer than the trade before the gap without an end. */
  upToDate(): void {
    const gap = this.openEnded;
    if (gap === null) return;
    gap.endsQuietly(Math.max(gap.record.fromTimestamp, this.#deps.venueNow()), null);
    this.#work();
  }

  /** Passes on what is held; nothing is fetched any more. */
  stop(): void {
    this.#endHold();
    if (this.#deps.rest === null) this.#giveUpEnd();
    this.#backfill?.stop();
    this.#hold.end();
    this.#quiet.end();
    this.#out.stop();
  }

  #holds(): boolean {
    return this.#gaps.length > 0 && this.#hold.allowed;
  }

  /** Lets go of everything that is held; gaps that are open by then are closed when they are, as revisions. */
  #endHold(): void {
    if (this.#gaps.length === 0 || !this.#hold.end()) return;
    for (const gap of this.#gaps) {
      if (!gap.announced) this.#announce(gap);
      else this.#sayEnd(gap);
      this.#release(gap);
    }
  }

  #release(gap: OpenGap): void {
    for (const tick of gap.held) this.#out.held(tick);
    gap.held.length = 0;
    this.#out.flush();
  }

  #announce(gap: OpenGap): void {
    gap.announced = true;
    this.#emit(gap.record);
  }

  /** Where the trades behind a gap go out before it is closed, only this record can tell a later run where it ends. */
  #sayEnd(gap: OpenGap): void {
    if (this.#deps.rest !== null && gap.record.beforeTradeId !== null && !gap.complete)
      this.#out.gap(gap.record);
  }

  #emit(record: Gap): void {
    this.#out.gap(record);
    this.#deps.onGap(record);
  }

  #awaitQuiet(): void {
    const gap = this.openEnded;
    if (gap === null || gap.quiet || this.#backfill === null) return;
    this.#quiet.begin(() => {
      const newest = this.openEnded;
      if (newest === null || !this.#linkUp) return;
      newest.quiet = true;
      this.#work();
    });
  }

  /** Closes the oldest gap when nothing more can be done for it, fills it when it can be filled, and so on. */
  #work(): void {
    const backfill = this.#backfill;
    for (let gap = this.#gaps[0]; gap !== undefined; gap = this.#gaps[0]) {
      // Whoever saw the last missing id: what is still asked for is not needed any more.
      if (!gap.complete) {
        if (backfill?.working) return;
        if (backfill !== null && !gap.givenUp) {
          if (gap.end !== null || gap.quiet) void this.#fill(gap, backfill);
          return;
        }
        if (!gap.ended) return;
      }
      this.#finish(gap);
    }
  }

  #finish(gap: OpenGap): void {
    this.#gaps.shift();
    this.#release(gap);
    this.#close(gap);
    const [next] = this.#gaps;
    if (next === undefined) {
      this.#hold.reset();
      this.#quiet.end();
    } else if (!next.announced) {
      this.#announce(next);
    }
  }

  #close(gap: OpenGap): void {
    for (const record of gap.closing()) this.#emit(record);
  }

  /** Behind the end of a capture nothing comes that would close the gap without an end. */
  #giveUpEnd(): void {
    const gap = this.openEnded;
    if (gap === null) return;
    this.#gaps.pop();
    const venueNow = this.#deps.venueNow();
    for (const record of gap.closing())
      this.#emit({ ...record, toTimestamp: Math.max(record.fromTimestamp, venueNow) });
  }

  #createBackfill(rest: RestScheduler): GapBackfill {
    return new GapBackfill({
      ...this.#deps,
      rest,
      waiting: this.#out,
      isOpen: (gap) => this.#gaps.includes(gap),
      onBackfilled: (place) => {
        this.#seen(place);
        this.#deps.onBackfilled(place);
      },
    });
  }

  async #fill(gap: OpenGap, backfill: GapBackfill): Promise<void> {
    if (!(await backfill.fill(gap))) return;
    // The end of a gap that is given up is not known yet: live trades need not wait for it.
    if (gap.givenUp && !gap.ended) this.#endHold();
    this.#work();
    if (this.openEnded === gap && !gap.givenUp && this.#linkUp) this.#awaitQuiet();
  }

  #seen(place: TradePlace): void {
    for (const gap of this.#gaps) gap.seen(place);
  }
}
