import type { Candle, Gap } from '@neuraltrade/contracts';
import type { MouseEventParams } from 'lightweight-charts';
import type { JudgedSignal } from '../signals/signal-book';
import { barOf, chartTime, volumeOf } from './bar-look';
import type { BookChange, CandleBook } from './candle-book';
import { CandleMarks } from './candle-marks';
import { ChartSurface } from './chart-surface';
import { GapBands } from './gap-bands';
import { type Palette, readPalette } from './palette';
import type { SessionVwap } from './session-vwap';
import { signalMarks } from './signal-marks';
import { TimeAxis } from './time-axis';
import { holeBetween, slotsOf } from './time-slots';
import { VwapOverlay } from './vwap-overlay';

const BAR_WIDTH = 8;
const MOST_BARS_SHOWN = 150;
/** Older candles are asked for when fewer than this many bars are left of the view. */
const LEFT_RESERVE = 20;

/** What the pointer is over. */
export interface ChartPoint {
  /** The candle; undefined when there is none. */
  readonly candle: Candle | undefined;
  /** The gaps that are drawn there. */
  readonly gaps: readonly Gap[];
  /** Px from the left of the chart. */
  readonly x: number;
  /** Px from its top. */
  readonly y: number;
}

/** What a chart tells. */
export interface ChartEvents {
  /** The pointer is here now; null when it has left. */
  readonly onHover: (point: ChartPoint | null) => void;
  /** The left end of what is loaded has come into view. */
  readonly onLeftEnd: () => void;
  /** The view has moved: whether the newest candle is within it. */
  readonly onNewestInView: (isInView: boolean) => void;
}

/** Candlesticks, volume and overlays of one series, in the colours of the page. */
export class ChartView {
  private readonly surface: ChartSurface;
  private readonly axis: TimeAxis;
  private readonly gapBands: GapBands;
  private readonly candleMarks: CandleMarks;
  private readonly vwap: VwapOverlay;
  private palette: Palette;
  private signals: readonly JudgedSignal[] = [];

  /**
   * @param container an element with a size.
   * @param book the candles that are drawn.
   * @param events who is told.
   */
  constructor(
    private readonly container: HTMLElement,
    private book: CandleBook,
    private readonly events: ChartEvents,
  ) {
    this.palette = readPalette(container);
    this.surface = new ChartSurface(container);
    const { chart, bars } = this.surface;
    this.axis = new TimeAxis(chart);
    this.vwap = new VwapOverlay(this.surface.vwap);
    this.gapBands = new GapBands(this.axis, () => this.palette);
    bars.attachPrimitive(this.gapBands.layer);
    this.candleMarks = new CandleMarks(
      () => this.book.ascending(),
      this.axis,
      () => this.palette,
    );
    bars.attachPrimitive(this.candleMarks.layer);
    chart.subscribeCrosshairMove((event) => this.tellHover(event));
    chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range === null || this.book.size() === 0) return;
      if (range.from < LEFT_RESERVE) this.events.onLeftEnd();
      this.events.onNewestInView(range.to > this.axis.count() - 1);
    });
    this.repaint();
  }

  /** Draws another book, of candles of `lengthMs`, from its newest candles on. */
  open(book: CandleBook, lengthMs: number): void {
    this.book = book;
    this.axis.open([], lengthMs);
    this.drawAll();
    this.showNewest();
  }

  /** Draws what changed in the book. */
  update(change: BookChange): void {
    if (change.kind === 'none') return;
    if (change.kind === 'rebuilt') this.drawAll();
    else this.drawBars(change.candles);
    this.container.dataset['candles'] = String(this.book.size());
  }

  /** Takes the gaps of the series, and whether they are drawn. */
  showGaps(gaps: readonly Gap[], areDrawn: boolean): void {
    const drawn = areDrawn ? gaps : [];
    this.candleMarks.takeGaps(gaps);
    this.gapBands.show(drawn);
    this.container.dataset['gaps'] = String(drawn.length);
  }

  /** Shows the signals of the series. */
  showSignals(signals: readonly JudgedSignal[]): void {
    this.signals = signals;
    this.surface.marks.setMarkers(signalMarks(signals, this.axis.slotLength(), this.palette));
    this.container.dataset['signals'] = String(signals.length);
  }

  /** VWAP of the UTC day up to and with the candle that opens at this instant; undefined without a candle. */
  sessionVwapAt(timestamp: number): SessionVwap | undefined {
    return this.vwap.at(timestamp);
  }

  /** Shows or hides the VWAP line; gaps and signals are hidden by showing none. */
  showVwap(visible: boolean): void {
    this.vwap.show(visible);
  }

  /** Moves to the newest candles. */
  showNewest(): void {
    const count = this.axis.count();
    if (count === 0) return;
    // As many as stay readable; a short history is not stretched over the chart either.
    const fitting = Math.floor(this.container.clientWidth / BAR_WIDTH);
    const width = Math.max(30, Math.min(MOST_BARS_SHOWN, fitting));
    this.surface.chart.timeScale().setVisibleLogicalRange({ from: count - width, to: count + 3 });
  }

  /** Puts the cursor on a candle and brings it into view; none without one. */
  putCursor(candle: Candle | undefined): void {
    if (candle === undefined) return this.surface.chart.clearCrosshairPosition();
    const x = this.axis.xOf(candle.timestamp + this.axis.slotLength() / 2) ?? 0;
    const scale = this.surface.chart.timeScale();
    const outside = x < 0 ? x : Math.max(0, x - scale.width());
    if (outside !== 0)
      scale.scrollToPosition(scale.scrollPosition() + outside / this.axis.slotWidth(), false);
    this.surface.chart.setCrosshairPosition(candle.close, chartTime(candle.timestamp), this.surface.bars);
  }

  /** Takes the colours of the page again, after they changed. */
  repaint(): void {
    this.palette = readPalette(this.container);
    this.surface.paint(this.palette);
    this.drawAll();
    this.showSignals(this.signals);
  }

  private drawAll(): void {
    const candles = this.book.ascending();
    const lengthMs = this.axis.slotLength();
    const newest = candles[candles.length - 1];
    if (newest !== undefined) this.surface.usePriceFormatOf(newest.close);
    const slots = slotsOf(candles, lengthMs);
    this.axis.open(
      slots.map(({ timestamp }) => timestamp),
      lengthMs,
    );
    this.surface.bars.setData(
      slots.map(({ timestamp, candle }) =>
        candle === null ? { time: chartTime(timestamp) } : barOf(candle, this.palette),
      ),
    );
    this.surface.volumes.setData(candles.map((candle) => volumeOf(candle, this.palette)));
    this.vwap.rebuild(candles);
    this.container.dataset['candles'] = String(candles.length);
  }

  private drawBars(candles: readonly Candle[]): void {
    let anyOlder = false;
    for (const candle of candles) {
      const newest = this.axis.last();
      const isOlder = newest !== null && candle.timestamp < newest;
      if (!isOlder) this.appendSlots(candle.timestamp, newest);
      this.surface.usePriceFormatOf(candle.close);
      this.surface.bars.update(barOf(candle, this.palette), isOlder);
      this.surface.volumes.update(volumeOf(candle, this.palette), isOlder);
      if (!isOlder) this.vwap.append(candle);
      anyOlder ||= isOlder;
    }
    // A revision moves the rest of its day's line.
    if (anyOlder) this.vwap.rebuild(this.book.ascending());
  }

  private appendSlots(timestamp: number, newest: number | null): void {
    if (timestamp === newest) return;
    const hole = newest === null ? [] : holeBetween(newest, timestamp, this.axis.slotLength());
    for (const empty of hole) {
      this.surface.bars.update({ time: chartTime(empty) });
      this.axis.append(empty);
    }
    this.axis.append(timestamp);
  }

  private tellHover({ time, point }: MouseEventParams): void {
    if (point === undefined) return this.events.onHover(null);
    const candle = typeof time === 'number' ? this.book.at(time * 1_000) : undefined;
    this.events.onHover({ candle, gaps: this.gapBands.at(point.x, point.y), x: point.x, y: point.y });
  }
}
