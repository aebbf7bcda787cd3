import type { ParameterDescription, ParameterValues, StrategyDescription } from './strategy';

/** The values, or why there are none. */
export type ReadParameters =
  | {
      /** A value for each parameter. */
      readonly values: ParameterValues;
      /** Discriminant. */
      readonly fault: null;
    }
  | {
      /** One sentence that names the parameter and what it takes. */
      readonly fault: string;
    };

/** The parameters of a strategy from a text such as 'fast=12,slow=26'; those that it does not name have their defaults. */
export function readParameters(strategy: StrategyDescription, text: string): ReadParameters {
  const read = readValues(strategy, text);
  if (read.fault !== null) return read;
  const conflict = strategy.conflict(read.values);
  return conflict === null ? read : { fault: `Strategy ${strategy.name}: ${conflict}.` };
}

/** The same without asking whether they can go together: of a grid they are not all. */
export function readValues(strategy: StrategyDescription, text: string): ReadParameters {
  const given = readAssignments(strategy, text);
  if (typeof given === 'string') return { fault: given };
  const values: Record<string, number> = defaultsOf(strategy);
  for (const [parameter, valueText] of given) {
    const fault = valueFault(parameter, valueText);
    if (fault !== null) return { fault };
    values[parameter.name] = Number(valueText);
  }
  return { values, fault: null };
}

/** The default of each parameter. */
export function defaultsOf({ parameters }: StrategyDescription): Record<string, number> {
  return Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.default]));
}

/** The parts of 'name=text,name=text' by parameter; a sentence when a part has another form, is unknown or comes twice. */
export function readAssignments(
  { name, parameters }: StrategyDescription,
  text: string,
): Map<ParameterDescription, string> | string {
  const given = new Map<ParameterDescription, string>();
  for (const part of text.split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    if (equals <= 0) return `'${part}' is no parameter: write name=value, for example fast=12.`;
    const key = part.slice(0, equals).trim();
    const parameter = parameters.find((each) => each.name === key);
    if (parameter === undefined) return unknownParameter(name, parameters, key);
    if (given.has(parameter)) return `The parameter ${key} is given twice; it takes one value.`;
    given.set(parameter, part.slice(equals + 1).trim());
  }
  return given;
}

/** Why a text is no value of the parameter; null when it is one. */
export function valueFault({ name, min, max, whole }: ParameterDescription, text: string): string | null {
  const form = whole ? /^-?\d{1,15}$/ : /^-?\d{1,15}(\.\d{1,15})?$/;
  const value = form.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return null;
  return `The parameter ${name} takes a ${whole ? 'whole ' : ''}number from ${min} to ${max}, not '${text}'.`;
}

function unknownParameter(name: string, parameters: readonly ParameterDescription[], key: string): string {
  const known = parameters.map((parameter) => parameter.name).join(', ');
  return known === ''
    ? `Strategy ${name} takes no parameters, so there is no '${key}'.`
    : `Strategy ${name} has no parameter '${key}'; it takes ${known}.`;
}
