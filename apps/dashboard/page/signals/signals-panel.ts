import { byId, setText } from '../dom/elements';
import type { HistoryRequests } from '../gateway/history-requests';
import type { CandleSeriesName, MarketName, SignalsMessage } from '../protocol';
import type { PageAddress } from '../view/page-address';
import { ToggleGroup } from '../view/toggle-group';
import type { JudgedSignal } from './signal-book';
import { SignalFeed } from './signal-feed';
import { SignalList } from './signal-list';
import { signalTally } from './signal-tally';

/** Whose signals are listed. */
type Scope = PageAddress['signals'];

/** What the panel of signals tells. */
export interface SignalsPanelEvents {
  /** The series of a signal was chosen. */
  readonly onChoose: (series: CandleSeriesName) => void;
  /** It was chosen whose signals are listed. */
  readonly onScope: (scope: Scope) => void;
  /** The signals of the chart's market have changed, the newest first. */
  readonly onMarket: (signals: readonly JudgedSignal[]) => void;
}

/** The signals of every market or of the chart's, what became of them, and how they have done in a line. */
export class SignalsPanel {
  private readonly feed: SignalFeed;
  private readonly list: SignalList;
  private readonly scopes: ToggleGroup<Scope>;
  private readonly tally = byId('signals-tally', HTMLElement);
  private market: MarketName | null = null;
  private scope: Scope = 'all';

  /**
   * @param history where signals from before are.
   * @param now the clock that ages are counted by, ms UTC; null while nobody has told it.
   * @param events who is told.
   */
  constructor(
    history: HistoryRequests,
    now: () => number | null,
    private readonly events: SignalsPanelEvents,
  ) {
    this.feed = new SignalFeed(history, now, () => this.draw());
    this.list = new SignalList(({ exchange, symbol, timeframe }) =>
      events.onChoose({ exchange, symbol, timeframe }),
    );
    const choices = { all: 'All', symbol: 'This market' };
    this.scopes = new ToggleGroup(byId('signals-of', HTMLElement), choices, events.onScope);
  }

  /** Takes what is said live. */
  take(message: SignalsMessage): void {
    this.feed.take(message);
  }

  /** Takes whether an ML engine has reported. */
  tellEngine(isHere: boolean): void {
    this.list.tellEngine(isHere);
  }

  /** Shows the chart's market, null without one, and whose signals are listed. */
  show(market: MarketName | null, scope: Scope): void {
    this.market = market;
    this.scope = scope;
    this.scopes.show((choice) => choice === scope);
    this.draw();
  }

  private draw(): void {
    const { market, scope } = this;
    const all = this.feed.newestFirst();
    const own = all.filter(
      ({ signal }) => signal.exchange === market?.exchange && signal.symbol === market.symbol,
    );
    const listed = scope === 'symbol' ? own : all;
    this.events.onMarket(own);
    this.list.show(listed);
    setText(this.tally, signalTally(listed));
  }
}
