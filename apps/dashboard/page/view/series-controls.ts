import { byId } from '../dom/elements';
import { capitalized } from '../format/price-format';
import type { CandleSeriesName } from '../protocol';
import { type OverlayName, type PageAddress, TIMEFRAMES } from './page-address';
import { neighbour, Picker } from './picker';
import { ToggleGroup } from './toggle-group';

/** What can be chosen. */
export interface Markets {
  /** Every symbol that some venue trades, ascending. */
  knownSymbols(): readonly string[];
  /** The venues that trade a symbol, ascending. */
  venuesOf(symbol: string): readonly string[];
}

/** Symbol, venue, candle length and overlays of the chart. */
export class SeriesControls {
  private readonly symbol: Picker;
  private readonly venue: Picker;
  private readonly timeframes: ToggleGroup<string>;
  private readonly overlays: ToggleGroup<OverlayName>;
  private series: CandleSeriesName | null = null;

  /**
   * @param markets what can be chosen.
   * @param onSeries told which series was chosen.
   * @param onOverlay told which overlay was pressed.
   */
  constructor(
    private readonly markets: Markets,
    private readonly onSeries: (series: CandleSeriesName) => void,
    onOverlay: (overlay: OverlayName) => void,
  ) {
    this.symbol = new Picker(byId('symbol', HTMLSelectElement), (symbol) => this.chooseSymbol(symbol));
    this.venue = new Picker(
      byId('venue', HTMLSelectElement),
      (exchange) => this.choose({ exchange }),
      capitalized,
    );
    const lengths = Object.fromEntries(TIMEFRAMES.map((timeframe) => [timeframe, timeframe]));
    this.timeframes = new ToggleGroup(byId('timeframes', HTMLElement), lengths, (timeframe) =>
      this.choose({ timeframe }),
    );
    const names: Record<OverlayName, string> = { vwap: 'VWAP', gaps: 'Gaps', signals: 'Signals' };
    this.overlays = new ToggleGroup(byId('overlays', HTMLElement), names, onOverlay);
  }

  /** Shows what the address says and what can be chosen now. */
  show({ series, off }: PageAddress): void {
    this.series = series;
    this.symbol.show(this.markets.knownSymbols(), series?.symbol ?? '');
    this.venue.show(series === null ? [] : this.markets.venuesOf(series.symbol), series?.exchange ?? '');
    this.timeframes.show((timeframe) => timeframe === series?.timeframe);
    this.overlays.show((overlay) => !off.includes(overlay));
  }

  /** Chooses the next or the previous symbol. */
  stepSymbol(step: 1 | -1): void {
    if (this.series !== null)
      this.chooseSymbol(neighbour(this.markets.knownSymbols(), this.series.symbol, step));
  }

  /** Chooses the next or the previous venue of the symbol. */
  stepVenue(step: 1 | -1): void {
    const { series } = this;
    if (series === null) return;
    this.choose({ exchange: neighbour(this.markets.venuesOf(series.symbol), series.exchange, step) });
  }

  /** Chooses part of a series; the rest stays. */
  choose(change: Partial<CandleSeriesName>): void {
    if (this.series !== null) this.onSeries({ ...this.series, ...change });
  }

  /** Another symbol stays on the venue where that trades it. */
  private chooseSymbol(symbol: string): void {
    const venues = this.markets.venuesOf(symbol);
    const exchange = this.series?.exchange ?? '';
    this.choose({ symbol, exchange: venues.includes(exchange) ? exchange : (venues[0] ?? exchange) });
  }
}
