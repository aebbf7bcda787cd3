import type { Gap } from '@neuraltrade/contracts';
import type { HistoryRequests } from '../gateway/history-requests';
import type { GapsMessage, MarketName } from '../protocol';
import { GapBook } from './gap-book';

const RETRY_MS = 5_000;

/** The gaps of one market: those of the time that the chart shows from the history, and what is said of them live. */
export class GapFeed {
  private readonly book = new GapBook();
  private readonly request = new AbortController();
  /** From where on the history is known, ms UTC; null while nothing is. */
  private knownFrom: number | null = null;

  /**
   * @param market whose gaps.
   * @param history where those from before are.
   * @param onChange told all of them whenever any is new.
   */
  constructor(
    private readonly market: MarketName,
    private readonly history: HistoryRequests,
    private readonly onChange: (gaps: readonly Gap[]) => void,
  ) {}

  /** Takes what is said live. */
  take({ exchange, symbol, gaps }: GapsMessage): void {
    if (exchange === this.market.exchange && symbol === this.market.symbol) this.add(gaps);
  }

  /** Makes the gaps known from an instant on, ms UTC. */
  reachBack(from: number): void {
    const to = this.knownFrom;
    if (to !== null && from >= to) return;
    this.knownFrom = from;
    this.history.gaps(this.market, from, to, this.request.signal).then(
      (gaps) => this.add(gaps),
      () => this.tryAgain(from, to),
    );
  }

  /** Ends what is under way; nothing more is told. */
  stop(): void {
    this.request.abort();
  }

  private tryAgain(from: number, to: number | null): void {
    if (this.request.signal.aborted) return;
    this.knownFrom = to;
    setTimeout(() => this.request.signal.aborted || this.reachBack(from), RETRY_MS);
  }

  private add(gaps: readonly Gap[]): void {
    if (this.request.signal.aborted || gaps.length === 0) return;
    this.book.take(gaps);
    this.onChange(this.book.ascending());
  }
}
