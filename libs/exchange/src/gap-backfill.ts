import type { TradeEvent, Venue } from '@neuraltrade/venues';
import type { AdapterOutput } from './adapter-output';
import { GapFiller } from './gap-filler';
import type { Log } from './log';
import type { OpenGap, TradePlace } from './open-gap';
import { type OrderedOutput, ROOM_POLL_MS } from './ordered-output';
import { rawTrade } from './raw-trade';
import { type RestScheduler, RestStopped } from './rest-scheduler';
import type { Timers } from './timers';

/** What backfilling the gaps of one symbol needs. */
export interface GapBackfillDeps {
  /** Whose symbol it is. */
  readonly venue: Venue;
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** Where trades go. */
  readonly output: AdapterOutput;
  /** Records of the symbol that wait for room: they go first. */
  readonly waiting: OrderedOutput;
  /** Asks the venue for past trades. */
  readonly rest: RestScheduler;
  /** Clock and timers. */
  readonly timers: Timers;
  /** Where gaps that cannot be filled are reported. */
  readonly log: Log;
  /** The present by the venue's clock, ms UTC. */
  readonly venueNow: () => number;
  /** Whether a gap is still open. */
  readonly isOpen: (gap: OpenGap) => boolean;
  /** Is told of every trade that was passed on. */
  readonly onBackfilled: (place: TradePlace) => void;
}

/** Fetches the trades of one gap at a time and passes them on as fast as there is room. */
export class GapBackfill {
  readonly #deps: GapBackfillDeps;
  #working = false;
  #stopped = false;

  /** A backfill at rest. */
  constructor(deps: GapBackfillDeps) {
    this.#deps = deps;
  }

  /** Whether a gap is being filled. */
  get working(): boolean {
    return this.#working;
  }

  /** Fills a gap as far as the venue serves it, and marks it as given up where that is all; false when it was stopped. */
  async fill(gap: OpenGap): Promise<boolean> {
    const { venue, log, isOpen } = this.#deps;
    this.#working = true;
    try {
      const publish = (trades: readonly TradeEvent[], receivedAt: number): Promise<void> =>
        this.#passOn(gap, trades, receivedAt);
      await new GapFiller(gap, { ...this.#deps, wanted: () => isOpen(gap), publish }).fill();
      // A gap without an end is asked for again when the market was quiet once more, or a trade came.
      if (gap.ended) gap.givenUp = !gap.complete;
      else gap.quiet = false;
    } catch (error) {
      if (this.#stopped) return false;
      if (error instanceof RestStopped) return true;
      gap.givenUp = true;
      const fault = error instanceof Error ? error.message : String(error);
      const { gapId } = gap.record;
      log.warn({ exchange: venue.name, gapId }, `The gap ${gapId} cannot be filled: ${fault}.`);
    } finally {
      this.#working = false;
    }
    return true;
  }

  /** Nothing is passed on any more. */
  stop(): void {
    this.#stopped = true;
  }

  async #passOn(gap: OpenGap, trades: readonly TradeEvent[], receivedAt: number): Promise<void> {
    const { output, waiting, onBackfilled } = this.#deps;
    for (const trade of trades) {
      if (!gap.wants(trade)) continue;
      const tick = rawTrade(trade, receivedAt, null, true);
      // The opening of the gap may still wait for room itself.
      while (!waiting.empty || this.#stopped || !output.backfill(tick)) await this.#room();
      onBackfilled(trade);
    }
  }

  #room(): Promise<void> {
    if (this.#stopped) throw new RestStopped('the adapter was stopped');
    return new Promise((resolve) => void this.#deps.timers.schedule(ROOM_POLL_MS, resolve));
  }
}
