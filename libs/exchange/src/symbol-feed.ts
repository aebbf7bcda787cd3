import { compareTradeIds, type Gap, type GapCause, idsBetween, type RawTick } from '@neuraltrade/contracts';
import type { QuoteEvent, TradeEvent } from '@neuraltrade/venues';
import type { SymbolState } from './adapter-state';
import { ownGapId } from './gap-ids';
import { GapLine, type GapLineDeps } from './gap-line';
import { LastQuote, type UnquotedReason } from './last-quote';
import { OpenGap, type TradePlace } from './open-gap';
import { rawTrade } from './raw-trade';
import { SymbolActivity } from './symbol-activity';

/** How far the venue's clock may be behind this machine's, ms: so much earlier the trades of an earlier run are asked for. */
const CLOCK_SLACK_MS = 10_000;

/** What one symbol's feed is made of. */
export interface SymbolFeedDeps extends GapLineDeps {
  /** Which of several adapters of the venue this is; '' = the only one. */
  readonly instance: string;
  /** Age (ms) beyond which a quote is not used; null = any age. */
  readonly quoteMaxAgeMs: number | null;
  /** How far back (ms) the first connection of all reaches; 0 = not at all. */
  readonly backfillMs: number;
  /** Is told why a trade carried no quote. */
  readonly onUnquoted: (reason: UnquotedReason) => void;
}

/** What became of a trade. */
export type TradeOutcome = 'published' | 'repeated' | 'dropped';

/**
 * One symbol's trades in order: joins each with the last quote, recognises what was seen before a reconnect, and records
 * every stretch that was not observed as a gap, which its {@link GapLine} closes.
 */
export class SymbolFeed {
  /** When trades and quotes came. */
  readonly activity = new SymbolActivity();
  readonly #deps: SymbolFeedDeps;
  readonly #quote: LastQuote;
  readonly #gaps: GapLine;
  readonly #consecutive: boolean;
  #lastId: string | null = null;
  #lastTimestamp: number | null = null;
  #seenBeforeConnection: string | null = null;
  #begun = false;
  #observed = false;

  /** A feed that has seen nothing. */
  constructor(deps: SymbolFeedDeps) {
    this.#deps = deps;
    this.#quote = new LastQuote(deps.quoteMaxAgeMs);
    this.#consecutive = deps.venue.consecutiveTradeIds;
    this.#gaps = new GapLine({
      ...deps,
      onBackfilled: (place) => {
        if (this.#isNewest(place.tradeId)) this.#reached(place);
        deps.onBackfilled(place);
      },
    });
  }

  /** Id of the newest trade that was passed on or is held; null before any. */
  get lastId(): string | null {
    return this.#lastId;
  }

  /** Venue time of that trade, ms UTC; null before any. */
  get lastTimestamp(): number | null {
    return this.#lastTimestamp;
  }

  /** Whether live trades are held back, or would be if there were any. */
  get holding(): boolean {
    return this.#gaps.holding;
  }

  /** Goes on from what an earlier run published: everything since is missing until it is seen. */
  restore({ lastTradeId, lastTimestamp, openGaps, filledTo, begunAt }: SymbolState): void {
    this.#lastId = lastTradeId;
    this.#lastTimestamp = lastTimestamp;
    // Its trades may have been published without being noted: the run before was killed within its first second.
    const since =
      begunAt === undefined ? null : Math.max(0, begunAt - CLOCK_SLACK_MS - this.#deps.backfillMs);
    this.#begun = lastTradeId !== null || openGaps.length > 0 || since !== null;
    const last =
      lastTradeId === null || lastTimestamp === null
        ? null
        : { tradeId: lastTradeId, timestamp: lastTimestamp };
    openGaps.forEach((record, index) => {
      const end = endOf(record, openGaps[index + 1], last);
      // Behind what an earlier run filled without a hole all is asked for again: only which ids the venue leaves out tells what is lost.
      const gap = new OpenGap(record, this.#consecutive, filledTo?.[record.gapId]);
      if (end !== null) gap.endsAt(end);
      // Its record is repeated because the consumer may have lost it with us.
      this.#gaps.open(gap);
    });
    const from = lastTimestamp ?? since;
    if (this.#gaps.openEnded === null && from !== null) this.#openGap('restart', from);
  }

  /** A new connection begins: its first trades may repeat what was seen, and quotes of the old one are void. */
  connected(): void {
    this.#seenBeforeConnection = this.#lastId;
    this.#quote.invalidate('replaced-socket');
    this.#gaps.connected();
  }

  /** Another connection goes on where the last one stopped: nothing was missed, but quotes of the last one are void. */
  handedOver(): void {
    this.#seenBeforeConnection = this.#lastId;
    this.#quote.invalidate('replaced-socket');
  }

  /** The venue has confirmed the subscription: from now on an interruption loses trades. */
  subscribed(): void {
    this.#observed = true;
    this.#begin();
    this.#gaps.subscribed();
  }

  /** The connection was lost or given up; `venueNow` is the present by the venue's clock, ms UTC. */
  interrupted(cause: GapCause, venueNow: number): void {
    this.activity.interrupt();
    this.#gaps.interrupted();
    if (this.#observed || this.#lastId !== null) this.#openGap(cause, venueNow);
  }

  /** Ends: what is held is passed on. */
  stop(): void {
    this.#gaps.stop();
  }

  /** Takes the quote of a frame. */
  quote(event: QuoteEvent, receivedAt: number): void {
    this.activity.quote(receivedAt);
    this.#quote.set(event, receivedAt);
  }

  /** The subscription of its quotes died: the last one is void. */
  quotesLost(): void {
    this.#quote.invalidate('replaced-socket');
  }

  /** Takes a live trade. */
  trade(event: TradeEvent, receivedAt: number): TradeOutcome {
    const { tradeId, timestamp } = event;
    this.activity.trade(receivedAt);
    if (!this.#begun) this.#begin();
    if (!this.#isNewest(tradeId)) return this.#late(event, receivedAt);
    if (this.#consecutive && this.#lastId !== null && idsBetween(this.#lastId, tradeId) > 0) {
      this.#openGap('sequence', timestamp);
    }
    if (!this.#gaps.take(this.#tick(event, receivedAt))) {
      this.#openGap('dropped', timestamp);
      return 'dropped';
    }
    this.#reached(event);
    return 'published';
  }

  /** The venue says that a trade with this id exists, and it did not come. */
  missed(venueNow: number): void {
    if (this.#lastId !== null) this.#openGap('heartbeat', venueNow);
  }

  /** The venue says, on a live subscription, that nothing newer than the last trade seen exists. */
  upToDate(): void {
    const gap = this.#gaps.openEnded;
    if (gap !== null && gap.record.afterTradeId !== null && gap.record.afterTradeId === this.#lastId)
      this.#gaps.upToDate();
  }

  #late(event: TradeEvent, receivedAt: number): TradeOutcome {
    const seen = this.#seenBeforeConnection;
    const repeated = seen !== null && compareTradeIds(event.tradeId, seen) <= 0;
    if (repeated && !this.#gaps.misses(event.tradeId)) return 'repeated';
    if (this.#gaps.takeLate(this.#tick(event, receivedAt))) return 'published';
    this.#openGap('dropped', event.timestamp);
    return 'dropped';
  }

  /** Before the first trade of all, the past that a chart wants to show is a gap like any other. */
  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const { backfillMs, rest, venueNow } = this.#deps;
    if (backfillMs > 0 && rest !== null && this.#lastId === null)
      this.#openGap('restart', Math.max(0, venueNow() - backfillMs));
  }

  #isNewest(tradeId: string): boolean {
    return this.#lastId === null || compareTradeIds(tradeId, this.#lastId) > 0;
  }

  #reached({ tradeId, timestamp }: TradePlace): void {
    this.#lastId = tradeId;
    this.#lastTimestamp = timestamp;
  }

  #openGap(cause: GapCause, venueNow: number): void {
    if (this.#gaps.openEnded !== null) return;
    const at = {
      exchange: this.#deps.venue.name,
      symbol: this.#deps.symbol,
      afterTradeId: this.#lastId,
      fromTimestamp: this.#lastTimestamp ?? venueNow,
    };
    const record = {
      gapId: ownGapId(at, this.#deps.instance),
      ...at,
      beforeTradeId: null,
      toTimestamp: null,
      missing: null,
      cause,
      status: 'open' as const,
    };
    this.#quote.invalidate('before-gap');
    this.#gaps.open(new OpenGap(record, this.#consecutive));
  }

  #tick(event: TradeEvent, receivedAt: number): RawTick {
    const fault = this.#quote.fault(receivedAt);
    if (fault !== null) this.#deps.onUnquoted(fault);
    return rawTrade(event, receivedAt, fault === null ? this.#quote : null, false);
  }
}

/** Where a gap of an earlier run ends; null when the trades behind it are still to come. */
function endOf(gap: Gap, next: Gap | undefined, last: TradePlace | null): TradePlace | null {
  // Its end's time was not kept: the newest known time lies behind it.
  if (gap.beforeTradeId !== null)
    return {
      tradeId: gap.beforeTradeId,
      timestamp: next?.fromTimestamp ?? last?.timestamp ?? gap.fromTimestamp,
    };
  return next === undefined || next.afterTradeId === null
    ? null
    : { tradeId: next.afterTradeId, timestamp: next.fromTimestamp };
}
