import type { Gap, RawTick } from '@neuraltrade/contracts';
import type { TradeEvent, Venue } from '@neuraltrade/venues';
import type { AdapterOutput } from './adapter-output';
import { GapFiller } from './gap-filler';
import type { HeldTrades } from './held-trades';
import type { Log } from './log';
import type { OpenGap } from './open-gap';
import { type TradePlace } from './open-gap';
import { OrderedOutput, ROOM_POLL_MS } from './ordered-output';
import { rawTrade } from './raw-trade';
import { type RestScheduler, RestStopped } from './rest-scheduler';
import type { Timers } from './timers';

/** How long (ms) a symbol may stay without a trade after its subscription before the venue is asked all the same. */
export const QUIET_AFTER_MS = 2_000;
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
  readonly #gaps: OpenGap[] = [];
  #late = false;
  #linkUp = false;
  #working = false;
  #stopped = false;
  #cancelHold: (() => void) | null = null;
  #cancelQuiet: (() => void) | null = null;

  /** A line without gaps. */
  constructor(deps: GapLineDeps) {
    this.#deps = deps;
    this.#out = new OrderedOutput(deps);
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
      this.#startHold();
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
      this.#cancelQuiet?.();
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
    if (this.#gaps.length > 0) this.#startHold();
  }

  /** The symbol's trades flow: when none comes, there is none. */
  subscribed(): void {
    this.#awaitQuiet();
  }

  /** The connection ended: silence says nothing any more. */
  interrupted(): void {
    this.#linkUp = false;
    this.#cancelQuiet?.();
    this.#cancelQuiet = null;
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
    this.#stopped = true;
    this.#cancelHold?.();
    this.#cancelQuiet?.();
    this.#out.stop();
  }

  #holds(): boolean {
    return this.#gaps.length > 0 && !this.#late && this.#deps.rest !== null && this.#deps.gapHoldMs > 0;
  }

  #startHold(): void {
    if (!this.#holds()) return;
    this.#cancelHold ??= this.#deps.timers.schedule(this.#deps.gapHoldMs, () => this.#endHold());
  }

  /** Lets go of everything that is held; gaps that are open by then are closed when they are, as revisions. */
  #endHold(): void {
    if (this.#late || this.#gaps.length === 0) return;
    this.#late = true;
    this.#cancelHold?.();
    this.#cancelHold = null;
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
    if (gap === null || gap.quiet || this.#cancelQuiet !== null || this.#deps.rest === null) return;
    this.#cancelQuiet = this.#deps.timers.schedule(QUIET_AFTER_MS, () => {
      this.#cancelQuiet = null;
      if (gap.end !== null || !this.#linkUp) return;
      // Nothing was read: that is no quiet market.
      if (this.#deps.isPaused()) return this.#awaitQuiet();
      gap.quiet = true;
      this.#work();
    });
  }

  /** Closes the oldest gap when nothing more can be done for it, fills it when it can be filled, and so on. */
  #work(): void {
    const { rest } = this.#deps;
    for (let gap = this.#gaps[0]; gap !== undefined; gap = this.#gaps[0]) {
      // Whoever saw the last missing id: what is still asked for is not needed any more.
      if (!gap.complete) {
        if (this.#working) return;
        if (rest !== null && !gap.givenUp) {
          if (gap.end !== null || gap.quiet) void this.#fill(gap, rest);
          return;
        }
        if (gap.end === null) return;
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
      this.#late = false;
      this.#cancelHold?.();
      this.#cancelHold = null;
      this.#cancelQuiet?.();
      this.#cancelQuiet = null;
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

  async #fill(gap: OpenGap, rest: RestScheduler): Promise<void> {
    const { venue, symbol, timers, venueNow, log } = this.#deps;
    this.#working = true;
    try {
      const publish = (trades: readonly TradeEvent[], receivedAt: number): Promise<void> =>
        this.#backfill(gap, trades, receivedAt);
      const wanted = (): boolean => this.#gaps.includes(gap);
      await new GapFiller(gap, { venue, symbol, timers, rest, venueNow, wanted, publish }).fill();
      // A gap without an end is asked for again when the market was quiet once more, or a trade came.
      if (gap.end !== null) gap.givenUp = !gap.complete;
      else gap.quiet = false;
    } catch (error) {
      if (this.#stopped) return;
      if (!(error instanceof RestStopped)) {
        gap.givenUp = true;
        const fault = error instanceof Error ? error.message : String(error);
        const { gapId } = gap.record;
        log.warn({ exchange: venue.name, gapId }, `The gap ${gapId} cannot be filled: ${fault}.`);
        // Its end is not known yet: live trades need not wait for it.
        if (gap.end === null) this.#endHold();
      }
    } finally {
      this.#working = false;
    }
    this.#work();
    if (this.openEnded === gap && !gap.givenUp && this.#linkUp) this.#awaitQuiet();
  }

  async #backfill(gap: OpenGap, trades: readonly TradeEvent[], receivedAt: number): Promise<void> {
    for (const trade of trades) {
      if (!gap.wants(trade)) continue;
      const tick = rawTrade(trade, receivedAt, null, true);
      // The opening of the gap may still wait for room itself.
      while (!this.#out.empty || this.#stopped || !this.#deps.output.backfill(tick)) await this.#room();
      this.#seen(trade);
      this.#deps.onBackfilled(trade);
    }
  }

  #room(): Promise<void> {
    if (this.#stopped) throw new RestStopped('the adapter was stopped');
    return new Promise((resolve) => void this.#deps.timers.schedule(ROOM_POLL_MS, resolve));
  }

  #seen(place: TradePlace): void {
    for (const gap of this.#gaps) gap.seen(place);
  }
}
