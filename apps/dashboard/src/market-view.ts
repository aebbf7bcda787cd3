import type {
  Candle,
  ComponentStatus,
  Gap,
  MlSignal,
  ProcessedTick,
  SignalOutcome,
} from '@neuraltrade/contracts';
import type { DashboardMode, PipelineSummary, SignalFilter, VenueAddress } from '../page/protocol';
import { GapBook } from './gap-book';
import { LatestPrices } from './latest-prices';
import { LiveCandles } from './live-candles';
import { PipelineView } from './pipeline-view';
import { SignalBook } from './signal-book';
import { Tapes } from './tapes';

const MAX_SYMBOLS = 2_000;
const MAX_SERIES = 8_000;

/** A symbol of one venue. */
export interface MarketName {
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE. */
  readonly symbol: string;
}

/** Everything that the dashboard knows from the bus: bounded, in memory, gone with the process. */
export class MarketView {
  /** Newest trade per symbol. */
  readonly prices = new LatestPrices(MAX_SYMBOLS);
  /** Newest candles per series. */
  readonly candles = new LiveCandles(MAX_SERIES);
  /** The last trades per symbol. */
  readonly tapes = new Tapes(MAX_SYMBOLS);
  /** Gaps per symbol. */
  readonly gaps = new GapBook(MAX_SYMBOLS);
  /** Newest signals and what became of them. */
  readonly signals = new SignalBook();
  /** Components, gaps, rates and delays. */
  readonly pipeline = new PipelineView();
  /** Called for each trade or candle that is not shown because a bound was reached. */
  onRefused: () => void = () => undefined;
  private readonly startedAt: number;

  /**
   * @param mode where the data comes from.
   * @param now our clock, ms UTC.
   * @param listed the symbols that are expected, when somebody knows them.
   * @param venues where the venues answer, when somebody knows it.
   */
  constructor(
    private readonly mode: DashboardMode,
    private readonly now: () => number,
    private readonly listed: () => readonly MarketName[] = () => [],
    private readonly venues: () => readonly VenueAddress[] = () => [],
  ) {
    this.startedAt = now();
  }

  /** Takes trades from the bus. */
  acceptTicks(ticks: readonly ProcessedTick[]): void {
    this.pipeline.ticks.add(ticks.length);
    const now = this.mode === 'replay' ? null : this.now();
    for (const tick of ticks) {
      if (!this.prices.accept(tick)) this.onRefused();
      this.tapes.accept(tick);
      if (now !== null && !tick.backfilled) this.pipeline.acceptDelays(tick, now);
    }
  }

  /** Takes candles from the bus. */
  acceptCandles(candles: readonly Candle[]): void {
    this.pipeline.candles.add(candles.length);
    for (const candle of candles) if (!this.candles.accept(candle)) this.onRefused();
  }

  /** Takes components' words from the bus; `replica` tells several processes of one component apart. */
  acceptStatus(statuses: readonly ComponentStatus[], replica = ''): void {
    const now = this.now();
    for (const status of statuses) this.pipeline.components.accept(status, replica, now);
  }

  /** Takes gaps from the bus. */
  acceptGaps(gaps: readonly Gap[]): void {
    for (const gap of gaps) {
      this.pipeline.acceptGap(gap);
      this.gaps.accept(gap);
    }
  }

  /** Takes signals from the bus, or from the store. */
  acceptSignals(signals: readonly MlSignal[]): void {
    this.signals.acceptSignals(signals);
  }

  /** Takes outcomes from the bus, or from the store. */
  acceptOutcomes(outcomes: readonly SignalOutcome[]): void {
    this.signals.acceptOutcomes(outcomes);
  }

  /** Whether something of this name has been seen or is expected; an absent part of the name stands for any. */
  knows({ exchange, symbol }: SignalFilter): boolean {
    if (exchange !== undefined && symbol !== undefined && this.prices.has(exchange, symbol)) return true;
    const isMeant = (name: MarketName): boolean =>
      (exchange === undefined || name.exchange === exchange) &&
      (symbol === undefined || name.symbol === symbol);
    return this.listed().some(isMeant) || this.prices.entries().some(({ source }) => isMeant(source));
  }

  /** The clock that price ages are counted by, ms UTC: ours, but in a replay the newest replayed trade time. */
  referenceTime(): number {
    return this.mode === 'replay' ? this.prices.newestTimestamp() : this.now();
  }

  /** The pipeline's state now, for `clients` connected clients. */
  summary(clients: number): PipelineSummary {
    const now = this.now();
    const gaps = this.pipeline.gapCounts();
    return {
      ...this.pipeline.figures(now),
      // Replayed times say nothing of today.
      ...(this.mode === 'replay' && { watermarkLagMs: null }),
      mode: this.mode,
      uptimeMs: Math.max(0, now - this.startedAt),
      now: this.referenceTime(),
      ticksPerSecond: this.pipeline.ticks.perSecond(),
      candlesPerSecond: this.pipeline.candles.perSecond(),
      openGaps: gaps.open,
      unfillableGaps: gaps.unfillable,
      clients,
      components: this.pipeline.components.list(now),
      venues: this.venues(),
    };
  }
}
