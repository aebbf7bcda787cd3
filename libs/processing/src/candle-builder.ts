import { type Candle, type CandleState, compareTradeIds, type RawTick } from '@neuraltrade/contracts';
import { addExactly, type ExactSum, nearestToSum } from './exact-sum';
import { nearestQuotient } from './exact-quotient';

/** Whose candle it is and which publication of it. */
export type Publication = Pick<
  Candle,
  'exchange' | 'symbol' | 'timeframe' | 'state' | 'revision' | 'epoch' | 'complete'
>;

/** {@link CandleBuilder} as data; doubles survive JSON exactly. */
export type CandleBuilderState = readonly [
  openAt: number,
  firstTimestamp: number,
  firstId: string,
  open: number,
  lastTimestamp: number,
  lastId: string,
  close: number,
  high: number,
  low: number,
  trades: number,
  volume: readonly number[],
  notional: readonly number[],
  revision: number,
  complete: 0 | 1,
  pending: 0 | 1,
];

/** The trades of one interval as they come in, in any order, and what has been published of them. */
export class CandleBuilder {
  private firstTimestamp = Infinity;
  private firstId = '';
  private open = 0;
  private lastTimestamp = -Infinity;
  private lastId = '';
  private close = 0;
  private high = 0;
  private low = Infinity;
  private trades = 0;
  private volume: ExactSum = [];
  private notional: ExactSum = [];
  /** The latest published revision; -1 before the final one. */
  revision = -1;
  /** Whether the latest publication was complete. */
  complete = false;
  /** Whether it waits for the next moment of publication. */
  pending = false;
  /** Whether it has changed since it was last shown as a partial. */
  touched = true;

  /** @param openAt start of the interval, ms UTC. */
  constructor(readonly openAt: number) {}

  /**
   * Adds a trade of the interval.
   * @param product price x size as a double.
   * @param productError what rounding took from that product.
   */
  add(tick: RawTick, product: number, productError: number): void {
    const { timestamp, tradeId, last } = tick;
    if (
      timestamp < this.firstTimestamp ||
      (timestamp === this.firstTimestamp && compareTradeIds(tradeId, this.firstId) < 0)
    ) {
      this.firstTimestamp = timestamp;
      this.firstId = tradeId;
      this.open = last;
    }
    if (
      timestamp > this.lastTimestamp ||
      (timestamp === this.lastTimestamp && compareTradeIds(tradeId, this.lastId) > 0)
    ) {
      this.lastTimestamp = timestamp;
      this.lastId = tradeId;
      this.close = last;
    }
    if (last > this.high) this.high = last;
    if (last < this.low) this.low = last;
    addExactly(this.volume, tick.volume);
    addExactly(this.notional, product);
    if (productError !== 0) addExactly(this.notional, productError);
    this.trades++;
    this.touched = true;
  }

  /** The state and number that its next publication carries: the final, then revision after revision. */
  nextPublication(): { state: CandleState; revision: number } {
    const revision = this.revision + 1;
    return { state: revision === 0 ? 'final' : 'revised', revision };
  }

  /** The candle as of now. Volume and vwap are the doubles nearest to the exact sum and to the exact mean. */
  candle({ exchange, symbol, timeframe, state, revision, epoch, complete }: Publication): Candle {
    return {
      exchange,
      symbol,
      timeframe,
      timestamp: this.openAt,
      open: this.open,
      high: this.high,
      low: this.low,
      close: this.close,
      volume: nearestToSum(this.volume),
      trades: this.trades,
      vwap: nearestQuotient(this.notional, this.volume),
      state,
      revision,
      epoch,
      complete,
    };
  }

  /** Everything but `touched`: whoever continues shows every open candle anew. */
  export(): CandleBuilderState {
    return [
      this.openAt,
      this.firstTimestamp,
      this.firstId,
      this.open,
      this.lastTimestamp,
      this.lastId,
      this.close,
      this.high,
      this.low,
      this.trades,
      this.volume,
      this.notional,
      this.revision,
      this.complete ? 1 : 0,
      this.pending ? 1 : 0,
    ];
  }

  /** Continues the candle that {@link export} wrote. */
  static restore(state: CandleBuilderState): CandleBuilder {
    const builder = new CandleBuilder(state[0]);
    [, builder.firstTimestamp, builder.firstId, builder.open] = state;
    [, , , , builder.lastTimestamp, builder.lastId, builder.close] = state;
    [, , , , , , , builder.high, builder.low, builder.trades] = state;
    builder.volume = [...state[10]];
    builder.notional = [...state[11]];
    builder.revision = state[12];
    builder.complete = state[13] === 1;
    builder.pending = state[14] === 1;
    return builder;
  }
}
