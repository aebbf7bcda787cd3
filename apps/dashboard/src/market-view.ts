import type { Candle, ComponentStatus, Gap, ProcessedTick } from '@neuraltrade/contracts';
import type { DashboardMode, PipelineSummary, VenueAddress } from '../page/protocol';
import { LatestPrices } from './latest-prices';
import { LiveCandles } from './live-candles';
import { PipelineView } from './pipeline-view';

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
  /** Components, gaps and rates. */
  readonly pipeline = new PipelineView();
  /** Called with each candle that says something new. */
  onCandle: (candle: Candle) => void = () => undefined;
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
    for (const tick of ticks) if (!this.prices.accept(tick)) this.onRefused();
  }

  /** Takes candles from the bus. */
  acceptCandles(candles: readonly Candle[]): void {
    this.pipeline.candles.add(candles.length);
    for (const candle of candles) {
      const outcome = this.candles.accept(candle);
      if (outcome === 'news') this.onCandle(candle);
      else if (outcome === 'refused') this.onRefused();
    }
  }

  /** Takes components' words from the bus. */
  acceptStatus(statuses: readonly ComponentStatus[]): void {
    const now = this.now();
    for (const status of statuses) this.pipeline.acceptStatus(status, now);
  }

  /** Takes gaps from the bus. */
  acceptGaps(gaps: readonly Gap[]): void {
    for (const gap of gaps) this.pipeline.acceptGap(gap);
  }

  /** Whether the symbol has been seen or is expected. */
  knows(exchange: string, symbol: string): boolean {
    return (
      this.prices.has(exchange, symbol) ||
      this.listed().some((name) => name.exchange === exchange && name.symbol === symbol)
    );
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
      mode: this.mode,
      uptimeMs: Math.max(0, now - this.startedAt),
      now: this.referenceTime(),
      ticksPerSecond: this.pipeline.ticks.perSecond(),
      candlesPerSecond: this.pipeline.candles.perSecond(),
      openGaps: gaps.open,
      unfillableGaps: gaps.unfillable,
      clients,
      components: this.pipeline.componentList(now),
      venues: this.venues(),
    };
  }
}
