import { openTime } from '@neuraltrade/contracts';
import { type CandleValues, ExactCandle } from './exact-candle';

/** A candle length. */
export interface Timeframe {
  /** Its name ('1m'). */
  readonly name: string;
  /** Its length, ms. */
  readonly lengthMs: number;
}

/** One trade of the truth. */
export interface TruthTrade {
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** Match time by the venue's clock, ms UTC. */
  readonly timestamp: number;
  /** Price in quote currency. */
  readonly price: number;
  /** Size in base currency. */
  readonly size: number;
}

/** A candle as the truth has it. */
export interface ExpectedCandle extends CandleValues {
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** Its length. */
  readonly timeframe: Timeframe;
  /** Its open time, ms UTC. */
  readonly timestamp: number;
}

interface Growing {
  readonly timeframe: Timeframe;
  openAt: number;
  candle: ExactCandle | null;
}

/**
 * Builds the candles of trades that come sorted by exchange, symbol, timestamp and trade id, and hands each out when it is
 * closed by a later trade or the end. Holds one candle a timeframe, whatever the number of trades.
 */
export class ExpectedCandles {
  readonly #emit: (candle: ExpectedCandle) => void;
  readonly #gridMs: number;
  readonly #growing: Growing[];
  #exchange = '';
  #symbol = '';
  #step: ExactCandle | null = null;
  #stepAt = 0;

  /** @param timeframes at least one. */
  constructor(timeframes: readonly Timeframe[], emit: (candle: ExpectedCandle) => void) {
    this.#emit = emit;
    this.#gridMs = timeframes.map(({ lengthMs }) => lengthMs).reduce(greatestDivisor);
    this.#growing = timeframes.map((timeframe) => ({ timeframe, openAt: 0, candle: null }));
  }

  /** Adds the next trade. */
  add({ exchange, symbol, timestamp, price, size }: TruthTrade): void {
    if (symbol !== this.#symbol || exchange !== this.#exchange) {
      this.end();
      this.#exchange = exchange;
      this.#symbol = symbol;
    }
    const stepAt = openTime(timestamp, this.#gridMs);
    if (this.#step === null || stepAt !== this.#stepAt) {
      this.#endStep();
      this.#step = new ExactCandle();
      this.#stepAt = stepAt;
    }
    this.#step.add(price, size);
  }

  /** No more trades come: hands out what is left. */
  end(): void {
    this.#endStep();
    for (const growing of this.#growing) this.#close(growing);
  }

  /** Trades are summed once, in the step that divides every timeframe; the candles are then made of steps. */
  #endStep(): void {
    if (this.#step === null) return;
    for (const growing of this.#growing) {
      const openAt = openTime(this.#stepAt, growing.timeframe.lengthMs);
      if (growing.candle !== null && growing.openAt !== openAt) this.#close(growing);
      growing.openAt = openAt;
      growing.candle ??= new ExactCandle();
      growing.candle.append(this.#step);
    }
    this.#step = null;
  }

  #close(growing: Growing): void {
    if (growing.candle === null) return;
    const { timeframe, openAt, candle } = growing;
    growing.candle = null;
    this.#emit({
      exchange: this.#exchange,
      symbol: this.#symbol,
      timeframe,
      timestamp: openAt,
      ...candle.values(),
    });
  }
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
