import {
  AMQP_EXCHANGES,
  type BatchKind,
  type Candle,
  decodeBatch,
  encodeBatch,
  type MlSignal,
  routingKeys,
  type SignalOutcome,
  sinkQueues,
} from '@neuraltrade/contracts';
import type { MessageBus } from '@neuraltrade/messaging';
import { consumeSteadily } from './consume-steadily';

/** A second, ms: the timeframe of these candles. */
const SECOND = 1_000;
/** Time between the steps of the market, ms. */
const PACE_MS = 20;
const SERIES = ['binance', 'kraken'].flatMap((exchange) =>
  ['BTC/USDT', 'ETH/USDT'].map((symbol) => ({ exchange, symbol, timeframe: '1s' })),
);

/** Candles of one second and what two models say after each, as processor and ML engine publish them, one message after the other. */
export class SignalTraffic {
  /** Every signal, in the order in which it was published. */
  readonly signals: MlSignal[] = [];
  /** Every candle. */
  readonly candles: Candle[] = [];
  /** The outcomes that came, by signal: each with its different contents. */
  readonly outcomes = new Map<string, Set<string>>();
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  #sent = 0;

  /**
   * @param start where the market begins, ms UTC, on a full second.
   * @param random draws evenly from [0, 1).
   * @param isBehind whether whoever takes what comes of it has enough for now: the market stands still meanwhile.
   */
  constructor(
    private readonly bus: MessageBus,
    private readonly start: number,
    private readonly random: () => number,
    private readonly isBehind: () => boolean,
  ) {}

  /** Takes outcomes from the store's queue, and goes on over lost connections. */
  async collect(): Promise<void> {
    await consumeSteadily(this.bus, sinkQueues(1).outcomes.name, { prefetch: 100 }, (delivery, ack) => {
      for (const outcome of decodeBatch('outcomes', delivery).records) {
        const key = signalKey(outcome);
        const contents = this.outcomes.get(key) ?? new Set();
        this.outcomes.set(key, contents.add(JSON.stringify(outcome)));
      }
      ack();
    });
  }

  /** Begins. */
  begin(): void {
    this.#running = this.#run();
  }

  /** Ends with some candles more, so that every horizon is over. */
  async end(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    for (let step = 0; step < 5; step += 1) await this.#candles(this.#next());
  }

  /** Ends at once. */
  async abandon(): Promise<void> {
    this.#stopped = true;
    await this.#running.catch(() => undefined);
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      if (!this.isBehind()) {
        const close = this.#next() + SECOND;
        await this.#candles(close - SECOND);
        for (const series of SERIES) await this.#signals(series, close);
      }
      await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    }
  }

  #next(): number {
    return (this.candles.at(-1)?.timestamp ?? this.start - SECOND) + SECOND;
  }

  async #candles(timestamp: number): Promise<void> {
    for (const series of SERIES) {
      const [open, close, ...others] = Array.from(
        { length: 4 },
        () => 100 + Math.round(this.random() * 200) / 100,
      );
      const prices = [open, close, ...others] as number[];
      const candle: Candle = {
        ...series,
        timestamp,
        open: open as number,
        close: close as number,
        high: Math.max(...prices),
        low: Math.min(...prices),
        volume: 1,
        trades: 4,
        vwap: open as number,
        state: 'final',
        revision: 0,
        epoch: 1,
        complete: true,
      };
      this.candles.push(candle);
      const key = routingKeys.candle('final', series.timeframe, series.exchange, series.symbol);
      await this.#publish(AMQP_EXCHANGES.ohlcv, key, encodeBatch<BatchKind>('candles', [candle]));
    }
  }

  async #signals(series: (typeof SERIES)[number], timestamp: number): Promise<void> {
    const signals = ['trend-1', 'trend-2'].map((modelVersion): MlSignal => {
      const confidence = 0.34 + Math.round(this.random() * 60) / 100;
      const rest = (1 - confidence) / 2;
      const signalType = (['buy', 'hold', 'sell'] as const)[Math.floor(this.random() * 3)] ?? 'hold';
      const chance = (type: MlSignal['signalType']): number => (type === signalType ? confidence : rest);
      return {
        ...series,
        signalType,
        riskLevel: this.random() < 0.8 ? 'low' : 'critical',
        confidence,
        probBuy: chance('buy'),
        probHold: chance('hold'),
        probSell: chance('sell'),
        riskScore: 0.2,
        inferenceTimeMs: 0.1,
        modelVersion,
        timestamp,
      };
    });
    this.signals.push(...signals);
    const key = routingKeys.signal(series.exchange, series.symbol);
    await this.#publish(AMQP_EXCHANGES.signals, key, encodeBatch<BatchKind>('signals', signals));
  }

  /** Until it is confirmed: what is published is published in this order. */
  async #publish(
    amqpExchange: (typeof AMQP_EXCHANGES)[keyof typeof AMQP_EXCHANGES],
    routingKey: string,
    batch: ReturnType<typeof encodeBatch>,
  ): Promise<void> {
    this.#sent += 1;
    const message = { amqpExchange, routingKey, messageId: `traffic-${this.#sent}`, ...batch };
    while ((await this.bus.publish(message)) !== 'confirmed') {
      await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    }
  }
}

/** What tells a signal, or the signal of an outcome, from all others. */
export function signalKey(
  signal: Pick<SignalOutcome, 'exchange' | 'symbol' | 'modelVersion' | 'timestamp' | 'signalType'>,
): string {
  const { exchange, symbol, modelVersion, timestamp, signalType } = signal;
  return [exchange, symbol, modelVersion, timestamp, signalType].join();
}
