import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ExpectedError } from '@neuraltrade/service';
import { openDuckDbStore, storeDirectory } from '@neuraltrade/storage';
import { allGaps } from './all-gaps';
import type { History } from './history';
import { replayStored } from './replay-stored';
import { readStoredCandles } from './stored-candles';

const FILE = 'market.duckdb';

/**
 * The history in the embedded store of a pipeline that does not run now.
 * @param path the data directory of `npm start`, or the folder of a store itself.
 * @param live whether the live data of a data directory is meant, else the simulated.
 * @throws ExpectedError when there is no store, or another process has it open.
 */
export async function openStoreHistory(path: string, live: boolean): Promise<History> {
  const mode = live ? 'live' : 'simulated';
  const ofMode = join(storeDirectory(path, mode), 'store');
  const own = existsSync(join(path, FILE));
  const directory = own ? path : ofMode;
  if (!existsSync(join(directory, FILE)))
    throw new ExpectedError(
      `There is no store of ${mode} data in ${path}: name the data directory of npm start, or the folder that holds ${FILE}, with --data.`,
    );
  const store = await openDuckDbStore({ directory });
  const title = `The store in ${directory}`;
  return {
    market: own ? marketOf(path) : mode,
    replay: (plan, onProgress) =>
      replayStored(
        { ticks: store, title, gaps: (symbol, from, to) => allGaps(store, symbol, from, to) },
        plan,
        onProgress,
      ),
    candles: (plan, onProgress) => readStoredCandles(store, title, plan, onProgress),
    close: () => store.close(),
  };
}

/** A store's folder lies in that of its mode. */
function marketOf(path: string): History['market'] {
  const parts = path.split(/[\\/]/);
  const found = (['live', 'simulated'] as const).filter((mode) => parts.includes(mode));
  return found.length === 1 ? (found[0] as 'live' | 'simulated') : 'unknown';
}
