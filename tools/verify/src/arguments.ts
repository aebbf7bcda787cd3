import { timeframeMs } from '@neuraltrade/contracts';
import { ExpectedError, readFlags, USAGE_EXIT_CODE } from '@neuraltrade/service';
import { FAULT_NAMES, isFaultKind } from '@neuraltrade/venue-simulator';
import { durationMs } from './durations';
import type { Timeframe } from './expected-candles';

/** What can be verified. */
export type TargetName = 'standalone' | 'services';

/** Faults that a target does to itself. */
const OWN_FAULTS: Readonly<Record<TargetName, readonly string[]>> = {
  standalone: ['kill'],
  services: ['kill-processor', 'kill-sink', 'kill-adapter'],
};

/** What `--help` prints. */
export const HELP = `Runs the pipeline against the venue simulator, faults included, and compares what it stored with what was sent.

  npm run -s verify -- --duration 60s --rate 500 --faults all,kill --fault-every 10s --seed 1

  --target NAME       what is verified                                          (standalone)
                        standalone  the pipeline of npm start, in one process
                        services    each service as a process of its own, on a private RabbitMQ and a private
                                    InfluxDB, as npm run infra and npm run serve run them
  --duration TIME     how long the market trades under faults, such as 60s, 30m (60s)
  --rate N            trades a second over all venues and symbols               (500)
  --faults LIST       faults that take turns: all (of the simulator), the target's own (kill -9 and restart),
                      none, or names by comma                                   (all and the target's own)
                        standalone  ${OWN_FAULTS.standalone.join(', ')}
                        services    ${OWN_FAULTS.services.join(', ')}
  --fault-every TIME  time between two faults                                   (10s)
  --seed N            seed of market and faults                                 (1)
  --symbols LIST      BASE/QUOTE texts by comma                                 (the pipeline's)
  --timeframes LIST   candle lengths by comma                                   (1m,5m,15m,1h)
  --history TIME      past of the market at its start                           (the simulator's, 6h)
  --data-dir DIR      a folder that is empty or not there yet, kept afterwards  (a temporary one)
  --help              this text

Prints one JSON object on standard output: {ticks, candles, gaps, faults}. Differences, memory and times to recover are told
on standard error. Exit code 1 on any difference, when nothing was expected, when a fault was not carried out, when a
process did not end in order, or when the market traded below 80 % of the rate.
The simulator's faults: ${FAULT_NAMES.join(', ')}.
`;

/** What is asked for. */
export interface Plan {
  /** What is verified. */
  readonly target: TargetName;
  /** How long the market trades under faults, ms. */
  readonly durationMs: number;
  /** Trades a second. */
  readonly rate: number;
  /** Names of the faults that take turns, the target's own among them. */
  readonly faults: readonly string[];
  /** Time between two, ms. */
  readonly faultEveryMs: number;
  /** Seed of market and faults. */
  readonly seed: number;
  /** BASE/QUOTE texts by comma; undefined = the pipeline's. */
  readonly symbols: string | undefined;
  /** Candle lengths. */
  readonly timeframes: readonly Timeframe[];
  /** Past of the market, as the simulator is told it; undefined = its own. */
  readonly history: string | undefined;
  /** Where files go; undefined = a temporary folder. */
  readonly dataDir: string | undefined;
}

const FLAGS = [
  'target',
  'duration',
  'rate',
  'faults',
  'fault-every',
  'seed',
  'symbols',
  'timeframes',
  'history',
  'data-dir',
] as const;

/** Reads the command line; null when the help text is wanted. @throws ExpectedError with one sentence on the first fault. */
export function readPlan(args: readonly string[]): Plan | null {
  const { help, values } = readFlags(args, FLAGS);
  if (help) return null;
  const target = targetName(values.target ?? 'standalone');
  const own = OWN_FAULTS[target];
  if (values.history !== undefined) durationMs('history', values.history);
  return {
    target,
    durationMs: durationMs('duration', values.duration ?? '60s'),
    rate: number('rate', values.rate ?? '500', 0.1, 20_000),
    faults: faultNames(values.faults ?? `all,${own.join(',')}`, own),
    faultEveryMs: durationMs('fault-every', values['fault-every'] ?? '10s'),
    seed: number('seed', values.seed ?? '1', 0, 2 ** 31 - 1),
    symbols: values.symbols,
    timeframes: timeframes(values.timeframes ?? '1m,5m,15m,1h'),
    history: values.history,
    dataDir: values['data-dir'],
  };
}

function targetName(text: string): TargetName {
  if (text === 'standalone' || text === 'services') return text;
  throw usage(`--target is standalone or services, not '${text}'.`);
}

function faultNames(list: string, own: readonly string[]): string[] {
  if (list === 'none') return [];
  const names = list.split(',').flatMap((name): readonly string[] => (name === 'all' ? FAULT_NAMES : [name]));
  const unknown = names.find((name) => !own.includes(name) && !isFaultKind(name));
  if (unknown !== undefined)
    throw usage(
      `--faults: there is no '${unknown}'; choose all, ${own.join(', ')}, none or ${FAULT_NAMES.join(', ')}.`,
    );
  return [...new Set(names)];
}

function timeframes(list: string): Timeframe[] {
  return list.split(',').map((name) => {
    const lengthMs = timeframeMs(name);
    if (lengthMs === null)
      throw usage(`--timeframes: '${name}' is not a length that divides a day, such as 1m, 15m or 1h.`);
    return { name, lengthMs };
  });
}

function number(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value < least || value > most)
    throw usage(`--${flag} takes a number from ${least} to ${most}, not '${text}'.`);
  return value;
}

function usage(sentence: string): ExpectedError {
  return new ExpectedError(sentence, USAGE_EXIT_CODE);
}
