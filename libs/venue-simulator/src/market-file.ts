import { readFile, rename, writeFile } from 'node:fs/promises';
import { parseSavedMarket } from './market/saved-market';
import type { SavedMarket } from './market/saved-market';
import type { VenueSimulator } from './simulator-options';

const SAVE_INTERVAL_MS = 1_000;

/** A market that is written to its file again and again. */
export interface KeptMarket {
  /** Ends the writing with the market as it stands. The simulator must have stopped before. @throws Error of the file system. */
  stop(): Promise<void>;
}

/**
 * The market that is saved in a file; null when there is no such file.
 * @throws Error with a plain sentence when it cannot be read.
 */
export async function readMarketFile(file: string): Promise<SavedMarket | null> {
  try {
    return parseSavedMarket(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/**
 * Writes the simulator's market to a file now and once a second, so that a later start goes on with it.
 * @param onFault is told when a later write fails; the next one is tried all the same.
 * @throws Error of the file system when the first write fails.
 */
export async function keepMarketFile(
  simulator: VenueSimulator,
  file: string,
  onFault: (error: unknown) => void,
): Promise<KeptMarket> {
  // Written beside and renamed, so that a kill at any instant leaves a whole file.
  const save = async (clean: boolean): Promise<void> => {
    await writeFile(`${file}.new`, JSON.stringify(simulator.save({ clean })));
    await rename(`${file}.new`, file);
  };
  // From now on the saved market is one that was not stopped in order, also if a kill comes before the first interval.
  await save(false);
  let saving = Promise.resolve();
  const timer = setInterval(() => {
    saving = saving.then(() => save(false)).catch(onFault);
  }, SAVE_INTERVAL_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await saving;
      await save(true);
    },
  };
}
