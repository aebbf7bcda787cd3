import {
  type Candle,
  compareTradeIds,
  fnv1a32,
  type Gap,
  idsBetween,
  type RawTick,
} from '@neuraltrade/contracts';
import type { CandleBuilder, Publication } from './candle-builder';
import { CandleSeries, type CandleSeriesState } from './candle-series';
import type { Timeframe } from './config';
import { productError } from './exact-sum';
import { GapLedger, type GapLedgerState } from './gap-ledger';
import { IdWindow, type IdWindowState, type WindowLimits } from './id-window';
import type { TradeInstant } from './known-gap';
import { Watermark } from './watermark';

/** The rules that every symbol of a run follows. */
export interface SymbolRules {
  /** Candle lengths, shortest first. */
  readonly timeframes: readonly Timeframe[];
  /** A length in ms that divides all of them. */
  readonly gridMs: number;
  /** Distance of the watermark from the newest time, ms. */
  readonly allowedLatenessMs: number;
  /** Distance from its close to the watermark up to which a candle can be revised, ms. */
  readonly revisionHorizonMs: number;
  /** How long trade ids are remembered at least. */
  readonly window: WindowLimits;
  /** The processor ownership that candles carry. */
  readonly epoch: number;
}

/** {@link SymbolState} as data. */
export interface SymbolSnapshot {
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** Newest live trade or clock time, ms UTC; null before the first. */
  readonly eventTime: number | null;
  /** Time from which trades were observed, ms UTC; null before the first. */
  readonly observedFrom: number | null;
  /** Ids seen. */
  readonly ids: IdWindowState;
  /** The trade with the largest id; null before the first, absent in states of earlier releases. */
  readonly newest?: TradeInstant | null;
  /** Known gaps. */
  readonly gaps: GapLedgerState;
  /** Closing records that no adapter has given yet; absent in states of earlier releases. */
  readonly covered?: readonly Gap[];
  /** Candles by timeframe. */
  readonly series: readonly CandleSeriesState[];
}

/** How far the trades of one symbol are known. */
export interface SymbolCoverage {
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** No candle that opened before this instant (ms UTC) can change; Infinity before the first trade. */
  readonly changesFrom: number;
  /** Newest live trade or clock time, ms UTC; -Infinity before the first. */
  readonly eventTime: number;
  /** Whether no whole number is missing among the trade ids that are remembered. */
  readonly unbroken: boolean;
}

/** Everything that is kept of one (exchange, symbol): ids seen, watermark, gaps, candles. */
export class SymbolState {
  /** Tells this symbol apart in tables that symbols share: FNV-1a of exchange:symbol. */
  readonly seed: number;
  /** Ids seen. */
  readonly ids: IdWindow;
  /** How far the symbol's time has come. */
  readonly watermark: Watermark;
  private readonly gaps: GapLedger;
  private readonly covered: Map<string, Gap>;
  private readonly series: readonly CandleSeries[];
  private observedFrom: number;
  private newestId: string | null;
  private newestAt: number;

  /**
   * @param exchange the venue's name.
   * @param symbol BASE/QUOTE.
   * @param rules what every symbol follows.
   * @param snapshot state to continue.
   */
  constructor(
    readonly exchange: string,
    readonly symbol: string,
    private readonly rules: SymbolRules,
    snapshot?: SymbolSnapshot,
  ) {
    this.seed = fnv1a32(`${exchange}:${symbol}`);
    this.watermark = new Watermark(rules.allowedLatenessMs, snapshot?.eventTime ?? undefined);
    this.observedFrom = snapshot?.observedFrom ?? Infinity;
    [this.newestId, this.newestAt] = snapshot?.newest ?? [null, -Infinity];
    this.ids = snapshot ? IdWindow.restore(rules.window, snapshot.ids) : new IdWindow(rules.window);
    this.gaps = snapshot ? GapLedger.restore(rules.gridMs, snapshot.gaps) : new GapLedger(rules.gridMs);
    this.covered = new Map(snapshot?.covered?.map((gap) => [gap.gapId, gap]));
    this.series = rules.timeframes.map((timeframe) => {
      const kept = snapshot?.series.find((series) => series.timeframe === timeframe.name);
      if (kept) return CandleSeries.restore(timeframe, kept);
      return new CandleSeries(timeframe, snapshot ? newestTime(snapshot) + 1 : undefined);
    });
  }

  /** Merges a new trade into the candles of its time; the worst that became of it in any of them. */
  merge(tick: RawTick): 'merged' | 'revised' | 'unmerged' {
    const { tradeId, timestamp, last, volume } = tick;
    if (this.newestId === null || compareTradeIds(tradeId, this.newestId) > 0) {
      this.newestId = tradeId;
      this.newestAt = timestamp;
    }
    const watermark = this.watermark.value;
    const late = timestamp < watermark;
    // A trade behind the watermark says nothing about when observation began, unless it is the first of all.
    if (timestamp < this.observedFrom && (!late || this.observedFrom === Infinity))
      this.observedFrom = timestamp;
    if (late) this.release();
    const product = last * volume;
    const error = productError(last, volume, product);
    let worst: 'merged' | 'revised' | 'unmerged' = 'merged';
    for (const series of this.series) {
      const outcome = series.add(tick, watermark, product, error);
      if (outcome === 'unmerged' || (outcome === 'revised' && worst === 'merged')) worst = outcome;
    }
    return worst;
  }

  /** Takes note that trades of one millisecond are in no candle, or not in all, for good. */
  noteLost(gap: Gap): void {
    if (this.series.every((series) => gap.fromTimestamp < series.earliest())) return;
    this.gaps.apply(gap, this.watermark.eventTime);
    this.reviseCompleteness();
  }

  /**
   * Takes note of a gap's status; candles that it makes complete or incomplete will be published again.
   * @returns closing records of the gaps that end with this one though nobody closes them, and of those that are none.
   */
  applyGap(gap: Gap): Gap[] {
    this.release();
    this.covered.delete(gap.gapId);
    const { eventTime } = this.watermark;
    this.gaps.apply(gap, eventTime);
    const closed = gap.status === 'open' ? [] : this.gaps.closeInside(gap, eventTime, this.seenUpTo);
    this.takeBack();
    const { status, fromTimestamp, toTimestamp } = gap;
    const reaches = this.observedFrom === Infinity || (toTimestamp ?? Infinity) >= this.observedFrom;
    if (status === 'filled' && reaches) this.observedFrom = Math.min(this.observedFrom, fromTimestamp);
    this.reviseCompleteness();
    return closed;
  }

  /** Takes note of a gap that the processor found itself: it tells nothing of the gaps that adapters announced. */
  applyOwnGap(gap: Gap): void {
    this.release();
    this.gaps.apply(gap, this.watermark.eventTime);
    this.reviseCompleteness();
  }

  /** How far the trades are known, for whoever finds that some were lost. */
  coverage(): SymbolCoverage {
    let changesFrom = Math.min(...this.series.map((series) => series.unchangedBefore));
    if (changesFrom === -Infinity) {
      changesFrom = Math.min(this.observedFrom, this.gaps.earliestOpen());
      for (const series of this.series)
        for (const { openAt } of series.held()) changesFrom = Math.min(changesFrom, openAt);
    }
    const { symbol, ids, watermark } = this;
    return { symbol, changesFrom, eventTime: watermark.eventTime, unbroken: ids.unbroken };
  }

  /** A gap whose ids have all been seen is none, whoever saw them: several adapters of a venue cover each other. */
  takeBack(): void {
    if (!this.gaps.hasIds) return;
    const newest = this.newestTrade();
    const { filled, changed } = this.gaps.takeBack(this.seenUpTo, newest);
    if (changed) this.reviseCompleteness();
    for (const { gapId, from, to, afterTradeId, beforeTradeId, cause } of filled)
      this.covered.set(gapId, {
        gapId,
        exchange: this.exchange,
        symbol: this.symbol,
        afterTradeId,
        beforeTradeId,
        fromTimestamp: from,
        toTimestamp: to === Infinity ? Math.max(from, this.newestAt) : to,
        missing: Math.max(0, idsBetween(afterTradeId, beforeTradeId)),
        cause,
        status: 'filled',
      });
  }

  /**
   * The closing records of gaps that were taken back since the last call. Not at once: an adapter that announces a gap which is
   * none closes it in the same breath, and two records of one closing would differ in what each knows.
   */
  sayCovered(): Gap[] {
    const records = [...this.covered.values()];
    this.covered.clear();
    return records;
  }

  /**
   * One moment of publication: hands out the candles that closed or changed, by timeframe length and time, and lets go
   * of what no rule needs any more.
   */
  publishDue(publish: (candle: Candle) => void): void {
    for (const series of this.series)
      for (const candle of series.takeDue(this.watermark.value)) publish(this.publish(series, candle));
    this.release();
    this.ids.advance(this.watermark.eventTime, this.gaps.fillableAbove());
  }

  /** Puts every open candle among those of the next moment of publication. */
  closeAll(): void {
    for (const series of this.series) series.closeAll();
  }

  /** Open candles that changed since the last call. */
  *partials(): Generator<Candle> {
    for (const series of this.series) {
      for (const candle of series.held()) {
        if (candle.revision >= 0 || !candle.touched) continue;
        candle.touched = false;
        yield candle.candle(this.publication(series, candle, { state: 'partial', revision: -1 }));
      }
    }
  }

  /** The state as data. */
  export(): SymbolSnapshot {
    const { eventTime } = this.watermark;
    return {
      symbol: this.symbol,
      eventTime: eventTime === -Infinity ? null : eventTime,
      observedFrom: this.observedFrom === Infinity ? null : this.observedFrom,
      newest: this.newestTrade(),
      ids: this.ids.export(),
      gaps: this.gaps.export(),
      ...(this.covered.size > 0 && { covered: [...this.covered.values()] }),
      series: this.series.map((series) => series.export()),
    };
  }

  private readonly seenUpTo = (tradeId: string): string => this.ids.seenUpTo(tradeId);

  private newestTrade(): TradeInstant | null {
    return this.newestId === null ? null : [this.newestId, this.newestAt];
  }

  private publish(series: CandleSeries, builder: CandleBuilder): Candle {
    const candle = builder.candle(this.publication(series, builder, builder.nextPublication()));
    builder.revision = candle.revision;
    builder.complete = candle.complete;
    series.settle(builder);
    return candle;
  }

  private publication(
    series: CandleSeries,
    builder: CandleBuilder,
    stage: Pick<Candle, 'state' | 'revision'>,
  ): Publication {
    const { exchange, symbol, rules } = this;
    const complete = this.isComplete(series, builder.openAt);
    return { exchange, symbol, timeframe: series.timeframe.name, epoch: rules.epoch, complete, ...stage };
  }

  private isComplete({ since, timeframe }: CandleSeries, openAt: number): boolean {
    const observed = openAt >= this.observedFrom && openAt >= since;
    return observed && !this.gaps.touches(openAt, openAt + timeframe.lengthMs);
  }

  private reviseCompleteness(): void {
    for (const series of this.series) {
      for (const candle of series.held()) {
        candle.touched = true;
        if (candle.revision >= 0 && this.isComplete(series, candle.openAt) !== candle.complete)
          series.publishLater(candle);
      }
    }
  }

  private release(): void {
    const keepFrom = this.gaps.earliestOpen();
    for (const series of this.series)
      series.release(this.watermark.value, this.rules.revisionHorizonMs, keepFrom);
    if (this.gaps.hasLost)
      this.gaps.forgetLostBefore(Math.min(...this.series.map((series) => series.earliest())));
  }
}

/** The newest time that a snapshot knows of, ms UTC; -Infinity when it knows of none. */
function newestTime({ eventTime, series }: SymbolSnapshot): number {
  let newest = eventTime ?? -Infinity;
  for (const { candles } of series)
    for (const [, , , , lastTimestamp] of candles) if (lastTimestamp > newest) newest = lastTimestamp;
  return newest;
}
