import { type Candle, timeframeMs } from '@neuraltrade/contracts';
import {
  closedCandle,
  type ClosedCandle,
  type FeatureRow,
  type ModelClass,
  SymbolFeatures,
} from '@neuraltrade/strategies';
import { labelOf, type LabelRule } from './labels';

/** One example: what was known when a candle closed, and what came of it. */
export interface Example {
  /** The candle, with its features. */
  readonly row: FeatureRow;
  /** Close of the candle, ms UTC: when the features were known. */
  readonly knownAt: number;
  /** Close of the last candle of the horizon, ms UTC: when the label was known. */
  readonly labelAt: number;
  /** What came of it. */
  readonly label: ModelClass;
}

/** Examples of a market, and what was left out. */
export interface Dataset {
  /** In the order in which they were known. */
  readonly examples: readonly Example[];
  /** Candles that came. */
  readonly candles: number;
  /** Candles without features or without a label, by reason. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/**
 * Makes examples of final candles of one timeframe, by the very code that the ML engine computes features with, in the order in
 * which they closed.
 */
export function datasetOf(candles: readonly Candle[], timeframe: string, rule: LabelRule): Dataset {
  const lengthMs = timeframeMs(timeframe) as number;
  const ordered = candles.toSorted(inOrder);
  const ahead = closedBySeries(ordered);
  const features = new Map<string, SymbolFeatures>();
  const leftOut: Record<string, number> = {};
  const examples: Example[] = [];
  const leave = (reason: string): void => void (leftOut[reason] = (leftOut[reason] ?? 0) + 1);
  for (const candle of ordered) {
    let ofSymbol = features.get(candle.symbol);
    if (ofSymbol === undefined) features.set(candle.symbol, (ofSymbol = new SymbolFeatures(timeframe)));
    const result = ofSymbol.add(candle);
    if (result.row === null) {
      leave(result.reason);
      continue;
    }
    const { row } = result;
    const label = labelOf(row.candle, following(ahead, row.candle, rule.horizonCandles), lengthMs, rule);
    if (label === null) leave('no-label');
    else {
      const knownAt = candle.timestamp + lengthMs;
      examples.push({ row, knownAt, labelAt: knownAt + rule.horizonCandles * lengthMs, label });
    }
  }
  return { examples, candles: candles.length, leftOut };
}

interface Series {
  readonly candles: ClosedCandle[];
  readonly places: Map<number, number>;
}

function closedBySeries(ordered: readonly Candle[]): Map<string, Series> {
  const all = new Map<string, Series>();
  for (const candle of ordered) {
    const closed = closedCandle(candle);
    if (closed === null) continue;
    const own = all.get(keyOf(closed)) ?? { candles: [], places: new Map<number, number>() };
    own.places.set(closed.timestamp, own.candles.length);
    own.candles.push(closed);
    all.set(keyOf(closed), own);
  }
  return all;
}

function following(
  series: ReadonlyMap<string, Series>,
  candle: ClosedCandle,
  count: number,
): readonly ClosedCandle[] {
  const { candles, places } = series.get(keyOf(candle)) as Series;
  const at = (places.get(candle.timestamp) as number) + 1;
  return candles.slice(at, at + count);
}

function keyOf({ exchange, symbol }: Candle): string {
  return `${exchange} ${symbol}`;
}

function inOrder(a: Candle, b: Candle): number {
  return a.timestamp - b.timestamp || compare(a.exchange, b.exchange) || compare(a.symbol, b.symbol);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
