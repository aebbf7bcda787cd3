import {
  AMQP_EXCHANGES,
  type Candle,
  encodeBatch,
  type ProcessedTick,
  routingKeys,
} from '@neuraltrade/contracts';
import type { MessageBus } from '@neuraltrade/messaging';
import { SYMBOLS, VENUES } from './bench-ticks';

const STEP_MS = 20;
const MINUTE = 60_000;
const BASE_PRICE = 60_000;
const CENT = 0.01;

/** Markets that trade at a steady rate; every price of one is another, so that what is on a screen tells when it was traded. */
export class SteadyMarket {
  /** When each price was published, ms UTC with fractions, by `exchange|symbol|price`. */
  readonly publishedAt = new Map<string, number>();
  private readonly markets = VENUES.flatMap((exchange) => SYMBOLS.map((symbol) => ({ exchange, symbol })));
  private count = 0;
  private startedAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private publishing = Promise.resolve();

  /**
   * @param bus where the trades go.
   * @param rate trades a second over all markets.
   */
  constructor(
    private readonly bus: MessageBus,
    private readonly rate: number,
  ) {}

  /** Begins to trade. */
  start(): void {
    this.startedAt = Date.now();
    this.timer = setInterval(() => {
      this.publishing = this.publishing.then(() => this.catchUp());
    }, STEP_MS);
  }

  /** Trades no more. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.publishing;
  }

  /** Trades so far. */
  get trades(): number {
    return this.count;
  }

  /** Forgets the prices that were published before an instant, ms UTC. */
  forgetBefore(instant: number): void {
    for (const [key, at] of this.publishedAt) if (at < instant) this.publishedAt.delete(key);
  }

  private async catchUp(): Promise<void> {
    const due = Math.floor(((Date.now() - this.startedAt) / 1_000) * this.rate);
    const batches = new Map<number, ProcessedTick[]>();
    for (; this.count < due; this.count += 1) {
      const market = this.count % this.markets.length;
      const batch = batches.get(market) ?? [];
      batches.set(market, batch);
      batch.push(this.tick(market));
    }
    await Promise.all([...batches.values()].map((ticks) => this.publish(ticks)));
  }

  private tick(market: number): ProcessedTick {
    const { exchange = '', symbol = '' } = this.markets[market] ?? {};
    const last = Number((BASE_PRICE + this.count * CENT).toFixed(2));
    const now = performance.timeOrigin + performance.now();
    this.publishedAt.set(`${exchange}|${symbol}|${last}`, now);
    const [bid, ask] = [last - 1, last + 1];
    const mid = (bid + ask) / 2;
    return {
      exchange,
      symbol,
      bid,
      ask,
      last,
      volume: 0.01,
      timestamp: Math.floor(now),
      tradeId: String(this.count),
      takerSide: this.count % 3 === 0 ? 'sell' : 'buy',
      receivedAt: Math.floor(now),
      quoted: true,
      quotedAt: Math.floor(now),
      backfilled: false,
      mid,
      spread: ask - bid,
      spreadBps: ((ask - bid) / mid) * 10_000,
    };
  }

  /** The trades of one market, and its open candle of each message. */
  private async publish(ticks: readonly ProcessedTick[]): Promise<void> {
    const newest = ticks[ticks.length - 1];
    if (newest === undefined) return;
    const { exchange, symbol } = newest;
    const messageId = `bench:${this.count}:${exchange}:${symbol}`;
    const published = this.bus.publish({
      amqpExchange: AMQP_EXCHANGES.ticks,
      routingKey: routingKeys.tick(exchange, symbol),
      messageId,
      ...encodeBatch('ticks', ticks),
    });
    await this.bus.publish({
      amqpExchange: AMQP_EXCHANGES.ohlcv,
      routingKey: routingKeys.partialCandles(exchange),
      messageId: `${messageId}:candle`,
      ...encodeBatch('candles', [openCandle(newest)]),
    });
    await published;
  }
}

function openCandle({ exchange, symbol, last, timestamp }: ProcessedTick): Candle {
  return {
    exchange,
    symbol,
    timeframe: '1m',
    timestamp: timestamp - (timestamp % MINUTE),
    open: last - 2,
    high: last,
    low: last - 2,
    close: last,
    volume: 1,
    trades: 100,
    vwap: last - 1,
    state: 'partial',
    revision: -1,
    epoch: 1,
    complete: true,
  };
}
