import { Registry } from 'prom-client';

/** A registry that asks for what is only known at the moment of a scrape. */
export class ObservedRegistry extends Registry {
  readonly #observers = new Set<() => void>();

  /** Runs before each page is rendered; it must be quick and not throw. @returns ends that. */
  onScrape(observer: () => void): () => void {
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  /** The page as Prometheus reads it. */
  override metrics(): Promise<string> {
    for (const observe of this.#observers) observe();
    return super.metrics();
  }
}
