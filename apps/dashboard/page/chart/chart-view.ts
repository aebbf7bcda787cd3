import type { Candle } from '@neuraltrade/contracts';
import {
  CandlestickSeries,
  type CandlestickData,
  createChart,
  type HistogramData,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { BookChange, CandleBook } from './candle-book';
import { formatMinute, formatPrice, priceDecimals } from '../format/price-format';

const BAR_WIDTH = 8;
const MOST_BARS_SHOWN = 150;

/** What a chart tells. */
export interface ChartEvents {
  /** The pointer is over this candle; undefined when it is over none. */
  onHover: (candle: Candle | undefined) => void;
  /** The left end of what is loaded has come into view. */
  onLeftEnd: () => void;
}

/** Candlesticks and volume of one series, in the colours of the page. */
export class ChartView {
  private readonly chart: IChartApi;
  private readonly bars: ISeriesApi<'Candlestick'>;
  private readonly volumes: ISeriesApi<'Histogram'>;
  private palette: Palette;
  private decimals = 2;
  private newestDrawn = 0;

  /**
   * @param container an element with a size.
   * @param book the candles that are drawn.
   * @param events who is told.
   */
  constructor(
    private readonly container: HTMLElement,
    private book: CandleBook,
    events: ChartEvents,
  ) {
    this.palette = readPalette(container);
    this.chart = createChart(container, {
      autoSize: true,
      layout: { attributionLogo: false, fontFamily: getComputedStyle(container).fontFamily, fontSize: 11 },
      timeScale: { timeVisible: true, secondsVisible: false, rightOffset: 4, minBarSpacing: 1 },
      rightPriceScale: { scaleMargins: { top: 0.06, bottom: 0.24 } },
      localization: {
        priceFormatter: (price: number) => formatPrice(price, this.decimals),
        timeFormatter: (time: UTCTimestamp) => `${formatMinute(time * 1_000)} UTC`,
      },
    });
    this.bars = this.chart.addSeries(CandlestickSeries, { borderVisible: true });
    this.volumes = this.chart.addSeries(HistogramSeries, {
      priceScaleId: 'volume',
      priceFormat: { type: 'volume' },
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.chart.priceScale('volume').applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
    this.chart.subscribeCrosshairMove(({ time }) =>
      events.onHover(typeof time === 'number' ? this.book.at(time * 1_000) : undefined),
    );
    this.chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range !== null && range.from < 10 && this.book.size() > 0) events.onLeftEnd();
    });
    this.repaint();
  }

  /** Draws another book from its newest candles on. */
  open(book: CandleBook): void {
    this.book = book;
    this.drawAll();
    this.showNewest();
  }

  /** Draws what changed in the book. */
  update(change: BookChange): void {
    if (change.kind === 'none') return;
    if (change.kind === 'rebuilt') this.drawAll();
    else for (const candle of change.candles) this.drawBar(candle);
    this.container.dataset['candles'] = String(this.book.size());
  }

  /** Moves to the newest candles. */
  showNewest(): void {
    const count = this.book.size();
    if (count === 0) return;
    // As many as stay readable; a short history is not stretched over the chart either.
    const fitting = Math.floor(this.container.clientWidth / BAR_WIDTH);
    const width = Math.max(30, Math.min(MOST_BARS_SHOWN, fitting));
    this.chart.timeScale().setVisibleLogicalRange({ from: count - width, to: count + 3 });
  }

  /** Takes the colours of the page again, after they changed. */
  repaint(): void {
    this.palette = readPalette(this.container);
    const { text, grid, up, down, panel } = this.palette;
    this.chart.applyOptions({
      layout: { background: { color: panel }, textColor: text },
      grid: { vertLines: { color: grid }, horzLines: { color: grid } },
      rightPriceScale: { borderColor: grid },
      timeScale: { borderColor: grid },
    });
    this.bars.applyOptions({
      upColor: up,
      downColor: down,
      borderUpColor: up,
      borderDownColor: down,
      wickUpColor: up,
      priceLineColor: text,
      wickDownColor: down,
    });
    this.drawAll();
  }

  private drawAll(): void {
    const candles = this.book.ascending();
    this.useDecimals(candles[candles.length - 1]);
    this.bars.setData(candles.map((candle) => this.bar(candle)));
    this.volumes.setData(candles.map((candle) => this.volume(candle)));
    this.newestDrawn = candles[candles.length - 1]?.timestamp ?? 0;
    this.container.dataset['candles'] = String(candles.length);
  }

  private drawBar(candle: Candle): void {
    const isOlder = candle.timestamp < this.newestDrawn;
    this.newestDrawn = Math.max(this.newestDrawn, candle.timestamp);
    this.useDecimals(candle);
    this.bars.update(this.bar(candle), isOlder);
    this.volumes.update(this.volume(candle), isOlder);
  }

  private useDecimals(candle: Candle | undefined): void {
    if (candle === undefined || this.decimals === priceDecimals(candle.close)) return;
    this.decimals = priceDecimals(candle.close);
    this.bars.applyOptions({ priceFormat: { type: 'price', minMove: 10 ** -this.decimals } });
  }

  private bar(candle: Candle): CandlestickData<UTCTimestamp> {
    const { open, high, low, close, state, complete } = candle;
    const { up, down, upHollow, downHollow, incomplete, revised } = this.palette;
    const direction = close >= open ? up : down;
    const edge = !complete ? incomplete : state === 'revised' ? revised : direction;
    const hollow = close >= open ? upHollow : downHollow;
    const color = state === 'partial' ? hollow : direction;
    return { time: timeOf(candle), open, high, low, close, color, borderColor: edge, wickColor: edge };
  }

  private volume(candle: Candle): HistogramData<UTCTimestamp> {
    const { upVolume, downVolume } = this.palette;
    const color = candle.close >= candle.open ? upVolume : downVolume;
    return { time: timeOf(candle), value: candle.volume, color };
  }
}

type Palette = Record<
  | 'text'
  | 'grid'
  | 'panel'
  | 'up'
  | 'down'
  | 'upHollow'
  | 'downHollow'
  | 'upVolume'
  | 'downVolume'
  | 'incomplete'
  | 'revised',
  string
>;

function readPalette(from: Element): Palette {
  const styles = getComputedStyle(from);
  const color = (name: string): string => styles.getPropertyValue(name).trim();
  return {
    text: color('--muted'),
    grid: color('--line'),
    panel: color('--panel'),
    up: color('--up'),
    down: color('--down'),
    upHollow: color('--up-hollow'),
    downHollow: color('--down-hollow'),
    upVolume: color('--up-volume'),
    downVolume: color('--down-volume'),
    incomplete: color('--amber'),
    revised: color('--violet'),
  };
}

function timeOf({ timestamp }: Candle): UTCTimestamp {
  return (timestamp / 1_000) as UTCTimestamp;
}
