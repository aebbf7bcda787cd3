import { readAssignments, readValues, valueFault } from './parameters';
import type { ParameterDescription, ParameterValues, StrategyDescription } from './strategy';

/** One axis of a grid. */
export interface GridAxis {
  /** The parameter's name. */
  readonly name: string;
  /** Its values, ascending as they were written. */
  readonly values: readonly number[];
}

/** Every combination of some parameters' values. */
export interface ParameterGrid {
  /** The parameters that vary, in the order in which they were written. */
  readonly axes: readonly GridAxis[];
  /** The combinations that can be run, the last axis varying fastest. */
  readonly points: readonly ParameterValues[];
  /** Combinations left out because their values cannot go together. */
  readonly impossible: number;
}

/** More combinations are refused: the best of so many is luck. */
export const MAX_GRID_POINTS = 10_000;

/**
 * The grid of a text such as 'fast=5..20/5,slow=20|50|100': from..to/step, both ends included, or values with | between.
 * @param fixedText values of parameters that do not vary, such as 'short=1'; the others have their defaults.
 * @returns a sentence that names the fault when there is none.
 */
export function readGrid(
  strategy: StrategyDescription,
  text: string,
  fixedText = '',
): ParameterGrid | string {
  const given = readAssignments(strategy, text);
  const fixed = readAssignments(strategy, fixedText);
  if (typeof given === 'string') return given;
  if (typeof fixed === 'string') return fixed;
  const read = readValues(strategy, fixedText);
  if (read.fault !== null) return read.fault;
  const twice = [...given.keys()].find((parameter) => fixed.has(parameter));
  if (twice !== undefined)
    return `The parameter ${twice.name} is fixed and in the grid: leave it out of one.`;
  const axes: GridAxis[] = [];
  for (const [parameter, valuesText] of given) {
    const values = axisValues(parameter, valuesText);
    if (typeof values === 'string') return values;
    axes.push({ name: parameter.name, values });
  }
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (axes.length === 0)
    return 'The grid names no parameter: write name=from..to/step, such as fast=5..20/5.';
  if (count > MAX_GRID_POINTS)
    return `The grid has ${count} combinations; at most ${MAX_GRID_POINTS} are run at once.`;
  const all = axes.reduce<ParameterValues[]>(
    (points, { name, values }) =>
      points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [read.values],
  );
  const points = all.filter((values) => strategy.conflict(values) === null);
  if (points.length === 0) return `No combination of the grid can be run: ${conflictOf(strategy, all)}.`;
  return { axes, points, impossible: all.length - points.length };
}

function conflictOf(strategy: StrategyDescription, all: readonly ParameterValues[]): string {
  return strategy.conflict(all[0] as ParameterValues) ?? '';
}

function axisValues(parameter: ParameterDescription, text: string): number[] | string {
  const range = /^([^./|][^/|]*?)\.\.([^/|]+)\/([^/|]+)$/.exec(text);
  if (range === null) return listedValues(parameter, text);
  const [, fromText, toText, stepText] = range as unknown as [string, string, string, string];
  const fault = valueFault(parameter, fromText) ?? valueFault(parameter, toText);
  if (fault !== null) return fault;
  const [from, to, step] = [Number(fromText), Number(toText), Number(stepText)];
  if (!(step > 0) || to < from || (parameter.whole && !Number.isInteger(step)))
    return `The grid of ${parameter.name} goes from..to/step with a step above zero, not '${text}'.`;
  // Reckoned from the start, so that 0.1 steps do not drift; the last one may be off by the rounding of a division.
  const steps = Math.floor((to - from) / step + 1e-9);
  if (steps >= MAX_GRID_POINTS)
    return `The grid of ${parameter.name} has more than ${MAX_GRID_POINTS} values.`;
  return Array.from({ length: steps + 1 }, (_, index) => Number((from + index * step).toPrecision(12)));
}

function listedValues(parameter: ParameterDescription, text: string): number[] | string {
  const texts = text.split('|').map((each) => each.trim());
  for (const each of texts) {
    const fault = valueFault(parameter, each);
    if (fault !== null) return `${fault} A grid takes from..to/step, or values with | between.`;
  }
  const values = texts.map(Number);
  return new Set(values).size === values.length
    ? values
    : `The grid of ${parameter.name} names a value twice.`;
}
