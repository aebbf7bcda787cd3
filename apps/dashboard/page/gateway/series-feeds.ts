import type { CandleSeriesName, Channel } from '../protocol';
import type { GatewayLink } from './gateway-link';

/** Follows the candles, trades and gaps of one series, and of no other. */
export class SeriesFeeds {
  private channels: readonly Channel[] = [];

  /** @param link the connection to the gateway. */
  constructor(private readonly link: Pick<GatewayLink, 'subscribe' | 'unsubscribe'>) {}

  /** Follows this series instead of the one before. */
  follow({ exchange, symbol, timeframe }: CandleSeriesName): void {
    const next: readonly Channel[] = [
      { channel: 'candles', exchange, symbol, timeframe },
      { channel: 'trades', exchange, symbol },
      { channel: 'gaps', exchange, symbol },
    ];
    for (const channel of this.channels) this.link.unsubscribe(channel);
    for (const channel of next) this.link.subscribe(channel);
    this.channels = next;
  }
}
