import type { Channel, PipelineSummary } from '../../page/protocol';
import { seriesKey } from '../live-candles';
import type { MarketView } from '../market-view';
import { CandlesTopic } from './candles-topic';
import { GapsTopic } from './gaps-topic';
import { PipelineTopic } from './pipeline-topic';
import { PricesTopic } from './prices-topic';
import { SignalsTopic } from './signals-topic';
import type { Topic } from './topic';
import { TradesTopic } from './trades-topic';

/** One text per channel. */
export function channelKey(channel: Channel): string {
  switch (channel.channel) {
    case 'prices':
    case 'pipeline':
      return channel.channel;
    case 'candles':
      return `candles ${seriesKey(channel)}`;
    case 'trades':
    case 'gaps':
      return `${channel.channel} ${channel.exchange}:${channel.symbol}`;
    case 'signals':
      return `signals ${channel.exchange ?? ''}:${channel.symbol ?? ''}`;
  }
}

/** The topics that somebody follows, each there once however many do. */
export class Topics {
  private readonly open = new Map<string, { readonly topic: Topic; followers: number }>();
  private readonly pipeline: PipelineTopic;

  /**
   * @param view what is told.
   * @param summary gives the pipeline's state.
   */
  constructor(
    private readonly view: MarketView,
    summary: () => PipelineSummary,
  ) {
    this.pipeline = new PipelineTopic(summary);
  }

  /** The topic of a channel, for one more follower. */
  follow(channel: Channel): Topic {
    const key = channelKey(channel);
    let held = this.open.get(key);
    if (held === undefined) {
      this.open.set(key, (held = { topic: this.make(channel), followers: 0 }));
      held.topic.advance();
    }
    held.followers += 1;
    return held.topic;
  }

  /** One follower of a channel less. */
  unfollow(channel: Channel): void {
    const key = channelKey(channel);
    const held = this.open.get(key);
    if (held === undefined) return;
    held.followers -= 1;
    if (held.followers > 0) return;
    held.topic.close();
    this.open.delete(key);
  }

  /** Lets every topic take in what changed. */
  advance(): void {
    for (const { topic } of this.open.values()) topic.advance();
  }

  /** Lets the pipeline's state be told anew. */
  endSecond(): void {
    this.pipeline.endSecond();
  }

  private make(channel: Channel): Topic {
    const { view } = this;
    switch (channel.channel) {
      case 'prices':
        return new PricesTopic(view.prices);
      case 'pipeline':
        return this.pipeline;
      case 'candles': {
        const { exchange, symbol, timeframe } = channel;
        return new CandlesTopic(view.candles, { exchange, symbol, timeframe });
      }
      case 'trades':
        return new TradesTopic(view.tapes, nameOf(channel));
      case 'gaps':
        return new GapsTopic(view.gaps, nameOf(channel));
      case 'signals': {
        const { channel: _channel, ...filter } = channel;
        return new SignalsTopic(view.signals, filter);
      }
    }
  }
}

function nameOf({ exchange, symbol }: { exchange: string; symbol: string }): {
  exchange: string;
  symbol: string;
} {
  return { exchange, symbol };
}
