import { ruleNamed, type StrategyDefinition } from '@neuraltrade/strategies';

/** What trades, as data that another thread can be given. */
export interface StrategySpec {
  /** The rule's name. */
  readonly name: string;
}

/** The strategy of each of some histories. @throws Error for a name that no rule has. */
export function strategiesOf({ name }: StrategySpec, count: number): StrategyDefinition[] {
  const rule = ruleNamed(name);
  if (rule === undefined) throw new Error(`There is no strategy ${name}.`);
  return Array.from({ length: count }, () => rule);
}
