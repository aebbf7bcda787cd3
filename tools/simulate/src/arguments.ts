import { resolve } from 'node:path';
import { isSymbol } from '@neuraltrade/contracts';
import { DEFAULT_SYMBOLS } from '@neuraltrade/exchange';
import { ExpectedError, readDuration, readFlags, USAGE_EXIT_CODE } from '@neuraltrade/service';
import { FAULT_KINDS, FAULT_NAMES, type FaultKind, isFaultKind } from '@neuraltrade/venue-simulator';

const FLAGS = [
  'rate',
  'seed',
  'symbols',
  'truth',
  'port',
  'data-dir',
  'faults',
  'fault-every',
  'duration',
  'history',
] as const;
type Flag = (typeof FLAGS)[number];

/** What the command was asked to do. */
export type Request = { readonly help: true } | SimulationRequest;

/** A run of the simulator. */
export interface SimulationRequest {
  /** Discriminant. */
  readonly help: false;
  /** Trades a second over all venues and symbols. */
  readonly tradesPerSecond: number;
  /** Seed of market and schedule. */
  readonly seed: number;
  /** BASE/QUOTE, at least one. */
  readonly symbols: readonly string[];
  /** Absolute path of the truth log; null for none. */
  readonly truthLog: string | null;
  /** Port of the control interface; 0 for any free one. */
  readonly port: number;
  /** Absolute path of the directory of the saved market; null: a new market that is not saved. */
  readonly dataDirectory: string | null;
  /** The faults that take turns; empty for none. */
  readonly faults: readonly FaultKind[];
  /** Time between two faults, ms. */
  readonly faultEveryMs: number;
  /** When the run ends by itself, ms; null: never. */
  readonly durationMs: number | null;
  /** How long a new market has traded before it starts, ms. */
  readonly historyMs: number;
}

const DEFAULTS = { rate: '100', seed: '1', port: '0', 'fault-every': '10s', history: '6h' } as const;

/** The text of --help. */
export const HELP = `The four simulated venues as a process of their own, with faults on command.

  npm run -s simulate -- --rate 2000 --truth truth.ndjson --faults all --fault-every 10s

  --rate N          trades a second over all venues and symbols, default ${DEFAULTS.rate}
  --seed N          seed of the market and of the faults, default ${DEFAULTS.seed}
  --symbols LIST    BASE/QUOTE, separated by commas, default ${DEFAULT_SYMBOLS.join(',')}
  --history TIME    how long a new market has traded before the start, default ${DEFAULTS.history}; 0s = not at all
  --truth FILE      appends every trade that a client was sent or served, and every fault, one JSON line each
  --port N          port of the control interface on 127.0.0.1, default any free one
  --data-dir DIR    goes on with the market saved there, and saves it
  --faults LIST     faults to carry out by a seeded schedule, separated by commas, or all
  --fault-every TIME  the time between two of them, default ${DEFAULTS['fault-every']}
  --duration TIME   end by itself after e.g. 30s, 10m, 1h
  --help            this text

The first line on standard output is JSON: the address of the control interface and those of the venues.
Everything else is said on standard error.

  GET  /venues       that JSON
  GET  /statistics   trades, clients, faults carried out, limits that clients broke
  GET  /faults       the faults that were asked for and how often each showed an effect
  POST /faults       {"fault":"drop-trades","exchange":"kraken","symbol":"BTC/USD","count":5}: the fault record
  POST /hold         stop trading; clients stay
  POST /stop         end in order

Faults (exchange and symbol are chosen when left out; "cut":true cuts the venue's clients as well):
${FAULT_NAMES.map(faultLine).join('\n')}
`;

function faultLine(name: FaultKind): string {
  const { befalls, does, ...parameters } = FAULT_KINDS[name];
  const usual = Object.entries(parameters).map(([parameter, { usual: value }]) => `${parameter} ${value}`);
  const place = befalls === 'symbol' ? 'exchange, symbol' : 'exchange';
  return `  ${name.padEnd(20)}${[place, ...usual].join(', ')}: ${does}`;
}

/**
 * The request that the arguments (without node and script) spell.
 * @param directory what relative paths are relative to.
 * @throws ExpectedError with a sentence for the user of the command.
 */
export function readArguments(args: readonly string[], directory: string): Request {
  const { help, values } = readFlags(args, FLAGS);
  if (help) return { help };
  const given = (flag: Flag): string | null => {
    const value = values[flag];
    if (value === '') throw usage(`--${flag} is given without a value.`);
    return value ?? null;
  };
  const faults = faultsOf(given('faults'));
  if (faults.length === 0 && values['fault-every'] !== undefined)
    throw usage('--fault-every has no effect without --faults: name them or say all.');
  const history = given('history');
  const dataDirectory = given('data-dir');
  const truth = given('truth');
  const duration = given('duration');
  return {
    help,
    tradesPerSecond: numberOf('rate', given('rate') ?? DEFAULTS.rate, 0.1, 20_000),
    seed: wholeOf('seed', given('seed') ?? DEFAULTS.seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    symbols: symbolsOf(given('symbols') ?? DEFAULT_SYMBOLS.join(',')),
    truthLog: truth === null ? null : resolve(directory, truth),
    port: wholeOf('port', given('port') ?? DEFAULTS.port, 0, 65_535),
    dataDirectory: dataDirectory === null ? null : resolve(directory, dataDirectory),
    faults,
    faultEveryMs: timeOf('fault-every', given('fault-every') ?? DEFAULTS['fault-every'], 100),
    durationMs: duration === null ? null : timeOf('duration', duration, 1_000),
    historyMs: timeOf('history', history ?? DEFAULTS.history, 0),
  };
}

function numberOf(flag: Flag, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= min && value <= max))
    throw usage(`--${flag} must be a number from ${min} to ${max}, not '${text}'.`);
  return value;
}

function wholeOf(flag: Flag, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < min || value > max)
    throw usage(`--${flag} must be a whole number from ${min} to ${max}, not '${text}'.`);
  return value;
}

/** What one timer can wait for. */
const LONGEST_MS = 2_147_483_647;

function timeOf(flag: Flag, text: string, minMs: number): number {
  const ms = readDuration(text) ?? NaN;
  if (!(ms >= minMs && ms <= LONGEST_MS))
    throw usage(`--${flag} must be a time of ${minMs} ms to 596 h such as 10s, 5m or 1h, not '${text}'.`);
  return ms;
}

function symbolsOf(list: string): string[] {
  const symbols = list.split(',').map((symbol) => symbol.trim());
  const malformed = symbols.find((symbol) => !isSymbol(symbol));
  if (malformed !== undefined)
    throw usage(`"${malformed}" is not a symbol: write BASE/QUOTE in upper case, for example BTC/USDT.`);
  return [...new Set(symbols)];
}

function faultsOf(list: string | null): FaultKind[] {
  if (list === null) return [];
  if (list === 'all') return [...FAULT_NAMES];
  return [...new Set(list.split(',').map((name) => name.trim()))].map((name) => {
    if (isFaultKind(name)) return name;
    throw usage(`There is no fault "${name}"; choose from ${FAULT_NAMES.join(', ')}, or say all.`);
  });
}

function usage(sentence: string): ExpectedError {
  return new ExpectedError(sentence, USAGE_EXIT_CODE);
}
