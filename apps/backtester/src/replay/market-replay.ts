import {
  type Candle,
  type Gap,
  isClock,
  isGap,
  type ProcessedTick,
  type RawRecord,
} from '@neuraltrade/contracts';
import {
  createProcessing,
  DEFAULT_PROCESSING,
  type Processing,
  type ProcessingOutputs,
} from '@neuraltrade/processing';
import { BarCollector, type BarSeries, type OrderTiming } from '@neuraltrade/strategies';
import { type Coverage, CoverageCounts } from './coverage';

/** Which candles are made of a history. */
export interface ReplayPlan {
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE, at least one. */
  readonly symbols: readonly string[];
  /** Length of the candles ('1m'). */
  readonly timeframe: string;
  /** When a candle can be acted on; the allowed lateness is the watermark's, too. */
  readonly timing: OrderTiming;
  /** Open of the first candle that counts, ms UTC; default: whatever comes. */
  readonly from?: number | undefined;
  /** Close of the last candle that counts, ms UTC; default: whatever comes. */
  readonly to?: number | undefined;
  /** How far ahead of its arrival a trade may be, ms; absent = as the processor has it. */
  readonly maxFutureSkewMs?: number | undefined;
  /** Told each candle of these symbols as it is published, final and revised ones. */
  readonly onCandle?: ((candle: Candle) => void) | undefined;
}

/** One symbol's history, ready for any number of simulations. */
export interface SymbolHistory {
  /** Its candles and at which price an order decided on each is filled. */
  readonly bars: BarSeries;
  /** What it holds and what it lacks. */
  readonly coverage: Coverage;
}

interface SymbolReplay {
  readonly bars: BarCollector;
  readonly counts: CoverageCounts;
  /** Newest live trade or clock, ms UTC: what a live processor would know by now. */
  knownAt: number;
}

/** Makes bars of raw records by the processor's own code: the same records give the candles that a live processor publishes. */
export class MarketReplay {
  private readonly symbols: ReadonlyMap<string, SymbolReplay>;
  private readonly outputs: ProcessingOutputs;
  private readonly record: RawRecord[] = [];
  private processing: Processing;

  constructor(private readonly plan: ReplayPlan) {
    const { exchange, symbols, timeframe, timing } = plan;
    this.symbols = new Map(
      symbols.map((symbol) => [
        symbol,
        {
          bars: new BarCollector({ exchange, symbol, timeframe }, timing),
          counts: new CoverageCounts(),
          knownAt: -Infinity,
        },
      ]),
    );
    this.processing = this.freshProcessing();
    this.outputs = {
      tick: (tick) => this.tick(tick),
      candle: (candle) => this.candle(candle),
      gap: (gap) => this.symbolOf(gap)?.counts.gap(gap),
      refuse: (record) => {
        const symbol = this.symbolOf(record as ProcessedTick);
        if (symbol !== undefined) symbol.counts.refused += 1;
      },
    };
  }

  /** Forgets what the processor knew: what follows is another recording. Candles that are open are left out. */
  startAnew(): void {
    this.processing = this.freshProcessing();
  }

  /** Takes the next record. */
  take(record: RawRecord): void {
    if (isClock(record)) {
      for (const name of record.symbols) {
        const symbol = record.exchange === this.plan.exchange ? this.symbols.get(name) : undefined;
        if (symbol !== undefined && record.timestamp > symbol.knownAt) symbol.knownAt = record.timestamp;
      }
    } else if (isGap(record)) this.symbolOf(record)?.counts.gap(record);
    this.record[0] = record;
    this.processing.apply(this.record, this.outputs);
  }

  /** What was made, by symbol in the order of the plan; the replay is of no use afterwards. */
  finish(): SymbolHistory[] {
    return [...this.symbols.values()].map(({ bars, counts }) => {
      const series = bars.finish();
      return { bars: series, coverage: counts.of(series) };
    });
  }

  private freshProcessing(): Processing {
    const { timeframe, timing, maxFutureSkewMs = DEFAULT_PROCESSING.maxFutureSkewMs } = this.plan;
    const rules = { timeframes: [timeframe], allowedLatenessMs: timing.latenessMs, maxFutureSkewMs };
    return createProcessing({ ...DEFAULT_PROCESSING, ...rules }, 0);
  }

  private tick(tick: ProcessedTick): void {
    const symbol = this.symbolOf(tick);
    if (symbol === undefined) return;
    const { counts } = symbol;
    counts.ticks += 1;
    if (tick.backfilled) counts.backfilled += 1;
    else if (tick.timestamp > symbol.knownAt) symbol.knownAt = tick.timestamp;
    if (tick.quoted) counts.quoted += 1;
    symbol.bars.trade(tick.timestamp, tick.last, tick.quoted ? tick.spread / 2 : 0);
  }

  private candle(candle: Candle): void {
    const symbol = this.symbolOf(candle);
    const { from = -Infinity, to = Infinity, onCandle } = this.plan;
    if (symbol === undefined || candle.timestamp < from) return;
    if (candle.timestamp + symbol.bars.lengthMs > to) return;
    onCandle?.(candle);
    // A strategy has acted on the final candle when a late trade revises it.
    if (candle.state === 'final') symbol.bars.candle(candle, symbol.knownAt);
    else symbol.counts.revised += 1;
  }

  private symbolOf({ exchange, symbol }: Pick<Gap, 'exchange' | 'symbol'>): SymbolReplay | undefined {
    return exchange === this.plan.exchange ? this.symbols.get(symbol) : undefined;
  }
}
