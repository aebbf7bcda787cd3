import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineSeries,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import { formatPrice, priceDecimals } from '../format/price-format';
import { formatMinute } from '../format/time-format';
import type { Palette } from './palette';

/** The chart with its empty series, as the library draws them. */
export class ChartSurface {
  /** The chart itself. */
  readonly chart: IChartApi;
  /** The candles; the time scale has their slots. */
  readonly bars: ISeriesApi<'Candlestick'>;
  /** The volume below them. */
  readonly volumes: ISeriesApi<'Histogram'>;
  /** The VWAP line. */
  readonly vwap: ISeriesApi<'Line'>;
  /** The marks of signals. */
  readonly marks: ISeriesMarkersPluginApi<Time>;
  private decimals = 2;

  /** @param container an element with a size. */
  constructor(container: HTMLElement) {
    this.chart = createChart(container, {
      autoSize: true,
      layout: { attributionLogo: false, fontFamily: getComputedStyle(container).fontFamily, fontSize: 11 },
      timeScale: { timeVisible: true, secondsVisible: false, rightOffset: 4, minBarSpacing: 1 },
      // Wide enough for most prices, so that labels move nothing when they come.
      rightPriceScale: { scaleMargins: { top: 0.06, bottom: 0.24 }, minimumWidth: 80 },
      localization: {
        priceFormatter: (price: number) => formatPrice(price, this.decimals),
        timeFormatter: (time: UTCTimestamp) => `${formatMinute(time * 1_000)} UTC`,
      },
    });
    const quiet = { lastValueVisible: false, priceLineVisible: false };
    this.volumes = this.chart.addSeries(HistogramSeries, {
      ...quiet,
      priceScaleId: 'volume',
      priceFormat: { type: 'volume' },
    });
    this.chart.priceScale('volume').applyOptions({ scaleMargins: { top: 0.8, bottom: 0.035 } });
    this.bars = this.chart.addSeries(CandlestickSeries, { borderVisible: true });
    this.vwap = this.chart.addSeries(LineSeries, {
      ...quiet,
      lineWidth: 1,
      crosshairMarkerVisible: false,
      // The line is a companion of the candles: it must not squeeze them when it is far away.
      autoscaleInfoProvider: () => null,
    });
    this.marks = createSeriesMarkers(this.bars, []);
  }

  /** Draws in these colours from now on; what is drawn already keeps those of its data. */
  paint({ text, strong, grid, up, down, panel, vwap }: Palette): void {
    const cursor = { color: text, labelBackgroundColor: strong };
    this.chart.applyOptions({
      layout: { background: { color: panel }, textColor: text },
      grid: { vertLines: { color: grid }, horzLines: { color: grid } },
      rightPriceScale: { borderColor: grid },
      timeScale: { borderColor: grid },
      crosshair: { vertLine: cursor, horzLine: cursor },
    });
    this.bars.applyOptions({
      upColor: up,
      downColor: down,
      borderUpColor: up,
      borderDownColor: down,
      wickUpColor: up,
      wickDownColor: down,
      priceLineColor: text,
    });
    this.vwap.applyOptions({ color: vwap });
  }

  /** Shows prices with the decimals that prices of this size have. */
  usePriceFormatOf(price: number): void {
    if (this.decimals === priceDecimals(price)) return;
    this.decimals = priceDecimals(price);
    this.bars.applyOptions({ priceFormat: { type: 'price', minMove: 10 ** -this.decimals } });
  }
}
