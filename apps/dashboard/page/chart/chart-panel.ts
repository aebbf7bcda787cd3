import { type Candle, type Gap, timeframeMs } from '@neuraltrade/contracts';
import { byId, setSentence, setText } from '../dom/elements';
import { atNextFrame } from '../dom/frame';
import { capitalized, formatPrice } from '../format/price-format';
import { formatMinute } from '../format/time-format';
import type { HistoryRequests } from '../gateway/history-requests';
import type { CandlesMessage, CandleSeriesName, GapsMessage } from '../protocol';
import type { JudgedSignal } from '../signals/signal-book';
import { isSameSeries, type OverlayName } from '../view/page-address';
import { CandleBook } from './candle-book';
import { CandlePages } from './candle-pages';
import { cursorAfter } from './chart-cursor';
import { type ChartPoint, ChartView } from './chart-view';
import { GapFeed } from './gap-feed';
import { GapTooltip } from './gap-tooltip';
import { Legend } from './legend';

/** The chart of the chosen series: history, live updates, overlays, legend, and a sentence while there is nothing to draw. */
export class ChartPanel {
  private readonly root = byId('chart', HTMLElement);
  private readonly sentence = byId('chart-state', HTMLElement);
  private readonly said = byId('chart-said', HTMLElement);
  private readonly legend = new Legend(byId('legend', HTMLElement));
  private readonly tooltip = new GapTooltip(byId('gap-tooltip', HTMLElement), this.root);
  private readonly newest = byId('newest', HTMLButtonElement);
  private readonly view: ChartView;
  private book = new CandleBook();
  private series: CandleSeriesName | null = null;
  private pages: CandlePages | null = null;
  private gapFeed: GapFeed | null = null;
  private hovered: Candle | undefined;
  private hasLive = false;
  private gaps: readonly Gap[] = [];
  private signals: readonly JudgedSignal[] = [];
  private off: readonly OverlayName[] = [];
  private readonly paintLegend = (): void => this.drawLegend();

  /** @param history what the gateway has stored. */
  constructor(private readonly history: HistoryRequests) {
    this.view = new ChartView(this.root, this.book, {
      onHover: (point) => this.hover(point),
      onLeftEnd: () => void this.pages?.loadOlder(),
      onNewestInView: (isInView) => this.newest.classList.toggle('calling', !isInView),
    });
    this.newest.addEventListener('click', () => this.showNewest());
    this.root.addEventListener('keydown', (event) => this.moveCursor(event));
    this.root.addEventListener('blur', () => this.takeCursorAway());
  }

  /** Shows another series from its history on. */
  open(series: CandleSeriesName): void {
    this.pages?.stop();
    this.gapFeed?.stop();
    this.series = series;
    const book = (this.book = new CandleBook());
    this.hovered = undefined;
    this.hasLive = false;
    Object.assign(this.root.dataset, series);
    const { symbol, exchange, timeframe } = series;
    this.root.setAttribute(
      'aria-label',
      `Candles of ${symbol} on ${capitalized(exchange)}, ${timeframe}. Arrow keys move along the candles.`,
    );
    this.view.open(this.book, timeframeMs(timeframe) ?? 60_000);
    this.showGaps([]);
    this.showSignals([]);
    this.drawLegend();
    this.tell('loading', 'Loading candles.');
    this.pages = new CandlePages(series, book, this.history, {
      onNewest: (candles) => this.takeNewest(candles),
      onOlder: (candles) => {
        this.view.update(book.take(candles));
        this.reachBack();
      },
      onFault: (sentence, isFinal) => this.tellFault(sentence, isFinal),
    });
    this.gapFeed = new GapFeed(series, this.history, (gaps) => this.showGaps(gaps));
    void this.pages.loadNewest();
  }

  /** Takes live candles. */
  take(message: CandlesMessage): void {
    if (this.series === null || !isSameSeries(message, this.series)) return;
    this.draw(message.candles);
    // A snapshot that is not the first comes instead of changes that nobody kept: the history has them.
    if (message.from === null && this.hasLive) void this.pages?.loadNewest();
    this.hasLive = true;
  }

  /** Takes what is said of gaps live. */
  takeGaps(message: GapsMessage): void {
    this.gapFeed?.take(message);
  }

  /** Draws these signals of the series. */
  showSignals(signals: readonly JudgedSignal[]): void {
    this.signals = signals;
    this.view.showSignals(this.off.includes('signals') ? [] : signals);
  }

  /** Draws all overlays but these. */
  switchOff(off: readonly OverlayName[]): void {
    this.off = off;
    this.view.showVwap(!off.includes('vwap'));
    this.showGaps(this.gaps);
    this.showSignals(this.signals);
  }

  /** Moves to the newest candles. */
  showNewest(): void {
    this.view.showNewest();
  }

  /** Takes the colours of the page again. */
  repaint(): void {
    this.view.repaint();
  }

  private showGaps(gaps: readonly Gap[]): void {
    this.gaps = gaps;
    this.view.showGaps(gaps, !this.off.includes('gaps'));
  }

  private takeNewest(candles: readonly Candle[]): void {
    const isMore = this.book.size() < candles.length;
    this.draw(candles);
    this.reachBack();
    if (isMore) this.view.showNewest();
    if (this.book.size() === 0)
      this.tell('empty', 'No candles yet: the first one appears with the first trade.');
  }

  /** Gaps are told as far back as there are candles. */
  private reachBack(): void {
    const [oldest] = this.book.ascending();
    if (oldest !== undefined) this.gapFeed?.reachBack(oldest.timestamp);
  }

  private tellFault(sentence: string, isFinal: boolean): void {
    if (isFinal) this.tell('unknown', sentence);
    else if (this.book.size() === 0)
      this.tell('failed', `The history could not be loaded. ${sentence} Trying again.`);
  }

  private draw(candles: readonly Candle[]): void {
    this.view.update(this.book.take(candles));
    if (this.book.size() === 0) return;
    this.tell('ready', '');
    if (this.hovered !== undefined) this.hovered = this.book.at(this.hovered.timestamp);
    atNextFrame(this.paintLegend);
  }

  private drawLegend(): void {
    const candle = this.hovered ?? this.book.last();
    this.legend.show(candle, candle && this.view.sessionVwapAt(candle.timestamp));
  }

  private hover(point: ChartPoint | null): void {
    this.hovered = point?.candle;
    this.tooltip.show(point?.gaps ?? [], point?.x ?? 0, point?.y ?? 0);
    atNextFrame(this.paintLegend);
  }

  private takeCursorAway(): void {
    this.view.putCursor(undefined);
    this.hover(null);
  }

  private moveCursor(event: KeyboardEvent): void {
    if (event.key === 'Escape') return this.takeCursorAway();
    const candles = this.book.ascending();
    const at = this.hovered === undefined ? -1 : candles.indexOf(this.hovered);
    const to = cursorAfter(event.key, at < 0 ? null : at, candles.length);
    const candle = to === null ? undefined : candles[to];
    if (candle === undefined) return;
    event.preventDefault();
    this.view.putCursor(candle);
    this.hovered = candle;
    this.drawLegend();
    setText(this.said, candleSentence(candle));
  }

  private tell(state: 'loading' | 'ready' | 'empty' | 'failed' | 'unknown', sentence: string): void {
    this.root.dataset['state'] = state;
    setSentence(this.sentence, sentence);
  }
}

function candleSentence({ timestamp, open, high, low, close, state, complete }: Candle): string {
  const [o, h, l, c] = [open, high, low, close].map((price) => formatPrice(price));
  const missing = complete ? '' : ', incomplete';
  return `${formatMinute(timestamp)} UTC: open ${o}, high ${h}, low ${l}, close ${c}, ${state}${missing}`;
}
