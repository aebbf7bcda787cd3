import { timeframeMs } from '@neuraltrade/contracts';
import { ExpectedError, readFlags, USAGE_EXIT_CODE } from '@neuraltrade/service';
import { FAULT_NAMES } from '@neuraltrade/venue-simulator';
import { durationMs } from './durations';
import type { Timeframe } from './expected-candles';
import { faultNames, OWN_FAULTS, ownFaults, SYNONYM_TEXT, type TargetName, targetOf } from './fault-list';

/** What `--help` prints. */
export const HELP = `Runs the pipeline against the venue simulator, faults included, and compares what it stored with what was sent.

  npm run -s verify -- --duration 60s --rate 500 --faults all --seed 1
  npm run -s verify -- --target services --duration 30m --rate 2000 --faults all --seed 1

  --target NAME       what is verified              (standalone; services where one of their own faults is asked for)
                        standalone  the pipeline of npm start, in one process
                        services    adapters, processor, influx-sink and dashboard as processes of their own, on a
                                    private RabbitMQ and a private InfluxDB
  --duration TIME     how long the market trades under faults, such as 60s, 30m (60s)
  --rate N            trades a second over all venues and symbols               (500)
  --faults LIST       faults that take turns: all (the target's own and the simulator's), none, or names by comma (all)
  --fault-every TIME  time between two faults                     (10s, less where the duration has no room for each of
                                                                  them once; then the run lasts until each had its turn)
  --seed N            seed of market and faults                                 (1)
  --symbols LIST      BASE/QUOTE texts by comma                                 (the pipeline's)
  --timeframes LIST   candle lengths by comma                                   (1m,5m,15m,1h)
  --history TIME      past of the market at its start                           (the simulator's, 6h)
  --data-dir DIR      a folder that is empty or not there yet, kept afterwards  (a temporary one)
  --help              this text

Prints one JSON object on standard output: {ticks, candles, gaps, faults, revisions, rate, memoryMb,
latencyMs}. Differences are told on standard error. latencyMs.frameToStored goes from a frame's arrival to the store's answer (one value each write, of its oldest
trade), latencyMs.frameToDashboard from the match at the venue to a client of the dashboard (one value each new price); both
include the faults. Exit code 1 on any missing, extra or wrong tick or candle, on a candle published with two contents under
one epoch and revision, on a gap that is not accounted for, when nothing was expected, when a fault was not carried out, when
a process did not end in order, or when the market traded below 80 % of the rate.

Faults of standalone:
${described(OWN_FAULTS.standalone)}
Faults of services:
${described(OWN_FAULTS.services)}
Faults of the simulator, for both (${SYNONYM_TEXT}):
${FAULT_NAMES.join(', ')}
`;

function described(faults: Readonly<Record<string, string>>): string {
  return Object.entries(faults)
    .map(([name, does]) => `  ${name.padEnd(23)} ${wrapped(does, 92).join(`\n${' '.repeat(26)}`)}`)
    .join('\n');
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1] as string;
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

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
  /** Whether each fault has its turn even where the duration has no room for it. */
  readonly everyFaultOnce: boolean;
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

const USUAL_FAULT_EVERY_MS = 10_000;
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
  const list = values.faults ?? 'all';
  const target = values.target === undefined ? targetOf(list) : targetName(values.target);
  const faults = faultNames(list, target);
  if ('unknown' in faults) {
    const names = [...ownFaults(target), ...FAULT_NAMES].join(', ');
    throw usage(`--faults: ${target} has no '${faults.unknown}'; choose all, none or ${names}.`);
  }
  const lastsMs = durationMs('duration', values.duration ?? '60s');
  const every = values['fault-every'];
  if (values.history !== undefined) durationMs('history', values.history);
  return {
    target,
    durationMs: lastsMs,
    rate: number('rate', values.rate ?? '500', 0.1, 20_000),
    faults,
    faultEveryMs:
      every === undefined
        ? Math.min(USUAL_FAULT_EVERY_MS, Math.ceil(lastsMs / (faults.length + 1)))
        : durationMs('fault-every', every),
    everyFaultOnce: every === undefined,
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
