import { type BatchKind, isSymbol, PARK_REASONS } from '@neuraltrade/contracts';
import { ExpectedError, readFlags, USAGE_EXIT_CODE } from '@neuraltrade/service';
import { type Filter, meansAll } from './filter';
import { HELP_HINT } from './help';

/** What the command does. */
export const VERBS = ['list', 'show', 'replay', 'drop'] as const;

/** One of {@link VERBS}. */
export type Verb = (typeof VERBS)[number];

/** A run of the command. */
export interface ParkedRequest {
  /** Discriminant. */
  readonly help: false;
  /** What is to be done. */
  readonly verb: Verb;
  /** To which messages. */
  readonly filter: Filter;
  /** Most messages that are listed or touched. */
  readonly limit: number;
  /** Whether the list is NDJSON. */
  readonly json: boolean;
  /** Whether nothing is to be changed. */
  readonly dryRun: boolean;
  /** Most messages that are sent back in a second. */
  readonly rate: number;
  /** Who answers for it; null: the user of the operating system. */
  readonly operator: string | null;
  /** The data directory of a pipeline that does not run; null: the broker. */
  readonly dataDirectory: string | null;
  /** Whose files below it: of live venues, or of simulated ones. */
  readonly mode: 'live' | 'simulated';
}

/** What the command was asked to do. */
export type Request = { readonly help: true } | ParkedRequest;

const FLAGS = [
  ...[
    'reason',
    'source',
    'kind',
    'exchange',
    'symbol',
    'since',
    'until',
    'limit',
    'rate',
    'operator',
    'data-dir',
  ],
] as const;
const SWITCHES = ['json', 'dry-run', 'yes', 'all', 'live'] as const;
type Switch = (typeof SWITCHES)[number];
type Values = Partial<Readonly<Record<string, string>>>;
const KINDS: readonly (BatchKind | 'unknown')[] = [
  'raw',
  'ticks',
  'candles',
  'signals',
  'outcomes',
  'gaps',
  'status',
  'unknown',
];
/** What a switch does nothing for is refused: whoever gives it expects something of it. */
const SWITCHES_OF: Readonly<Record<Verb, readonly Switch[]>> = {
  list: ['json', 'live'],
  show: ['live'],
  replay: ['dry-run', 'yes', 'all', 'live'],
  drop: ['dry-run', 'yes', 'all', 'live'],
};
const ID = /^[0-9a-f]{12}$/;
const DEFAULT_RATE = 1_000;
const MAX_OPERATOR_LENGTH = 100;

/**
 * The request that the arguments (without node and script) spell.
 * @param resolvePath makes a path of the user's absolute.
 * @throws ExpectedError with a sentence for the user of the command.
 */
export function readArguments(args: readonly string[], resolvePath: (path: string) => string): Request {
  const isSwitch = (arg: string): boolean => SWITCHES.some((name) => arg === `--${name}`);
  const [first, ...rest] = args;
  const verb = VERBS.find((name) => name === first);
  if (verb === undefined) {
    if (args.includes('--help') || args.includes('-h')) return { help: true };
    throw usage(`Say what to do: ${VERBS.join(', ')}.`);
  }
  const idCount = countWhile(rest, (arg) => !arg.startsWith('-'));
  const { help, values } = readFlags(
    rest.slice(idCount).filter((arg) => !isSwitch(arg)),
    FLAGS,
  );
  if (help) return { help };
  const given = new Set(SWITCHES.filter((name) => rest.includes(`--${name}`)));
  const vain = [...given].find((name) => !SWITCHES_OF[verb].includes(name));
  if (vain !== undefined) throw usage(`--${vain} has no meaning for ${verb}.`);
  const filter = filterOf(rest.slice(0, idCount), values);
  assertMeant(verb, filter, given);
  const { operator, 'data-dir': dataDirectory } = values;
  if (given.has('live') && dataDirectory === undefined)
    throw usage('--live says which files of --data-dir are meant: name the directory, too.');
  if (dataDirectory === '') throw usage('--data-dir is given without a value.');
  if (operator !== undefined && (operator.trim() === '' || operator.length > MAX_OPERATOR_LENGTH))
    throw usage(`--operator must be a name of at most ${MAX_OPERATOR_LENGTH} characters.`);
  return {
    help,
    verb,
    filter,
    limit: values['limit'] === undefined ? Infinity : countOf('limit', values['limit']),
    json: given.has('json'),
    dryRun: given.has('dry-run'),
    rate: values['rate'] === undefined ? DEFAULT_RATE : countOf('rate', values['rate']),
    operator: operator ?? null,
    dataDirectory: dataDirectory === undefined ? null : resolvePath(dataDirectory),
    mode: given.has('live') ? 'live' : 'simulated',
  };
}

function filterOf(ids: readonly string[], values: Values): Filter {
  const noId = ids.find((id) => !ID.test(id));
  if (noId !== undefined)
    throw usage(`"${noId}" is no id: ids are the 12 characters in front of each line of the list.`);
  const { reason, source, kind, exchange, symbol, since, until } = values;
  const reasons = reason === undefined ? [] : reason.split(',').map((text) => text.trim());
  const noReason = reasons.find((text) => !PARK_REASONS.some((known) => known === text));
  if (noReason !== undefined)
    throw usage(`"${noReason}" is no reason; the reasons are ${PARK_REASONS.join(', ')}.`);
  if (kind !== undefined && !KINDS.some((known) => known === kind))
    throw usage(`"${kind}" is no kind of message; the kinds are ${KINDS.join(', ')}.`);
  if (symbol !== undefined && !isSymbol(symbol))
    throw usage(`"${symbol}" is not a symbol: write BASE/QUOTE in upper case, for example BTC/USDT.`);
  for (const [name, value] of Object.entries({ source, exchange }))
    if (value?.trim() === '') throw usage(`--${name} is given without a value.`);
  const range = {
    ...(since === undefined ? {} : { since: instantOf('since', since) }),
    ...(until === undefined ? {} : { until: instantOf('until', until) }),
  };
  if ((range.since ?? 0) >= (range.until ?? Infinity)) throw usage('--since must lie before --until.');
  return {
    ids,
    reasons,
    ...(source === undefined ? {} : { source }),
    ...(kind === undefined ? {} : { kind }),
    ...(exchange === undefined ? {} : { exchange }),
    ...(symbol === undefined ? {} : { symbol }),
    ...range,
  };
}

/** Nothing is changed by a slip: all messages must be asked for, and every change confirmed. */
function assertMeant(verb: Verb, filter: Filter, given: ReadonlySet<Switch>): void {
  if (verb === 'show' && (filter.ids.length !== 1 || !meansAll({ ...filter, ids: [] })))
    throw usage('show takes the id of one message and no filter.');
  if (verb !== 'replay' && verb !== 'drop') return;
  if (meansAll(filter) && !given.has('all'))
    throw usage(`Name the messages to ${verb} by their ids or by filters, or say --all.`);
  if (!meansAll(filter) && given.has('all')) throw usage('--all excludes ids and filters.');
  if (given.has('yes') === given.has('dry-run'))
    throw usage(
      given.has('yes')
        ? '--yes and --dry-run exclude each other.'
        : `Say --yes to ${verb} the messages, or --dry-run to see which they are.`,
    );
}

function countOf(flag: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw usage(`--${flag} must be a whole number from 1 up, not "${text}".`);
  return Number(text);
}

const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;

function instantOf(flag: string, text: string): number {
  const instant = /^\d{1,15}$/.test(text) ? Number(text) : ISO.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(instant) || instant < 0)
    throw usage(`--${flag} must be an instant such as 2026-11-23T04:00:00Z or ms since 1970, not "${text}".`);
  return instant;
}

function countWhile(texts: readonly string[], holds: (text: string) => boolean): number {
  const end = texts.findIndex((text) => !holds(text));
  return end === -1 ? texts.length : end;
}

function usage(sentence: string): ExpectedError {
  return new ExpectedError(`${sentence} ${HELP_HINT}`, USAGE_EXIT_CODE);
}
