import { parseArgs, type ParseArgsConfig } from 'node:util';
import { ExpectedError } from './expected-error';

/** The exit code of a command that was called wrongly. */
export const USAGE_EXIT_CODE = 2;

/** What the command line of a command says. */
export interface Flags<Name extends string> {
  /** Whether its help text is wanted. */
  readonly help: boolean;
  /** The value of each flag that was given. */
  readonly values: Partial<Readonly<Record<Name, string>>>;
}

/**
 * Reads a command line of flags that take one value each, and --help (-h).
 * @param args the arguments without node and script.
 * @param names the flags without their dashes.
 * @throws ExpectedError with one plain sentence on the first fault: an unknown or repeated flag, no value, a bare word.
 */
export function readFlags<Name extends string>(args: readonly string[], names: readonly Name[]): Flags<Name> {
  const options: NonNullable<ParseArgsConfig['options']> = { help: { type: 'boolean', short: 'h' } };
  for (const name of names) options[name] = { type: 'string' };
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const values: Partial<Record<Name, string>> = {};
  let help = false;
  for (const token of tokens) {
    if (token.kind === 'positional') throw usage(`Unexpected argument '${token.value}'`);
    if (token.kind !== 'option') continue;
    const { rawName, value, inlineValue } = token;
    if (token.name === 'help') {
      if (value !== undefined) throw usage("Option '-h, --help' does not take an argument");
      help = true;
      continue;
    }
    const name = names.find((known) => known === token.name);
    if (name === undefined) throw usage(`Unknown option '${rawName}'`);
    // A value may begin with a dash, as a negative number does; two dashes begin the next flag.
    if (value === undefined || (!inlineValue && value.startsWith('--')))
      throw usage(`Option '--${name} <value>' argument missing`);
    if (values[name] !== undefined) throw usage(`--${name} is given twice; it takes one value`);
    values[name] = value;
  }
  return { help, values };
}

function usage(fault: string): ExpectedError {
  return new ExpectedError(`${fault}. --help lists the flags.`, USAGE_EXIT_CODE);
}
