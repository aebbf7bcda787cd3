import type { Candle } from '@neuraltrade/contracts';
import type { CandleSeriesName } from '../protocol';
import { type CandleBook, MOST_CANDLES } from './candle-book';
import { type HistoryRequests, UnknownMarketError } from '../gateway/history-requests';

const FIRST_PAGE = 300;
const NEXT_PAGE = 500;
const RETRY_MS = 3_000;

/** What the pages of a history tell. */
export interface CandlePageEvents {
  /** The newest candles, ascending; maybe none. */
  readonly onNewest: (candles: readonly Candle[]) => void;
  /** Candles before the oldest known one, ascending. */
  readonly onOlder: (candles: readonly Candle[]) => void;
  /** The newest could not be had, a sentence; it is tried again unless that is final. */
  readonly onFault: (sentence: string, isFinal: boolean) => void;
}

/** Loads the history of one series page by page, the newest first. */
export class CandlePages {
  private request = new AbortController();
  private retry: ReturnType<typeof setTimeout> | undefined;
  private isLoadingOlder = false;
  /** Whether the store may have candles before the oldest: nobody knows before its first answer. */
  private hasOlder = false;

  /**
   * @param series whose history.
   * @param book what is known of it.
   * @param history where they are.
   * @param events who is told.
   */
  constructor(
    private readonly series: CandleSeriesName,
    private readonly book: CandleBook,
    private readonly history: HistoryRequests,
    private readonly events: CandlePageEvents,
  ) {}

  /** Asks for the newest candles until they come. */
  async loadNewest(): Promise<void> {
    this.stop();
    const { signal } = (this.request = new AbortController());
    try {
      const candles = await this.history.candles(this.series, { limit: FIRST_PAGE }, signal);
      if (signal.aborted) return;
      if (this.book.size() < candles.length) this.hasOlder = candles.length === FIRST_PAGE;
      this.events.onNewest(candles);
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  /** Asks for the candles before the oldest one, unless there are none or that is under way. */
  async loadOlder(): Promise<void> {
    const [oldest] = this.book.ascending();
    if (oldest === undefined || this.isLoadingOlder || !this.hasOlder) return;
    if (this.book.size() >= MOST_CANDLES) return;
    this.isLoadingOlder = true;
    const { signal } = this.request;
    try {
      const page = await this.history.candles(
        this.series,
        { limit: NEXT_PAGE, before: oldest.timestamp },
        signal,
      );
      if (signal.aborted) return;
      this.hasOlder = page.length === NEXT_PAGE;
      this.events.onOlder(page);
    } catch {
      // Scrolling to the left end again asks again.
    } finally {
      this.isLoadingOlder = false;
    }
  }

  /** Ends what is under way; nothing more is told. */
  stop(): void {
    this.request.abort();
    clearTimeout(this.retry);
  }

  private fail(error: unknown): void {
    const sentence = error instanceof Error ? error.message : String(error);
    const isFinal = error instanceof UnknownMarketError;
    if (!isFinal) this.retry = setTimeout(() => void this.loadNewest(), RETRY_MS);
    this.events.onFault(sentence, isFinal);
  }
}
