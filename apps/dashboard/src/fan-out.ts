import type { Candle } from '@neuraltrade/contracts';
import { type CandleSeriesName, CLOSE_CODES } from '../page/protocol';
import { type Client, type PricesChange, type SeriesChange } from './client';
import { candlesFrame, frameOf, pricesFrame } from './frames';
import { seriesKey } from './live-candles';
import type { MarketView } from './market-view';

/** Tells all clients what changed; a message that several of them get is made once. */
export class FanOut {
  /** The connected clients. */
  readonly clients = new Set<Client>();
  private readonly followers = new Map<string, number>();
  private changedCandles = new Map<string, Map<number, Candle>>();

  /** @param view where prices and the pipeline come from. */
  constructor(private readonly view: MarketView) {
    view.onCandle = (candle) => this.noteCandle(candle);
  }

  /** Subscribes a client to prices and sends it all of them. */
  followPrices(client: Client): void {
    client.followPrices(true);
    client.send(pricesFrame(this.view.prices.entries(), true));
  }

  /** Subscribes a client to a series and sends it the newest candles. */
  follow(client: Client, name: CandleSeriesName): void {
    const key = seriesKey(name);
    if (!client.followed.has(key)) {
      client.followed.set(key, name);
      this.followers.set(key, (this.followers.get(key) ?? 0) + 1);
    }
    client.send(candlesFrame(name, this.view.candles.newest(name), true));
  }

  /** Ends a client's subscription to a series. */
  unfollow(client: Client, key: string): void {
    if (!client.followed.has(key)) return;
    client.unfollow(key);
    const left = (this.followers.get(key) ?? 1) - 1;
    if (left > 0) this.followers.set(key, left);
    else this.followers.delete(key);
  }

  /** Forgets a client that is gone. */
  remove(client: Client): void {
    this.clients.delete(client);
    for (const key of [...client.followed.keys()]) this.unfollow(client, key);
  }

  /** Sends what changed since the last time; `now` is our clock, ms. */
  flush(now: number): void {
    const entries = this.view.prices.drainChanged();
    const prices: PricesChange = { entries, frame: once(() => pricesFrame(entries, false)) };
    const changes = this.drainCandles();
    for (const client of this.clients) if (client.authorized) client.deliver(prices, changes, now);
  }

  /** Sends the pipeline's state to every client that keeps up; the next one follows in a second. */
  sendPipeline(now: number): void {
    const frame = once(() => frameOf({ type: 'pipeline', ...this.view.summary(this.clients.size) }));
    for (const client of this.clients) if (client.authorized && !client.isBehind(now)) client.send(frame());
  }

  /** Closes every connection because the gateway stops. */
  closeAll(): void {
    for (const client of this.clients) client.cut(1001, 'the gateway stops');
  }

  /** Cuts a client that did not show the right token. */
  refuse(client: Client): void {
    client.cut(CLOSE_CODES.unauthorized, 'a valid token is required');
  }

  private noteCandle(candle: Candle): void {
    const key = seriesKey(candle);
    if (!this.followers.has(key)) return;
    let byTime = this.changedCandles.get(key);
    if (byTime === undefined) this.changedCandles.set(key, (byTime = new Map<number, Candle>()));
    byTime.set(candle.timestamp, candle);
  }

  private drainCandles(): ReadonlyMap<string, SeriesChange> {
    const changes = new Map<string, SeriesChange>();
    for (const [key, byTime] of this.changedCandles) {
      const candles = [...byTime.values()];
      const [name] = candles;
      if (name !== undefined)
        changes.set(key, { candles, frame: once(() => candlesFrame(name, candles, false)) });
    }
    if (changes.size > 0) this.changedCandles = new Map();
    return changes;
  }
}

function once(make: () => Buffer): () => Buffer {
  let made: Buffer | null = null;
  return () => (made ??= make());
}
