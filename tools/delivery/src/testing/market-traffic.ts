import { partitionOf, type RawRecord, type RawTick } from '@neuraltrade/contracts';
import { type MessageBus, publishBatch } from '@neuraltrade/messaging';
import { clock, PARTITIONS, rawMessage, rawTick } from './records';

/** Time between two rounds of messages, ms. */
const ROUND_MS = 50;
/** How far market time moves in a round, ms: a minute in a second, so that candles close all the time. */
const MARKET_ROUND_MS = 3_000;
const TRADES_A_ROUND = 5;
/** Behind the watermark, so that candles are revised. */
const LATE_BY_MS = 90_000;
const MARKETS = [
  ['kraken', 'BTC/USD'],
  ['binance', 'BTC/USDT'],
  ['binance', 'ETH/USDT'],
  ['bybit', 'SOL/USDT'],
] as const;

/** Trades of several venues as adapters publish them: 400 a second, some late, some twice. The seed decides which. */
export class MarketTraffic {
  /** Every record of each partition in the order in which the broker has it. */
  readonly records: readonly RawRecord[][] = Array.from({ length: PARTITIONS }, () => []);
  /** The id of every trade, with its market. */
  readonly trades = new Set<string>();
  readonly #batches = new Map<string, number>();
  #round = 0;
  #running = true;
  #done: Promise<void> = Promise.resolve();
  readonly #stop = new AbortController();

  /** @param start market time of the first trade, ms UTC. */
  constructor(
    private readonly bus: MessageBus,
    private readonly start: number,
    private readonly random: () => number,
  ) {}

  /** Publishes until {@link pause} or {@link end}. */
  begin(): void {
    this.#running = true;
    this.#done = this.#publish();
  }

  /** Publishes nothing more for now; the newest candles stay open. */
  async pause(): Promise<void> {
    this.#running = false;
    await this.#done;
  }

  /** Ends it: every candle is closed by what is published last. */
  async end(): Promise<void> {
    await this.pause();
    const end = this.start + this.#round * MARKET_ROUND_MS + 7_200_000;
    await this.#send(MARKETS.map(([exchange, symbol]) => [clock(exchange, symbol, end)]));
  }

  /** The newest trade of each market, as `trades` names it. */
  newest(): string[] {
    const id = this.#round * TRADES_A_ROUND;
    return id === 0 ? [] : MARKETS.map(([exchange, symbol]) => `${exchange}:${symbol}:${id}`);
  }

  /** Gives up what is not published yet. */
  abandon(): Promise<void> {
    this.#running = false;
    this.#stop.abort();
    return this.#done.catch(() => undefined);
  }

  async #publish(): Promise<void> {
    while (this.#running) {
      const next = performance.now() + ROUND_MS;
      await this.#send(MARKETS.map(([exchange, symbol]) => this.#recordsOf(exchange, symbol)));
      this.#round += 1;
      await new Promise((resolve) => setTimeout(resolve, next - performance.now()));
    }
  }

  async #send(batches: readonly RawRecord[][]): Promise<void> {
    const messages = batches.map((records, index) => {
      const [exchange, symbol] = MARKETS[index] as (typeof MARKETS)[number];
      const partition = partitionOf(exchange, symbol, PARTITIONS);
      this.records[partition]?.push(...records);
      const lane = `${exchange}:${partition}`;
      const batch = (this.#batches.get(lane) ?? 0) + 1;
      this.#batches.set(lane, batch);
      const message = rawMessage(exchange, symbol, `${lane}:${batch}`, records);
      return { ...message, headers: { ...message.headers, source: `traffic-${exchange}`, batch } };
    });
    await publishBatch(this.bus, messages, { signal: this.#stop.signal });
  }

  #recordsOf(exchange: string, symbol: string): RawRecord[] {
    const now = this.start + this.#round * MARKET_ROUND_MS;
    const records: RawTick[] = [];
    for (let index = 1; index <= TRADES_A_ROUND; index += 1) {
      const id = this.#round * TRADES_A_ROUND + index;
      const late = this.random() < 0.05 ? Math.floor(this.random() * LATE_BY_MS) : 0;
      const timestamp = Math.max(this.start, now + index * 500 - late);
      const price = Math.round((100 + 10 * this.random()) * 100) / 100;
      records.push({
        ...rawTick(exchange, symbol, id, timestamp, price),
        volume: Math.ceil(this.random() * 1e6) / 1e4,
      });
      this.trades.add(`${exchange}:${symbol}:${id}`);
    }
    const again = records[Math.floor(this.random() * TRADES_A_ROUND)];
    if (again !== undefined && this.random() < 0.1) records.push(again);
    return [...records, clock(exchange, symbol, now + MARKET_ROUND_MS)];
  }
}
