import { type Candle, candleKey, decodeBatch, replaces, sinkQueues } from '@neuraltrade/contracts';
import type { MessageBus } from '@neuraltrade/messaging';
import { consumeSteadily } from './consume-steadily';
import { nameOf } from './owed-trades';

/** Takes what the processor publishes for the store, and keeps what a store would. */
export class SinkQueues {
  /** 'exchange:symbol:id' of each tick. */
  readonly trades = new Set<string>();
  /** The candle that replaced all others, by its key. */
  readonly latest = new Map<string, Candle>();
  /** Candles that came with another content under the same epoch and revision. */
  readonly ambiguous: Candle[] = [];
  /** Key and revision of each candle that came with another content under another epoch. */
  readonly otherContents = new Set<string>();
  /** Ticks that came, repeats included. */
  ticks = 0;
  readonly #contents = new Map<string, string>();
  readonly #ofAnyEpoch = new Map<string, string>();

  /** Begins to take them, and goes on over lost connections. */
  async start(bus: MessageBus): Promise<void> {
    const { ticks, ohlcv } = sinkQueues(1);
    await consumeSteadily(bus, ticks.name, { prefetch: 100 }, (delivery, ack) => {
      for (const tick of decodeBatch('ticks', delivery).records) {
        this.trades.add(nameOf(tick));
        this.ticks += 1;
      }
      ack();
    });
    await consumeSteadily(bus, ohlcv.name, { prefetch: 100 }, (delivery, ack) => {
      for (const candle of decodeBatch('candles', delivery).records) this.#take(candle);
      ack();
    });
  }

  #take(candle: Candle): void {
    const key = candleKey(candle);
    const version = `${key}:${candle.epoch}:${candle.revision}`;
    const content = JSON.stringify(candle);
    if ((this.#contents.get(version) ?? content) !== content) this.ambiguous.push(candle);
    this.#contents.set(version, content);
    const revision = `${key}:${candle.revision}`;
    const timeless = JSON.stringify({ ...candle, epoch: 0 });
    if ((this.#ofAnyEpoch.get(revision) ?? timeless) !== timeless) this.otherContents.add(revision);
    this.#ofAnyEpoch.set(revision, timeless);
    const current = this.latest.get(key);
    if (current === undefined || replaces(candle, current)) this.latest.set(key, candle);
  }
}
