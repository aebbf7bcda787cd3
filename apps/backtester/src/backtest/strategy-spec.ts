import {
  type BarSeries,
  MODEL_RULE,
  modelRule,
  ruleNamed,
  RULES,
  type StrategyDefinition,
  type StrategyDescription,
  WARM_UP_CANDLES,
} from '@neuraltrade/strategies';
import { type JudgedCandles, judgeOf } from '../model/judged-candles';

/** Strategies that can be named. */
export const STRATEGIES: readonly StrategyDescription[] = [...RULES, MODEL_RULE];

/** What trades, as data that another thread can be given. */
export interface StrategySpec {
  /** The strategy's name. */
  readonly name: string;
  /** What its model says of each history; null = it asks none. */
  readonly judged: readonly JudgedCandles[] | null;
}

/** The strategy of each of some histories. @throws Error for a name that no rule has. */
export function strategiesOf(
  { name, judged }: StrategySpec,
  bars: readonly BarSeries[],
): StrategyDefinition[] {
  if (judged !== null)
    return bars.map((series, index) =>
      modelRule(judgeOf(series, judged[index] as JudgedCandles), WARM_UP_CANDLES),
    );
  const rule = ruleNamed(name);
  if (rule === undefined) throw new Error(`There is no strategy ${name}.`);
  return bars.map(() => rule);
}
