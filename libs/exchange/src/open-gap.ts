import { compareTradeIds, type Gap, idsBetween, type RawTick } from '@neuraltrade/contracts';
import { partGapId } from './gap-ids';
import { MissingIds } from './missing-ids';

/** More ids are not remembered of one gap: no venue whose ids have holes serves so many. */
const MAX_SEEN = 10_000;

/** A trade's place among the others of its symbol. */
export interface TradePlace {
  /** Its id. */
  readonly tradeId: string;
  /** Its venue time, ms UTC. */
  readonly timestamp: number;
}

/** One gap that is being closed: what of it is still missing, and the live trades that wait for it. */
export class OpenGap {
  /** Live trades behind the gap that are not passed on yet. */
  readonly held: RawTick[] = [];
  /** Whether the record of its opening was passed on. */
  announced = false;
  /** Whether the venue may be asked before a trade behind the gap came: the subscription is live and the market quiet. */
  quiet = false;
  /** Whether the venue was asked for all that it serves; what is missing then stays so. */
  givenUp = false;
  readonly #consecutive: boolean;
  #record: Gap;
  #end: TradePlace | null = null;
  #missing: MissingIds | null = null;
  /** What was passed on where ids do not tell what is missing: the same history may be read more than once. */
  readonly #seen = new Set<string>();
  #served: TradePlace | 'all' | null = null;
  #quietEnd: {
    readonly venueNow: number;
    readonly missing: number | null;
    readonly nothingNewer: boolean;
  } | null = null;

  /**
   * @param record its opening.
   * @param consecutive whether ids rise by exactly one.
   * @param filledTo the trade up to which an earlier run has filled it; null = not at all.
   */
  constructor(record: Gap, consecutive: boolean, filledTo: TradePlace | null = null) {
    this.#record = record;
    this.#consecutive = consecutive;
    const { afterTradeId, fromTimestamp } = record;
    if (!consecutive || afterTradeId === null) return;
    this.#missing =
      filledTo === null
        ? new MissingIds(afterTradeId, fromTimestamp)
        : new MissingIds(filledTo.tradeId, filledTo.timestamp);
  }

  /** The record of its opening, with all that is known now. */
  get record(): Gap {
    return this.#record;
  }

  /** The first trade behind it; null while none came. */
  get end(): TradePlace | null {
    return this.#end;
  }

  /** The ids that are still missing; null where ids do not tell, or do not yet. */
  get missing(): MissingIds | null {
    return this.#missing;
  }

  /** Whether nothing is missing any more. */
  get complete(): boolean {
    // A quiet end proves nothing of the begin where the history did not reach back to it.
    if (this.#quietEnd !== null)
      return this.#quietEnd.nothingNewer || !this.#startLost || this.#served === 'all';
    if (this.#end === null) return false;
    if (this.#missing !== null && !this.#missing.empty) return false;
    return this.#missing !== null && this.#record.afterTradeId !== null ? true : this.#served === 'all';
  }

  /** Takes note of the first trade behind the gap. */
  endsAt({ tradeId, timestamp }: TradePlace): void {
    this.#end = { tradeId, timestamp };
    this.#missing?.endBefore(BigInt(tradeId), timestamp);
    if (!this.#consecutive) return;
    const { afterTradeId } = this.#record;
    const missing = afterTradeId === null ? null : idsBetween(afterTradeId, tradeId);
    this.#record = { ...this.#record, beforeTradeId: tradeId, missing };
  }

  /**
   * The venue says that nothing newer exists at an instant (ms UTC by its clock), at which the subscription was live.
   * @param newestTradeId the newest trade of all; null when there is none.
   */
  endsQuietly(venueNow: number, newestTradeId: string | null): void {
    const { afterTradeId } = this.#record;
    const known = this.#consecutive && afterTradeId !== null;
    const missing = !known ? null : newestTradeId === null ? 0 : idsBetween(afterTradeId, newestTradeId) + 1;
    this.#quietEnd = { venueNow, missing, nothingNewer: newestTradeId === null };
  }

  /** Whether it is known where it ends: a trade came behind it, or the venue made none for a while. */
  get ended(): boolean {
    return this.#end !== null || this.#quietEnd !== null;
  }

  /** Whether no id tells where it begins to lack trades: then only a history that reaches back to its begin fills it. */
  get #startLost(): boolean {
    return this.#record.afterTradeId === null || !this.#consecutive;
  }

  /** Whether a trade of the past belongs into the gap and was not seen. */
  wants({ tradeId, timestamp }: TradePlace): boolean {
    if (this.#end !== null && compareTradeIds(tradeId, this.#end.tradeId) >= 0) return false;
    if (this.#missing !== null) return this.#missing.has(tradeId);
    if (this.#seen.has(tradeId)) return false;
    const { afterTradeId, fromTimestamp } = this.#record;
    return afterTradeId === null ? timestamp >= fromTimestamp : compareTradeIds(tradeId, afterTradeId) > 0;
  }

  /** Takes note of a trade that was passed on. */
  seen({ tradeId, timestamp }: TradePlace): void {
    this.#missing?.seen(tradeId, timestamp);
    if (!this.#consecutive && this.#seen.size < MAX_SEEN) this.#seen.add(tradeId);
  }

  /** The venue serves the gap from its begin on (`oldest` null), or only from a trade on. */
  servedFrom(oldest: TradePlace | null): void {
    this.#served = oldest ?? 'all';
  }

  /** The oldest trade of a gap without a trade before it: from there on consecutive ids tell what is missing. */
  beginsAt({ tradeId, timestamp }: TradePlace): void {
    if (!this.#consecutive || this.#missing !== null) return;
    this.#missing = new MissingIds(String(BigInt(tradeId) - 1n), timestamp);
    if (this.#end !== null) this.#missing.endBefore(BigInt(this.#end.tradeId), this.#end.timestamp);
  }

  /**
   * The records that close it. Where a part stays missing, that part comes first: whoever hears that the gap is closed
   * then knows already what is lost.
   */
  closing(): Gap[] {
    const { fromTimestamp } = this.#record;
    const toTimestamp = Math.max(
      fromTimestamp,
      this.#end?.timestamp ?? this.#quietEnd?.venueNow ?? fromTimestamp,
    );
    const whole: Gap = { ...this.#record, toTimestamp };
    const lost = this.#lost(whole);
    if (lost === null)
      return [{ ...whole, missing: this.#quietEnd?.missing ?? whole.missing, status: 'filled' }];
    const records = [lost];
    const fillsTail = this.#consecutive
      ? lost.beforeTradeId !== whole.beforeTradeId
      : this.#served !== null && lost.toTimestamp !== toTimestamp;
    if (fillsTail) records.push(this.#part(whole, { after: lost, before: null }));
    if (lost.gapId !== whole.gapId) records.push(this.#part(whole, { after: null, before: lost }));
    return records;
  }

  /** From the first trade that stays missing to the last one; null when none does. */
  #lost(whole: Gap): Gap | null {
    if (this.complete) return null;
    const hull = this.#missing?.hull ?? null;
    const startLost = this.#startLost;
    if (startLost && this.#served === null) return { ...whole, status: 'unfillable' };
    if (startLost && this.#served !== 'all' && this.#served !== null) {
      const { tradeId, timestamp } = this.#served;
      const toTimestamp = Math.max(whole.fromTimestamp, hull === null ? timestamp : (hull.to ?? timestamp));
      const before = hull === null || hull.last === null ? tradeId : String(hull.last + 1n);
      return {
        ...whole,
        beforeTradeId: this.#consecutive ? before : null,
        toTimestamp,
        missing: null,
        status: 'unfillable',
      };
    }
    if (hull === null) return null;
    const at = {
      ...whole,
      afterTradeId: String(hull.first - 1n),
      beforeTradeId: hull.last === null ? whole.beforeTradeId : String(hull.last + 1n),
      fromTimestamp: hull.from,
      toTimestamp: Math.max(hull.from, hull.to ?? whole.toTimestamp ?? hull.from),
      missing: this.#missing?.count ?? null,
      status: 'unfillable' as const,
    };
    return at.afterTradeId === whole.afterTradeId ? at : { ...at, gapId: partGapId(at, whole) };
  }

  /** The filled part behind or before what is lost. */
  #part(whole: Gap, { after, before }: { after: Gap | null; before: Gap | null }): Gap {
    const afterTradeId =
      after === null
        ? whole.afterTradeId
        : after.beforeTradeId === null
          ? null
          : String(BigInt(after.beforeTradeId) - 1n);
    const beforeTradeId =
      before === null ? whole.beforeTradeId : String(BigInt(before.afterTradeId ?? 0) + 1n);
    const part = {
      ...whole,
      afterTradeId,
      beforeTradeId,
      fromTimestamp: after?.toTimestamp ?? whole.fromTimestamp,
      toTimestamp: before?.fromTimestamp ?? whole.toTimestamp,
      missing:
        afterTradeId === null || beforeTradeId === null ? null : idsBetween(afterTradeId, beforeTradeId),
      status: 'filled' as const,
    };
    return after === null ? part : { ...part, gapId: partGapId(part, whole) };
  }
}
