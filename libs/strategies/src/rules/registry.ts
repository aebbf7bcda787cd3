import { buyAndHold } from './buy-and-hold';
import { donchianBreakout } from './donchian-breakout';
import { emaCross } from './ema-cross';
import { rsiReversion } from './rsi-reversion';
import type { StrategyDefinition } from './strategy';

/** The strategies that need nothing but candles. A new one is a file and a line here. */
export const RULES: readonly StrategyDefinition[] = [emaCross, rsiReversion, donchianBreakout, buyAndHold];

/** The rule of that name; undefined when there is none. */
export function ruleNamed(name: string): StrategyDefinition | undefined {
  return RULES.find((rule) => rule.name === name);
}
