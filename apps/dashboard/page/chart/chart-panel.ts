import type { Candle } from '@neuraltrade/contracts';
import { CandleBook } from './candle-book';
import { NoSuchSeriesError, requestCandles } from './candle-requests';
import { ChartView } from './chart-view';
import { byId, setSentence, setText } from '../dom/elements';
import { Legend } from './legend';
import { capitalized } from '../format/price-format';
import { type CandlesMessage, type CandleSeriesName } from '../protocol';
import { isSameSeries } from '../view/selection';

const FIRST_PAGE = 300;
const NEXT_PAGE = 500;
const MOST_CANDLES = 5_000;
const RETRY_MS = 3_000;

/** The chart of the chosen series: history, live updates, legend, and a sentence while there is nothing to draw. */
export class ChartPanel {
  private readonly root = byId('chart', HTMLElement);
  private readonly title = byId('chart-title', HTMLElement);
  private readonly sentence = byId('chart-state', HTMLElement);
  private readonly legend = new Legend(byId('legend', HTMLElement));
  private readonly view: ChartView;
  private book = new CandleBook();
  private series: CandleSeriesName | null = null;
  private request = new AbortController();
  private retry: ReturnType<typeof setTimeout> | undefined;
  private isLoadingOlder = false;
  private hasOlder = true;
  private hovered: Candle | undefined;

  /** @param token the token to show, when there is one. */
  constructor(private readonly token: () => string | null) {
    this.view = new ChartView(this.root, this.book, {
      onHover: (candle) => {
        this.hovered = candle;
        this.showLegend();
      },
      onLeftEnd: () => void this.loadOlder(),
    });
  }

  /** Shows another series from its history on. */
  open(series: CandleSeriesName): void {
    this.request.abort();
    clearTimeout(this.retry);
    this.series = series;
    this.book = new CandleBook();
    this.hovered = undefined;
    this.hasOlder = true;
    this.isLoadingOlder = false;
    Object.assign(this.root.dataset, series);
    setText(this.title, `${series.symbol} on ${capitalized(series.exchange)}`);
    this.view.open(this.book);
    this.showLegend();
    this.tell('loading', 'Loading candles.');
    void this.loadNewest();
  }

  /** Asks for the newest history again: after a reconnect, what happened meanwhile is missing. */
  refresh(): void {
    if (this.series !== null) void this.loadNewest();
  }

  /** Takes live candles. */
  take(message: CandlesMessage): void {
    if (this.series === null || !isSameSeries(message, this.series)) return;
    this.draw(message.candles);
  }

  /** Takes the colours of the page again. */
  repaint(): void {
    this.view.repaint();
  }

  private async loadNewest(): Promise<void> {
    const { series, book } = this;
    if (series === null) return;
    this.request.abort();
    clearTimeout(this.retry);
    const { signal } = (this.request = new AbortController());
    try {
      const candles = await requestCandles({ series, limit: FIRST_PAGE, token: this.token(), signal });
      const isFirst = book.size() < candles.length;
      this.hasOlder &&= candles.length === FIRST_PAGE || !isFirst;
      this.draw(candles);
      if (isFirst) this.view.showNewest();
      if (book.size() === 0)
        this.tell('empty', 'No candles yet: the first one appears with the first trade.');
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  private async loadOlder(): Promise<void> {
    const { series, book } = this;
    const [oldest] = book.ascending();
    if (series === null || oldest === undefined || this.isLoadingOlder || !this.hasOlder) return;
    if (this.root.dataset['state'] !== 'ready' || book.size() >= MOST_CANDLES) return;
    this.isLoadingOlder = true;
    try {
      const before = oldest.timestamp;
      const { signal } = this.request;
      const page = await requestCandles({ series, limit: NEXT_PAGE, before, token: this.token(), signal });
      if (book !== this.book) return;
      this.hasOlder = page.length === NEXT_PAGE;
      this.view.update(book.take(page));
    } catch {
      // Scrolling to the left end again asks again.
    } finally {
      if (book === this.book) this.isLoadingOlder = false;
    }
  }

  private draw(candles: readonly Candle[]): void {
    this.view.update(this.book.take(candles));
    if (this.book.size() === 0) return;
    this.tell('ready', '');
    if (this.hovered !== undefined) this.hovered = this.book.at(this.hovered.timestamp);
    this.showLegend();
  }

  private showLegend(): void {
    this.legend.show(this.hovered ?? this.book.last());
  }

  private fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof NoSuchSeriesError) return this.tell('unknown', reason);
    if (this.book.size() === 0)
      this.tell('failed', `The history could not be loaded. ${reason} Trying again.`);
    this.retry = setTimeout(() => void this.loadNewest(), RETRY_MS);
  }

  private tell(state: 'loading' | 'ready' | 'empty' | 'failed' | 'unknown', sentence: string): void {
    this.root.dataset['state'] = state;
    setSentence(this.sentence, sentence);
  }
}
