import { type BarSeries, type EquityCurve, underwater } from '@neuraltrade/strategies';
import type { BacktestResult } from '../backtest/result';

/** Most candles that are drawn of a symbol; where there are more, neighbours are drawn as one. */
const MOST_CANDLES = 2_500;
/** Most moments of the equity that are drawn. */
const MOST_MOMENTS = 2_500;
/** Most executions that are marked. */
const MOST_MARKS = 2_000;
/** Candles that are drawn as one. */
const STEPS = [1, 2, 3, 5, 10, 15, 30, 60, 120, 240, 480, 720, 1_440];

/** What the charts of the report draw. */
export interface ChartData {
  /** Quote currency. */
  readonly currency: string;
  /** Equity over time. */
  readonly equity: {
    /** Seconds since 1970. */
    readonly at: readonly number[];
    /** Of the strategy, quote currency. */
    readonly strategy: readonly number[];
    /** Of buying and holding. */
    readonly benchmark: readonly number[];
    /** Deepest fall of the strategy below its peak in the stretch that a moment stands for, percent, 0 or less. */
    readonly drawdown: readonly number[];
  };
  /** Where the part begins that nothing was chosen by, seconds since 1970; null where there is none. */
  readonly splitAt: number | null;
  /** Candles and executions by symbol. */
  readonly symbols: readonly ChartSymbol[];
}

/** Candles and executions of one symbol. */
export interface ChartSymbol {
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** Length of a drawn candle, ms. */
  readonly lengthMs: number;
  /** [seconds since 1970, open, high, low, close]. */
  readonly candles: readonly (readonly [number, number, number, number, number])[];
  /** [seconds since 1970 of the drawn candle, 1 = bought, -1 = sold, price]. */
  readonly marks: readonly (readonly [number, 1 | -1, number])[];
  /** Executions before the first that is marked. */
  readonly unmarked: number;
}

/** Gathers what the charts draw, thinned out so that the page stays small. */
export function chartData(
  { subject, histories, run, benchmark, split }: BacktestResult,
  currency: string,
): ChartData {
  const { fills } = run.simulation;
  return {
    currency,
    equity: equityData(run.simulation.equity, benchmark.simulation.equity),
    splitAt: split === null ? null : split.at / 1_000,
    symbols: histories.map(({ bars }, instrument) => {
      const lengthMs = drawnLength(bars);
      const own = fills.filter((fill) => fill.instrument === instrument);
      const marked = own.slice(-MOST_MARKS);
      return {
        symbol: subject.symbols[instrument] ?? '',
        lengthMs,
        candles: drawnCandles(bars, lengthMs),
        marks: marked.map(
          ({ at, side, paid }) =>
            [openOf(at, lengthMs) / 1_000, side === 'buy' ? 1 : -1, rounded(paid)] as const,
        ),
        unmarked: own.length - marked.length,
      };
    }),
  };
}

function equityData(strategy: EquityCurve, benchmark: EquityCurve): ChartData['equity'] {
  const falls = underwater(strategy);
  const step = Math.max(1, Math.ceil(strategy.length / MOST_MOMENTS));
  const at = [strategy.startAt / 1_000];
  const own = [strategy.startValue];
  const other = [benchmark.startValue];
  const drawdown = [0];
  let next = 0;
  for (let first = 0; first < strategy.length; first += step) {
    const last = Math.min(first + step, strategy.length) - 1;
    const moment = strategy.at[last] as number;
    let deepest = 0;
    for (let index = first; index <= last; index++) deepest = Math.min(deepest, falls[index] as number);
    while (next + 1 < benchmark.length && (benchmark.at[next + 1] as number) <= moment) next += 1;
    at.push(moment / 1_000);
    own.push(rounded(strategy.value[last] as number));
    other.push(rounded(benchmark.value[next] ?? benchmark.startValue));
    drawdown.push(rounded(deepest * 100));
  }
  return { at, strategy: own, benchmark: other, drawdown };
}

/** Length of a drawn candle: the shortest of some multiples at which few enough are left. */
function drawnLength({ length, lengthMs, openAt }: BarSeries): number {
  if (length === 0) return lengthMs;
  const span = (openAt[length - 1] as number) - (openAt[0] as number) + lengthMs;
  const fits = (count: number): boolean => span / (count * lengthMs) <= MOST_CANDLES;
  return lengthMs * (STEPS.find(fits) ?? Math.ceil(span / lengthMs / MOST_CANDLES));
}

function drawnCandles(bars: BarSeries, lengthMs: number): ChartSymbol['candles'] {
  const candles: [number, number, number, number, number][] = [];
  let current: [number, number, number, number, number] | null = null;
  for (let index = 0; index < bars.length; index++) {
    const at = openOf(bars.openAt[index] as number, lengthMs) / 1_000;
    const [open, high, low, close] = [
      bars.open[index] as number,
      bars.high[index] as number,
      bars.low[index] as number,
      bars.close[index] as number,
    ];
    if (current === null || current[0] !== at) {
      current = [at, open, high, low, close];
      candles.push(current);
      continue;
    }
    current[2] = Math.max(current[2], high);
    current[3] = Math.min(current[3], low);
    current[4] = close;
  }
  return candles;
}

function openOf(at: number, lengthMs: number): number {
  return Math.floor(at / lengthMs) * lengthMs;
}

/** Nobody sees more digits. */
function rounded(value: number): number {
  return Number(value.toPrecision(9));
}
