import {
  METRIC_DEFINITIONS,
  type Metrics,
  MODEL_RULE,
  type ParameterValues,
  readGrid,
  readParameters,
  type StrategyDescription,
} from '@neuraltrade/strategies';
import { given, usage, type Values } from './flag-values';
import { DEFAULTS } from './help';
import type { BacktestRequest } from './request';
import { STRATEGIES } from './strategy-spec';

/** What trades, with which parameters. @throws ExpectedError with a sentence for the user of the command. */
export function strategyOf(
  values: Values,
  resolvePath: (path: string) => string,
): Pick<BacktestRequest, 'strategy' | 'model' | 'values' | 'grid'> {
  const names = STRATEGIES.map(({ name }) => name).join(', ');
  if (values.strategy === undefined) throw usage(`Name a strategy with --strategy: ${names}.`);
  const strategy = STRATEGIES.find(({ name }) => name === values.strategy);
  if (strategy === undefined)
    throw usage(`There is no strategy '${values.strategy}': choose one of ${names}.`);
  const model = modelOf(values, strategy, resolvePath);
  if (values.grid !== undefined) {
    const grid = readGrid(strategy, values.grid, values.params);
    if (typeof grid === 'string') throw usage(grid);
    return { strategy, model, values: grid.points[0] as ParameterValues, grid };
  }
  const idle = (['rank-by', 'workers'] as const).find((flag) => values[flag] !== undefined);
  if (idle !== undefined) throw usage(`--${idle} has no effect without --grid.`);
  const read = readParameters(strategy, values.params ?? '');
  if (read.fault !== null) throw usage(read.fault);
  return { strategy, model, values: read.values, grid: null };
}

function modelOf(
  values: Values,
  strategy: StrategyDescription,
  resolvePath: (path: string) => string,
): string | null {
  if (strategy !== MODEL_RULE) {
    if (values.model === undefined) return null;
    throw usage('--model belongs to --strategy model: the other strategies ask none.');
  }
  if (values.model === undefined)
    throw usage('Name the folder of the model with --model DIR, for example --model models/direction-1m.');
  return resolvePath(given(values, 'model'));
}

/** The figure that the best combination has most of. @throws ExpectedError when there is no such one. */
export function rankOf(values: Values): keyof Metrics {
  const name = values['rank-by'] ?? DEFAULTS.rankBy;
  const ranks = METRIC_DEFINITIONS.filter(({ moreIsBetter }) => moreIsBetter === true);
  const found = ranks.find((metric) => metric.name === name);
  if (found !== undefined) return found.name;
  throw usage(`--rank-by takes ${ranks.map((metric) => metric.name).join(', ')}, not '${name}'.`);
}
