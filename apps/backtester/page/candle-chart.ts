import {
  CandlestickSeries,
  createSeriesMarkers,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { ChartSymbol } from '../src/report/chart-data';
import { createFrame, minuteText, paintFrame } from './chart-frame';
import { Legend } from './legend';
import { readPalette } from './palette';

/** Candles that are shown at first when there are many: marks can be told apart. */
const SHOWN_AT_FIRST = 400;

/** Candles of one symbol with every execution on them. */
export class CandleChart {
  private readonly chart: IChartApi;
  private readonly candles: ISeriesApi<'Candlestick'>;
  private readonly marks: ISeriesMarkersPluginApi<Time>;
  private readonly legend: Legend;
  private shown: ChartSymbol | null = null;

  /**
   * @param container an element with a size.
   * @param note where is said how the candles are drawn.
   */
  constructor(
    container: HTMLElement,
    private readonly note: HTMLElement,
  ) {
    this.chart = createFrame(container);
    this.candles = this.chart.addSeries(CandlestickSeries, {
      priceLineVisible: false,
      lastValueVisible: false,
    });
    this.marks = createSeriesMarkers(this.candles, []);
    this.legend = new Legend(container);
    this.chart.subscribeCrosshairMove(({ time }) => this.tell(typeof time === 'number' ? time : null));
  }

  /** Draws a symbol. */
  show(symbol: ChartSymbol): void {
    this.shown = symbol;
    this.repaint();
    this.candles.setData(
      symbol.candles.map(([time, open, high, low, close]) => ({
        time: time as UTCTimestamp,
        open,
        high,
        low,
        close,
      })),
    );
    const count = symbol.candles.length;
    if (count <= SHOWN_AT_FIRST) this.chart.timeScale().fitContent();
    else this.chart.timeScale().setVisibleLogicalRange({ from: count - SHOWN_AT_FIRST, to: count + 2 });
    const more = symbol.unmarked > 0 ? ` The first ${symbol.unmarked} executions are not marked.` : '';
    this.note.textContent = `${symbol.symbol}, drawn in candles of ${lengthText(symbol.lengthMs)}. Drag to move, pinch or drag the axis to zoom.${more}`;
    this.tell(null);
  }

  /** Takes the colours of the page again, after they changed. */
  repaint(): void {
    const palette = readPalette();
    const { up, down } = palette;
    paintFrame(this.chart, palette);
    this.candles.applyOptions({
      ...{ upColor: up, downColor: down, borderUpColor: up, borderDownColor: down },
      ...{ wickUpColor: up, wickDownColor: down },
    });
    const { accent, split } = palette;
    this.marks.setMarkers(
      (this.shown?.marks ?? []).map(([time, side]): SeriesMarker<Time> => ({
        time: time as UTCTimestamp,
        position: side > 0 ? 'belowBar' : 'aboveBar',
        shape: side > 0 ? 'arrowUp' : 'arrowDown',
        color: side > 0 ? accent : split,
      })),
    );
  }

  private tell(time: number | null): void {
    const { shown } = this;
    if (shown === null) return;
    const candle = time === null ? shown.candles.at(-1) : shown.candles.find(([at]) => at === time);
    if (candle === undefined) return;
    const [at, open, high, low, close] = candle;
    const marks = shown.marks.filter(([marked]) => marked === at);
    this.legend.show([
      minuteText(at),
      `O ${open}`,
      `H ${high}`,
      `L ${low}`,
      `C ${close}`,
      ...marks.slice(0, 4).map(([, side, price]) => `${side > 0 ? 'bought' : 'sold'} at ${price}`),
    ]);
  }
}

function lengthText(ms: number): string {
  const units: readonly (readonly [number, string])[] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1_000, 's'],
  ];
  const [length, name] = units.find(([unit]) => ms >= unit && ms % unit === 0) ?? [1, 'ms'];
  return `${ms / length} ${name}`;
}
