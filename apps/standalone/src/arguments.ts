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

/** The command line of `npm start`, as texts; values are checked together with the environment. */
export interface StandaloneArguments {
  /** Where the market comes from. */
  readonly source: Source;
  /** Flags that stand for a configuration key, by that key ('PORT': '9090'). */
  readonly settings: Readonly<Record<string, string>>;
  /** Whether only the help text is wanted. */
  readonly help: boolean;
}

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

/** What `npm start -- --help` prints. */
export const HELP = `npm start -- [flags]: the whole pipeline in one process, with a dashboard.

Where the market comes from (default: four simulated venues, shown as SIMULATED):
  --live                the real venues over the internet
  --replay FILE...      recorded frames, one JSON line each; shown as REPLAY

Flags:
  --symbols LIST        comma-separated BASE/QUOTE, default BTC/USDT,ETH/USDT,SOL/USDT,BTC/USD,ETH/USD
  --port N              dashboard, API, health and metrics, default 8080; 0 = any free port
  --data-dir DIR        where ticks, candles and state are kept, default data
  --rate N              simulated trades a second over all venues and symbols, default 100
  --seed N              seed of the simulated market, default 1
  --speed N             replay at N times the recorded pace, default as fast as it can be processed
  --duration TIME       end by itself after e.g. 30s, 10m, 1h
  --help                this text
Everything else is set by the environment: see docs/config.md.
`;

/**
 * Reads the command line.
 * @param argv the arguments after the program.
 * @param workingDirectory what relative paths are relative to.
 * @throws Error with a plain sentence when a flag is unknown or contradicts another.
 */
export function parseArguments(argv: readonly string[], workingDirectory: string): StandaloneArguments {
  const { values, positionals, tokens } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    tokens: true,
    options: {
      help: { type: 'boolean' },
      live: { type: 'boolean' },
      replay: { type: 'string', multiple: true },
      symbols: { type: 'string' },
      port: { type: 'string' },
      'data-dir': { type: 'string' },
      rate: { type: 'string' },
      speed: { type: 'string' },
      seed: { type: 'string' },
      duration: { type: 'string' },
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
  const settings: Record<string, string> = {};
  for (const [flag, key] of Object.entries(FLAG_KEYS)) {
    const value = values[flag as keyof typeof FLAG_KEYS];
    if (value === '') throw new Error(`--${flag} is given without a value.`);
    if (value !== undefined) settings[key] = flag === 'data-dir' ? resolve(workingDirectory, value) : value;
  }
  return { source, settings, help: values.help === true };
}

/** A fault of a setting in the words of the person who gave it: by its flag where it came from one. */
export function nameByFlag(fault: string, settings: Readonly<Record<string, string>>): string {
  for (const [flag, key] of Object.entries(FLAG_KEYS)) {
    if (key in settings && fault.startsWith(`${key} `)) return `--${flag}${fault.slice(key.length)}`;
  }
  return fault;
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
