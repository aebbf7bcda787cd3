import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** Where the market comes from. */
export type Source =
  /** The built-in venue simulator. */
  | { readonly mode: 'simulated' }
  /** The real venues. */
  | { readonly mode: 'live' }
  /** Recorded frames; absolute paths. */
  | { readonly mode: 'replay'; readonly files: readonly string[] };

/** Where everything that comes in to the adapters is recorded. */
export interface RecordTarget {
  /** The capture; an absolute path. */
  readonly file: string;
  /** Whether it may exist already. */
  readonly append: boolean;
}

/** The command line of `npm start` and `npm run record`, as texts; values are checked together with the environment. */
export interface StandaloneArguments {
  /** Where the market comes from. */
  readonly source: Source;
  /** Where it is recorded; null = nowhere. */
  readonly record: RecordTarget | null;
  /** Flags that stand for a configuration key, by that key ('PORT': '9090'). */
  readonly settings: Readonly<Record<string, string>>;
  /** The help text, when only that is wanted; else null. */
  readonly help: string | null;
}

/** The first argument that makes a recording of a run. */
const RECORD = 'record';

const FLAG_KEYS = {
  symbols: 'SYMBOLS',
  port: 'PORT',
  'data-dir': 'DATA_DIR',
  rate: 'RATE',
  speed: 'SPEED',
  seed: 'SEED',
  duration: 'DURATION',
} as const;

/** Flags that only one kind of market knows. */
const EFFECTIVE_IN: Readonly<Record<string, Source['mode']>> = {
  rate: 'simulated',
  seed: 'simulated',
  speed: 'replay',
};

const FLAGS = `  --symbols LIST        comma-separated BASE/QUOTE, default BTC/USDT,ETH/USDT,SOL/USDT,BTC/USD,ETH/USD
  --port N              dashboard, API, health and metrics, default 8080; 0 = any free port
  --data-dir DIR        where ticks, candles and state are kept, default data
  --rate N              simulated trades a second over all venues and symbols, default 100
  --seed N              seed of the simulated market, default 1
  --duration TIME       end by itself after e.g. 30s, 10m, 1h
  --record-parquet      ticks are also written to Parquet files, below the data directory
  --help                this text
Everything else is set by the environment: see docs/config.md.
`;
const HELP = `npm start -- [flags]: the whole pipeline in one process, with a dashboard.

Where the market comes from (default: four simulated venues, shown as SIMULATED):
  --live                the real venues over the internet
  --replay FILE...      recordings, one JSON line each; shown as REPLAY
  --speed N             replay at N times the recorded pace, default as fast as it can be processed

Flags:
${FLAGS}`;
const RECORD_HELP = `npm run record -- --out FILE [flags]: npm start, and everything that comes in is recorded for --replay.

  --out FILE            the capture to write
  --append              it may exist: the recording goes behind what it holds
  --live                the real venues over the internet (default: four simulated venues)

Flags:
${FLAGS}`;

/**
 * Reads the command line.
 * @param argv the arguments after the program.
 * @param workingDirectory what relative paths are relative to.
 * @throws Error with a plain sentence when a flag is unknown or contradicts another.
 */
export function parseArguments(argv: readonly string[], workingDirectory: string): StandaloneArguments {
  const recording = argv[0] === RECORD;
  const { values, positionals, tokens } = parseArgs({
    args: argv.slice(recording ? 1 : 0),
    allowPositionals: true,
    tokens: true,
    options: {
      help: { type: 'boolean' },
      live: { type: 'boolean' },
      out: { type: 'string' },
      append: { type: 'boolean' },
      replay: { type: 'string', multiple: true },
      symbols: { type: 'string' },
      port: { type: 'string' },
      'data-dir': { type: 'string' },
      rate: { type: 'string' },
      speed: { type: 'string' },
      seed: { type: 'string' },
      duration: { type: 'string' },
      'record-parquet': { type: 'boolean' },
    },
  });
  const given = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
  const repeated = given.find((name, index) => name !== 'replay' && given.indexOf(name) !== index);
  if (repeated !== undefined) throw new Error(`--${repeated} is given twice: once is enough.`);
  const source = sourceOf(values.live, values.replay, positionals, workingDirectory);
  const idle = given.find((name) => (EFFECTIVE_IN[name] ?? source.mode) !== source.mode);
  if (idle !== undefined) {
    throw new Error(
      `--${idle} has no effect on a ${source.mode} market: it belongs to a ${EFFECTIVE_IN[idle] ?? ''} one.`,
    );
  }
  const inParquet = values['record-parquet'] === true;
  if (inParquet && source.mode === 'replay')
    throw new Error('--record-parquet has no effect on a replay market: its ticks are a recording already.');
  const help = values.help !== true ? null : recording ? RECORD_HELP : HELP;
  const record = help !== null ? null : recordTarget(recording, values, source, workingDirectory);
  const settings: Record<string, string> = inParquet ? { RECORD_PARQUET: 'true' } : {};
  for (const [flag, key] of Object.entries(FLAG_KEYS)) {
    const value = values[flag as keyof typeof FLAG_KEYS];
    if (value === '') throw new Error(`--${flag} is given without a value.`);
    if (value !== undefined) settings[key] = flag === 'data-dir' ? resolve(workingDirectory, value) : value;
  }
  return { source, record, settings, help };
}

/** A fault of a setting in the words of the person who gave it: by its flag where it came from one. */
export function nameByFlag(fault: string, settings: Readonly<Record<string, string>>): string {
  for (const [flag, key] of Object.entries(FLAG_KEYS)) {
    if (key in settings && fault.startsWith(`${key} `)) return `--${flag}${fault.slice(key.length)}`;
  }
  return fault;
}

function recordTarget(
  recording: boolean,
  { out, append }: { readonly out?: string | undefined; readonly append?: boolean | undefined },
  source: Source,
  workingDirectory: string,
): RecordTarget | null {
  if (!recording) {
    const given = out !== undefined ? '--out' : append === true ? '--append' : null;
    if (given !== null) throw new Error(`${given} belongs to a recording: npm run record -- --out FILE.`);
    return null;
  }
  if (source.mode === 'replay') throw new Error('A replay cannot be recorded: it is a recording already.');
  if (out === undefined || out === '')
    throw new Error('--out FILE is missing: it names the capture to write.');
  return { file: resolve(workingDirectory, out), append: append === true };
}

function sourceOf(
  live: boolean | undefined,
  replay: readonly string[] | undefined,
  positionals: readonly string[],
  workingDirectory: string,
): Source {
  if (replay === undefined && positionals.length > 0) {
    throw new Error(
      `'${positionals[0]}' is no flag. Recorded files follow --replay; --help lists the flags.`,
    );
  }
  if (replay === undefined) return { mode: live === true ? 'live' : 'simulated' };
  if (live === true) throw new Error('--live and --replay exclude each other: choose one.');
  return {
    mode: 'replay',
    files: [...replay, ...positionals].map((file) => resolve(workingDirectory, file)),
  };
}
