import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Candle } from '@neuraltrade/contracts';

/** A trade: where it was opened and closed (position of the candle), how much, and the two prices. */
export type PeerTrade = readonly [opened: number, closed: number, size: number, entry: number, exit: number];

/** What the peer did. */
export interface PeerRun {
  /** Name and version of the package. */
  readonly package: string;
  /** How long each run took, seconds. */
  readonly seconds: readonly number[];
  /** Cash and positions at the last close. */
  readonly finalEquity: number;
  /** The trades that were closed, in their order. */
  readonly trades: readonly PeerTrade[];
}

/** What the peer is told. */
export interface PeerTask {
  /** The Python that has the package. */
  readonly python: string;
  /** A folder that it may be given a file in. */
  readonly directory: string;
  /** The candles. */
  readonly candles: readonly Candle[];
  /** Spans of the averages, candles. */
  readonly spans: { readonly fast: number; readonly slow: number };
  /** Cash at the start. */
  readonly cash: number;
  /** Fee, a fraction of each amount. */
  readonly fee: number;
  /** How often it runs. */
  readonly runs: number;
}

/** Runs the peer on the candles; a sentence that says what is missing when it cannot. */
export function runPeer(task: PeerTask): PeerRun | string {
  const { python, directory, candles, spans, cash, fee, runs } = task;
  const file = join(directory, 'candles.csv');
  const lines = candles.map(({ timestamp, open, high, low, close, volume }) =>
    [timestamp, open, high, low, close, volume].join(','),
  );
  writeFileSync(file, ['time,Open,High,Low,Close,Volume', ...lines].join('\n'));
  const script = join(__dirname, 'peer/backtesting_peer.py');
  const args = [script, file, spans.fast, spans.slow, cash, fee, runs].map(String);
  const { error, status, stdout, stderr } = spawnSync(python, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (error !== undefined)
    return `There is no ${python} that can be run (${(error as NodeJS.ErrnoException).code ?? error.message}): name a Python with --python.`;
  if (status === 0) return JSON.parse(stdout) as PeerRun;
  return stderr.trim().split('\n').at(-1) ?? '';
}
