import { compareTradeIds } from '@neuraltrade/contracts';
import type { Metrics, RecordLedger } from '@neuraltrade/metrics';
import type { ControlEvent, DecodedEvent, TradeEvent } from '@neuraltrade/venues';
import type { ClockTicker } from './clock-ticker';
import type { Log } from './log';
import { RecentValues } from './recent-values';
import type { SymbolFeed } from './symbol-feed';
import type { Timers } from './timers';

/** How far (ms) the venue's word on its newest trade may be ahead of what arrived: channels are not ordered among each other. */
const BEHIND_LIMIT_MS = 1_000;
const LATENCY_SAMPLES = 256;
const NAMED_PER_CONNECTION = 3;

/** Everything that a frame may turn out to be; 'history' are trades of the past. */
type EventKind = DecodedEvent['type'] | 'history';

/** What the intake needs. */
export interface EventIntakeDeps {
  /** The venue's name. */
  readonly exchange: string;
  /** The feeds by symbol. */
  readonly feeds: ReadonlyMap<string, SymbolFeed>;
  /** Measures the venue's clock. */
  readonly clock: ClockTicker;
  /** Timers of the adapter. */
  readonly timers: Timers;
  /** Where events are counted. */
  readonly metrics: Metrics;
  /** Where the first few unusable frames of a connection are named. */
  readonly log: Log;
  /** Whether a symbol's trades are known to flow and have been read up to now. */
  readonly isCurrent: (symbol: string) => boolean;
  /** Is told when a trade that the venue's heartbeat named did not come. */
  readonly onMissed: (symbol: string, feed: SymbolFeed, tradeId: string) => void;
}

/** Routes the events of frames to the feeds and counts every one of them. */
export class EventIntake {
  readonly #deps: EventIntakeDeps;
  readonly #latency = new RecentValues(LATENCY_SAMPLES);
  readonly #tally = new Map<EventKind, number>();
  readonly #flushed = new Map<EventKind, number>();
  readonly #named = new Map<EventKind, number>();
  readonly #behind = new Map<string, { readonly symbol: string; readonly cancel: () => void }>();
  readonly #exchangeToReceive;
  readonly #ledger: RecordLedger;
  #repeated = 0;
  #dropped = 0;
  #flushedDrops = 0;
  #unasked = 0;

  /** An intake that has seen nothing. */
  constructor(deps: EventIntakeDeps) {
    this.#deps = deps;
    this.#exchangeToReceive = deps.metrics.exchangeToReceive.labels(deps.exchange);
    this.#ledger = deps.metrics.ledger(`adapter-${deps.exchange}`);
  }

  /** Median time from match to arrival over recent trades, ms, including what the two clocks differ by. */
  get latencyMs(): number {
    return this.#latency.median();
  }

  /** Live trades given up since the start because the buffer was full. */
  get dropped(): number {
    return this.#flushedDrops + this.#dropped;
  }

  /** How many events of a kind were taken in since the start. */
  count(kind: EventKind): number {
    return this.#tally.get(kind) ?? 0;
  }

  /** Events by kind since the start. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.#tally);
  }

  /**
   * Takes one event of a frame that arrived at `receivedAt`, ms UTC.
   * @param caughtUp whether frames are read as they come; one that waited for us says nothing of the venue's clock.
   */
  take(event: DecodedEvent, receivedAt: number, caughtUp: boolean): void {
    switch (event.type) {
      case 'trade':
        this.#trade(event, receivedAt, caughtUp);
        break;
      case 'quote':
        this.#add('quote');
        if (caughtUp) this.#sample(event.sentAt, receivedAt);
        this.#deps.feeds.get(event.symbol)?.quote(event, receivedAt);
        break;
      case 'control':
        this.#add('control');
        if (caughtUp) this.#sample(event.sentAt, receivedAt);
        if (event.newestTrade !== undefined) this.#newest(event.newestTrade, receivedAt);
        break;
      case 'refused':
        this.#add('refused');
        break;
      case 'unknown':
        this.#name('unknown', { hint: event.hint }, 'sent a frame that its documentation does not describe');
        break;
      case 'invalid':
        this.#name('invalid', { reason: event.reason }, 'sent a frame that cannot be used');
        break;
      case 'unlisted':
        this.#name('unlisted', { symbol: event.symbol }, 'sent data of a symbol that was not asked for');
        break;
    }
  }

  /** Takes an event of a connection that stands by: it is counted, and a trade was passed on already. */
  standBy(event: DecodedEvent, receivedAt: number): void {
    if (event.type === 'trade' && !event.history) this.#repeated += 1;
    if (event.type !== 'trade' && event.type !== 'quote' && event.type !== 'control') {
      this.take(event, receivedAt, true);
      return;
    }
    this.#add(event.type === 'trade' && event.history ? 'history' : event.type);
    this.#sample(event.sentAt, receivedAt);
  }

  /** A new connection begins: its first unusable frames are named again, and what the old one promised is void. */
  connected(symbols: readonly string[]): void {
    this.#named.clear();
    this.forgetPromises(symbols);
  }

  /** Forgets what the venue said of the newest trades of symbols. */
  forgetPromises(symbols: readonly string[]): void {
    for (const [promise, { symbol, cancel }] of this.#behind) {
      if (!symbols.includes(symbol)) continue;
      cancel();
      this.#behind.delete(promise);
    }
  }

  /** Brings the metrics up to date; counting each event there at once would cost more than decoding it. */
  flush(): void {
    const { exchange, metrics } = this.#deps;
    for (const [kind, count] of this.#tally) {
      const increase = count - (this.#flushed.get(kind) ?? 0);
      if (increase === 0) continue;
      metrics.frames.inc({ exchange, kind }, increase);
      if (kind === 'trade') {
        metrics.ticksReceived.inc({ exchange }, increase);
        this.#ledger.received(increase);
      }
      this.#flushed.set(kind, count);
    }
    if (this.#repeated > 0) metrics.ticksRepeated.inc({ exchange, outcome: 'same' }, this.#repeated);
    if (this.#dropped > 0) metrics.ticksDropped.inc({ exchange, reason: 'buffer-full' }, this.#dropped);
    this.#ledger.rejected('repeated', this.#repeated);
    this.#ledger.rejected('buffer-full', this.#dropped);
    this.#ledger.rejected('not-asked-for', this.#unasked);
    this.#flushedDrops += this.#dropped;
    this.#repeated = this.#dropped = this.#unasked = 0;
  }

  #trade(event: TradeEvent, receivedAt: number, caughtUp: boolean): void {
    if (event.history) {
      this.#add('history');
      return;
    }
    this.#add('trade');
    if (caughtUp) this.#sample(event.sentAt, receivedAt);
    this.#latency.add(receivedAt - event.timestamp);
    this.#exchangeToReceive.observe(Math.max(0, receivedAt - event.timestamp) / 1_000);
    if (event.priceText !== undefined || event.sizeText !== undefined) {
      this.#deps.metrics.ticksInexact.inc({ exchange: event.exchange });
    }
    const outcome = this.#deps.feeds.get(event.symbol)?.trade(event, receivedAt);
    if (outcome === 'repeated') this.#repeated += 1;
    else if (outcome === 'dropped') this.#dropped += 1;
    else if (outcome === undefined) this.#unasked += 1;
  }

  #newest({ symbol, tradeId }: NonNullable<ControlEvent['newestTrade']>, receivedAt: number): void {
    const feed = this.#deps.feeds.get(symbol);
    if (feed === undefined || feed.lastId === null || !this.#deps.isCurrent(symbol)) return;
    if (compareTradeIds(tradeId, feed.lastId) <= 0) {
      feed.activity.upToDate(receivedAt);
      feed.upToDate();
      return;
    }
    const promise = `${symbol} ${tradeId}`;
    if (this.#behind.has(promise)) return;
    const judge = (): void => {
      this.#behind.delete(promise);
      const arrived = feed.lastId !== null && compareTradeIds(tradeId, feed.lastId) <= 0;
      if (!arrived && this.#deps.isCurrent(symbol)) this.#deps.onMissed(symbol, feed, tradeId);
    };
    this.#behind.set(promise, { symbol, cancel: this.#deps.timers.schedule(BEHIND_LIMIT_MS, judge) });
  }

  #sample(sentAt: number | null, receivedAt: number): void {
    if (sentAt !== null) this.#deps.clock.sample(receivedAt, sentAt);
  }

  #add(kind: EventKind): void {
    this.#tally.set(kind, (this.#tally.get(kind) ?? 0) + 1);
  }

  #name(kind: EventKind, fields: object, what: string): void {
    this.#add(kind);
    const named = this.#named.get(kind) ?? 0;
    if (named >= NAMED_PER_CONNECTION) return;
    this.#named.set(kind, named + 1);
    const { exchange, log } = this.#deps;
    const rest = named + 1 === NAMED_PER_CONNECTION ? '; more of them are only counted' : '';
    log.warn({ exchange, ...fields }, `${exchange} ${what}${rest}.`);
  }
}
