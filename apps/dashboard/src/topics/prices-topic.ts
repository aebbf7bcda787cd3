import { type LatestPrices, priceRow } from '../latest-prices';
import { Topic } from './topic';

/** The newest trade of every symbol. A frame may already hold what the next one tells again: only the newest counts. */
export class PricesTopic extends Topic {
  /** @param prices what is told. */
  constructor(private readonly prices: LatestPrices) {
    super({ channel: 'prices' });
  }

  protected newestVersion(): number {
    return this.prices.version;
  }

  protected holdsAfter(): boolean {
    return true;
  }

  protected fieldsAfter(from: number | null): string {
    const rows: string[] = [];
    for (const entry of this.prices.entries())
      if (from === null || entry.version > from) rows.push((entry.text ??= JSON.stringify(priceRow(entry))));
    return `"prices":[${rows.join(',')}]`;
  }
}
