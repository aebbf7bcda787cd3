import type { Logger } from '@neuraltrade/service';
import type { MarketStore } from '@neuraltrade/storage';
import type { LatestPrices } from './latest-prices';

const RETRY_MS = 2_000;

/** Fills the table of prices with stored ones until live trades replace them, as soon as the store can be read. */
export class StoredPrices {
  private retry: NodeJS.Timeout | null = null;
  private stopped = false;
  private fault = '';
  /** Told whenever they were read. */
  onRead: () => void = () => undefined;

  /**
   * @param ready looks whether the store can be read; rejects with a sentence.
   * @param since older prices are left out, ms UTC.
   */
  constructor(
    private readonly store: MarketStore,
    private readonly ready: (() => Promise<void>) | undefined,
    private readonly prices: LatestPrices,
    private readonly since: number,
    private readonly log: Logger,
  ) {}

  /** Reads them; when the store cannot be read now, again in the background until it can. Never rejects. */
  async start(): Promise<void> {
    try {
      await this.ready?.();
      for (const price of await this.store.lastPrices({ since: this.since })) this.prices.seed(price);
      this.fault = '';
      this.onRead();
    } catch (error) {
      const fault = `Stored prices cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      if (fault !== this.fault) this.log.warn({ reason: fault }, 'The store is asked again');
      this.fault = fault;
      this.startLater();
    }
  }

  /** Reads them soon: something else could not be read, and this will tell when the store is back. */
  startLater(): void {
    if (this.stopped || this.retry !== null) return;
    this.retry = setTimeout(() => {
      this.retry = null;
      void this.start();
    }, RETRY_MS);
  }

  /** Why they were not read yet, a sentence; empty when they were. */
  lastFault(): string {
    return this.fault;
  }

  /** Asks no more. */
  stop(): void {
    this.stopped = true;
    if (this.retry !== null) clearTimeout(this.retry);
  }
}
