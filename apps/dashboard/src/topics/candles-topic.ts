import type { CandleSeriesName } from '../../page/protocol';
import type { LiveCandles } from '../live-candles';
import { Topic } from './topic';

/** The live candles of one series. */
export class CandlesTopic extends Topic {
  private series: ReturnType<LiveCandles['find']>;

  /**
   * @param candles where the series is, or will be: who subscribes makes no state of it.
   * @param name the series.
   */
  constructor(
    private readonly candles: LiveCandles,
    private readonly name: CandleSeriesName,
  ) {
    super({ channel: 'candles', ...name });
  }

  /** Late revisions are kept for followers only. */
  override close(): void {
    super.close();
    this.series?.follow(false);
  }

  protected newestVersion(): number {
    if (this.series === undefined) {
      this.series = this.candles.find(this.name);
      this.series?.follow(true);
    }
    return this.series?.version ?? 0;
  }

  protected holdsAfter(version: number): boolean {
    return this.series?.holdsAfter(version) ?? true;
  }

  protected fieldsAfter(from: number | null): string {
    const candles = from === null ? this.series?.newest() : this.series?.after(from);
    return `"candles":${JSON.stringify(candles ?? [])}`;
  }
}
