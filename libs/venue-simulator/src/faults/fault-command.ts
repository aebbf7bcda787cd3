import { FAULT_KINDS, FAULT_NAMES, isFaultKind } from './fault-kinds';
import type { FaultKind, FaultParameterName } from './fault-kinds';

/** A fault that is asked for. */
export interface FaultCommand {
  /** What shall be done. */
  readonly fault: FaultKind;
  /** The venue's name; absent: the simulator chooses one that has had few faults. */
  readonly exchange?: string;
  /** BASE/QUOTE, for a fault of one symbol; absent: the simulator chooses one. */
  readonly symbol?: string;
  /** How many trades, taker orders or requests; absent: the kind's usual number. */
  readonly count?: number;
  /** Delay, limit or shift, ms. */
  readonly ms?: number;
  /** How long it lasts, ms. */
  readonly forMs?: number;
  /** The Retry-After of REST answers, seconds. */
  readonly retryAfter?: number;
  /** Whether the venue's clients are cut at once, so that they connect, subscribe or ask REST now; default false. */
  readonly cut?: boolean;
}

/** A command with its place chosen and every number that its kind takes. */
export interface CompleteCommand extends FaultCommand {
  /** The venue's name. */
  readonly exchange: string;
}

const NUMBERS: readonly FaultParameterName[] = ['count', 'ms', 'forMs', 'retryAfter'];
const FIELDS: readonly string[] = ['fault', 'exchange', 'symbol', 'cut', ...NUMBERS];

/**
 * Reads a command that came as JSON.
 * @throws Error with a plain sentence when it is none.
 */
export function readFaultCommand(value: unknown): FaultCommand {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('A fault is a JSON object such as {"fault":"drop-trades","exchange":"kraken"}.');
  const fields = value as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(fields).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined)
    throw new Error(`A fault has no field '${unknown.slice(0, 40)}'; there are ${FIELDS.join(', ')}.`);
  const { fault, exchange, symbol, cut } = fields;
  if (typeof fault !== 'string' || !isFaultKind(fault))
    throw new Error(
      `There is no fault ${JSON.stringify(fault)?.slice(0, 60)}; choose one of ${FAULT_NAMES.join(', ')}.`,
    );
  for (const [name, text] of Object.entries({ exchange, symbol })) {
    if (text !== undefined && typeof text !== 'string')
      throw new Error(`The field '${name}' must be a text.`);
  }
  if (cut !== undefined && typeof cut !== 'boolean')
    throw new Error("The field 'cut' must be true or false.");
  const command = fields as unknown as FaultCommand;
  checkNumbers(command);
  return command;
}

/**
 * Checks the numbers of a command against its kind, and that a fault of a venue names no symbol.
 * @throws Error with a plain sentence on the first fault.
 */
export function checkNumbers(command: FaultCommand): void {
  const entry = FAULT_KINDS[command.fault];
  if (entry.befalls === 'venue' && command.symbol !== undefined)
    throw new Error(`${command.fault} befalls a whole venue; leave the symbol out.`);
  for (const name of NUMBERS) {
    const given = command[name];
    const parameter = entry[name];
    if (given === undefined) continue;
    if (parameter === undefined) throw new Error(`${command.fault} takes no '${name}'.`);
    if (!Number.isInteger(given) || given < parameter.min || given > parameter.max)
      throw new Error(
        `The '${name}' of ${command.fault} must be a whole number from ${parameter.min} to ${parameter.max}, not ${String(given)}.`,
      );
  }
}

/** The number of a command, or the usual one of its kind; 0 for one that its kind does not take. */
export function numberOf(command: FaultCommand, name: FaultParameterName): number {
  return command[name] ?? FAULT_KINDS[command.fault][name]?.usual ?? 0;
}
