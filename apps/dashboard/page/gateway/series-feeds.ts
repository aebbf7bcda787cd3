import type { CandleSeriesName, Channel } from '../protocol';
import type { GatewayLink } from './gateway-link';

/** Follows the candles, trades and gaps of one series, and of no other. */
export class SeriesFeeds {
  private series: CandleSeriesName | null = null;

  /** @param link the connection to the gateway. */
  constructor(private readonly link: Pick<GatewayLink, 'subscribe' | 'unsubscribe'>) {}

  /** Follows this series instead of the one before; another timeframe of the same market leaves its trades alone. */
  follow(series: CandleSeriesName): void {
    const before = this.series;
    this.series = series;
    const isSameMarket = before?.exchange === series.exchange && before.symbol === series.symbol;
    const left = before === null ? [] : channelsOf(before, !isSameMarket);
    for (const channel of left) this.link.unsubscribe(channel);
    for (const channel of channelsOf(series, !isSameMarket)) this.link.subscribe(channel);
  }

  /** Asks for everything again: the gateway knows now what it did not know before. */
  followAgain(): void {
    if (this.series !== null)
      for (const channel of channelsOf(this.series, true)) this.link.subscribe(channel);
  }
}

function channelsOf({ exchange, symbol, timeframe }: CandleSeriesName, withTrades: boolean): Channel[] {
  return [
    { channel: 'candles', exchange, symbol, timeframe },
    { channel: 'gaps', exchange, symbol },
    ...(withTrades ? [{ channel: 'trades', exchange, symbol } as const] : []),
  ];
}
