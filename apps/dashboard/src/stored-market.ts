import type { Logger } from '@neuraltrade/service';
import type { MarketStore } from '@neuraltrade/storage';
import type { MarketView } from './market-view';

const RETRY_MS = 2_000;
const DAY_MS = 86_400_000;
const SIGNALS_OF_MS = 7 * DAY_MS;
const MOST_SIGNALS = 500;

/** What a gateway that starts takes from the store. */
export interface StoredMarketDeps {
  /** Where it is. */
  readonly store: MarketStore;
  /** Looks whether the store can be read; rejects with a sentence. Absent = it needs no look. */
  readonly ready: (() => Promise<void>) | undefined;
  /** Where it goes. */
  readonly view: Pick<MarketView, 'prices' | 'signals'>;
  /** Our clock, ms UTC. */
  readonly now: () => number;
  /** Told about faults. */
  readonly log: Logger;
}

/** Shows stored prices until live trades replace them, and the newest stored signals, as soon as the store can be read. */
export class StoredMarket {
  private retry: NodeJS.Timeout | null = null;
  private stopped = false;
  private fault = '';
  /** Told whenever it was read. */
  onRead: () => void = () => undefined;

  /** @param deps what it works with. */
  constructor(private readonly deps: StoredMarketDeps) {}

  /** Reads it; when the store cannot be read now, again in the background until it can. Never rejects. */
  async start(): Promise<void> {
    try {
      await this.deps.ready?.();
      await this.read();
      this.fault = '';
      this.onRead();
    } catch (error) {
      const fault = `The store cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      if (fault !== this.fault) this.deps.log.warn({ reason: fault }, 'The store is asked again');
      this.fault = fault;
      this.startLater();
    }
  }

  /** Reads it soon: something else could not be read, and this will tell when the store is back. */
  startLater(): void {
    if (this.stopped || this.retry !== null) return;
    this.retry = setTimeout(() => {
      this.retry = null;
      void this.start();
    }, RETRY_MS);
  }

  /** Why it was not read yet, a sentence; empty when it was. */
  lastFault(): string {
    return this.fault;
  }

  /** Asks no more. */
  stop(): void {
    this.stopped = true;
    if (this.retry !== null) clearTimeout(this.retry);
  }

  private async read(): Promise<void> {
    const { store, view, now } = this.deps;
    const present = now();
    const range = { from: Math.max(0, present - SIGNALS_OF_MS), to: present + DAY_MS, limit: MOST_SIGNALS };
    const [prices, signals, outcomes] = await Promise.all([
      store.lastPrices({ since: Math.max(0, present - DAY_MS) }),
      store.signals(range),
      store.outcomes(range),
    ]);
    for (const price of prices) view.prices.seed(price);
    view.signals.seed(signals, outcomes);
  }
}
