import { compareTradeIds, type Gap, type GapCause, gapIdOf, type RawTick } from '@neuraltrade/contracts';
import type { QuoteEvent, TradeEvent } from '@neuraltrade/venues';
import type { AdapterOutput } from './adapter-output';
import type { SymbolState } from './adapter-state';
import { LastQuote, type UnquotedReason } from './last-quote';
import { idsBetween } from './trade-sequence';

/** What one symbol's feed is made of. */
export interface SymbolFeedDeps {
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** Whether live ids rise by exactly one. */
  readonly consecutive: boolean;
  /** Age (ms) beyond which a quote is not used; null = any age. */
  readonly quoteMaxAgeMs: number | null;
  /** Where records go. */
  readonly output: AdapterOutput;
  /** Is told why a trade carried no quote. */
  readonly onUnquoted: (reason: UnquotedReason) => void;
  /** Is told of every gap record. */
  readonly onGap: (gap: Gap) => void;
}

/** What became of a trade. */
export type TradeOutcome = 'published' | 'repeated' | 'dropped';

/**
 * One symbol's trades in order: joins each with the last quote, recognises what was seen before a reconnect, and records
 * every stretch that was not observed as a gap. At most one gap is open at a time.
 */
export class SymbolFeed {
  readonly #deps: SymbolFeedDeps;
  readonly #quote: LastQuote;
  #lastId: string | null = null;
  #lastTimestamp: number | null = null;
  #seenBeforeConnection: string | null = null;
  #gap: Gap | null = null;
  #observed = false;

  /** A feed that has seen nothing. */
  constructor(deps: SymbolFeedDeps) {
    this.#deps = deps;
    this.#quote = new LastQuote(deps.quoteMaxAgeMs);
  }

  /** Id of the newest trade that was passed on; null before any. */
  get lastId(): string | null {
    return this.#lastId;
  }

  /** Goes on from what an earlier run published: everything since is missing until it is seen. */
  restore({ lastTradeId, lastTimestamp, openGap }: SymbolState): void {
    this.#lastId = lastTradeId;
    this.#lastTimestamp = lastTimestamp;
    if (openGap !== null) {
      // The same gap goes on; its record is repeated because the consumer may have lost it with us.
      this.#gap = openGap;
      this.#emit(openGap);
    } else if (lastTimestamp !== null) {
      this.#openGap('restart', lastTimestamp);
    }
  }

  /** A new connection begins: its first trades may repeat what was seen, and quotes of the old one are void. */
  connected(): void {
    this.#seenBeforeConnection = this.#lastId;
    this.#quote.invalidate('replaced-socket');
  }

  /** The venue has confirmed the subscription: from now on an interruption loses trades. */
  subscribed(): void {
    this.#observed = true;
  }

  /** The connection was lost or given up; `venueNow` is the present by the venue's clock, ms UTC. */
  interrupted(cause: GapCause, venueNow: number): void {
    if (this.#observed || this.#lastId !== null) this.#openGap(cause, venueNow);
  }

  /** Takes the quote of a frame. */
  quote(event: QuoteEvent, receivedAt: number): void {
    this.#quote.set(event, receivedAt);
  }

  /** Takes a live trade. */
  trade(event: TradeEvent, receivedAt: number): TradeOutcome {
    const { tradeId, timestamp } = event;
    const seen = this.#seenBeforeConnection;
    if (seen !== null && compareTradeIds(tradeId, seen) <= 0) return 'repeated';
    const newest = this.#lastId === null || compareTradeIds(tradeId, this.#lastId) > 0;
    if (this.#deps.consecutive && newest && this.#lastId !== null && idsBetween(this.#lastId, tradeId) > 0) {
      this.#openGap('sequence', timestamp);
    }
    if (!this.#deps.output.tick(this.#tick(event, receivedAt))) {
      this.#openGap('dropped', timestamp);
      return 'dropped';
    }
    if (newest) {
      this.#lastId = tradeId;
      this.#lastTimestamp = timestamp;
      if (this.#gap !== null) this.#closeGap(this.#gap, tradeId, timestamp);
    }
    return 'published';
  }

  /** The venue says that a trade with this id exists, and it did not come. */
  missed(venueNow: number): void {
    if (this.#lastId !== null) this.#openGap('heartbeat', venueNow);
  }

  /** The venue says, on a live subscription, that nothing newer than the last trade seen exists. */
  upToDate(venueNow: number): void {
    const gap = this.#gap;
    if (gap === null || gap.afterTradeId === null || gap.afterTradeId !== this.#lastId) return;
    this.#gap = null;
    this.#emit({ ...gap, toTimestamp: Math.max(gap.fromTimestamp, venueNow), missing: 0, status: 'filled' });
  }

  #openGap(cause: GapCause, venueNow: number): void {
    if (this.#gap !== null) return;
    const { exchange, symbol } = this.#deps;
    const at = {
      exchange,
      symbol,
      afterTradeId: this.#lastId,
      fromTimestamp: this.#lastTimestamp ?? venueNow,
    };
    this.#gap = {
      gapId: gapIdOf(at),
      ...at,
      beforeTradeId: null,
      toTimestamp: null,
      missing: null,
      cause,
      status: 'open',
    };
    this.#quote.invalidate('before-gap');
    this.#emit(this.#gap);
  }

  #closeGap(gap: Gap, tradeId: string, timestamp: number): void {
    const { consecutive } = this.#deps;
    const missing = consecutive && gap.afterTradeId !== null ? idsBetween(gap.afterTradeId, tradeId) : null;
    this.#gap = null;
    this.#emit({
      ...gap,
      beforeTradeId: consecutive ? tradeId : null,
      toTimestamp: Math.max(gap.fromTimestamp, timestamp),
      missing,
      status: missing === 0 ? 'filled' : 'unfillable',
    });
  }

  #emit(gap: Gap): void {
    this.#deps.output.gap(gap);
    this.#deps.onGap(gap);
  }

  #tick(event: TradeEvent, receivedAt: number): RawTick {
    const fault = this.#quote.fault(receivedAt);
    if (fault !== null) this.#deps.onUnquoted(fault);
    const tick: RawTick = {
      exchange: event.exchange,
      symbol: event.symbol,
      bid: fault === null ? this.#quote.bid : event.price,
      ask: fault === null ? this.#quote.ask : event.price,
      last: event.price,
      volume: event.size,
      timestamp: event.timestamp,
      tradeId: event.tradeId,
      takerSide: event.takerSide,
      receivedAt,
      quoted: fault === null,
      quotedAt: fault === null ? this.#quote.quotedAt : null,
      backfilled: false,
    };
    if (event.priceText !== undefined || event.sizeText !== undefined) {
      tick.inexact = true;
      if (event.priceText !== undefined) tick.priceText = event.priceText;
      if (event.sizeText !== undefined) tick.volumeText = event.sizeText;
    }
    return tick;
  }
}
