import type { HistoryRequests } from '../gateway/history-requests';
import type { SignalsAnswer, SignalsMessage } from '../protocol';
import { type JudgedSignal, SignalBook } from './signal-book';

/** How far back signals are listed, ms. */
const REACH_MS = 7 * 86_400_000;
const RETRY_MS = 1_500;

/** Signals of every market: the newest of the history, and what comes live. */
export class SignalFeed {
  private readonly book = new SignalBook();
  private request = new AbortController();

  /**
   * @param history where those from before are.
   * @param now the clock that ages are counted by, ms UTC; null while nobody has told it.
   * @param onChange told that something is new.
   */
  constructor(
    private readonly history: HistoryRequests,
    private readonly now: () => number | null,
    private readonly onChange: () => void,
  ) {}

  /** All signals, the newest first. */
  newestFirst(): readonly JudgedSignal[] {
    return this.book.newestFirst();
  }

  /** Takes what is said live; a snapshot says that the history may have what nobody told. */
  take(message: SignalsMessage): void {
    this.add(message);
    if (message.from === null) this.load();
  }

  private load(): void {
    this.request.abort();
    const { signal } = (this.request = new AbortController());
    const again = (): void => void setTimeout(() => signal.aborted || this.load(), RETRY_MS);
    const now = this.now();
    if (now === null) return again();
    this.history.signals(Math.max(0, now - REACH_MS), signal).then((answer) => this.add(answer), again);
  }

  private add({ signals, outcomes }: SignalsAnswer): void {
    this.book.takeSignals(signals);
    this.book.takeOutcomes(outcomes);
    this.onChange();
  }
}
