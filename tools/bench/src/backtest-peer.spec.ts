import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PeerTask, runPeer } from './backtest-peer';
import { walkingCandles } from './walk-market';

describe('the peer of the backtest suite', () => {
  let directory: string;
  const run = (python: string): ReturnType<typeof runPeer> => {
    const task: Omit<PeerTask, 'python'> = {
      ...{ directory, candles: walkingCandles(3), spans: { fast: 1, slow: 2 } },
      ...{ cash: 1_000, fee: 0, runs: 1 },
    };
    return runPeer({ ...task, python });
  };
  const stubbed = (script: string): string => {
    const file = join(directory, 'python');
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'neuraltrade-peer-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('that cannot be run is named in a sentence', () => {
    const python = join(directory, 'nowhere');
    expect(run(python)).toBe(`There is no ${python} that can be run (ENOENT): name a Python with --python.`);
  });

  it('that lacks its package says so in its last line', () => {
    expect(run(stubbed('echo a warning >&2; echo it has no package backtesting >&2; exit 1'))).toBe(
      'it has no package backtesting',
    );
  });

  it('is given the candles as a table and told the rest', () => {
    const python = stubbed(`printf '{"package":"%s"}' "$(head -c 30 "$2") $3 $4 $5 $6 $7"`);
    expect(run(python)).toEqual({ package: 'time,Open,High,Low,Close,Volum 1 2 1000 0 1' });
  });
});
