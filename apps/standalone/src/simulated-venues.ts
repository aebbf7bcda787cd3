import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, type Env, ExpectedError, type ServiceContext } from '@neuraltrade/service';
import { parseSavedMarket, type SavedMarket, startVenueSimulator } from '@neuraltrade/venue-simulator';
import { venues } from '@neuraltrade/venues';
import type { StandaloneConfig } from './config';

const SAVE_INTERVAL_MS = 1_000;
const MARKET_FILE = 'market.json';

/**
 * Starts the simulated venues, continuing the market that is saved in the directory.
 * @returns the environment variables that point the adapters at them.
 * @throws ExpectedError when a saved market cannot be read.
 */
export async function simulatedVenues(
  { config, log, onStop }: ServiceContext<StandaloneConfig>,
  directory: string,
): Promise<Env> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, MARKET_FILE);
  const savedMarket = await readMarket(file);
  const symbols = [...new Set(venues.flatMap((venue) => config.adapter(venue).symbols))];
  const simulator = await startVenueSimulator({
    seed: config.SEED,
    tradesPerSecond: config.RATE,
    symbols,
    savedMarket,
  }).catch((error: unknown) => {
    // What it refuses are symbols, rate, seed or a market from the future: all of them settings.
    throw new ConfigError([error instanceof Error ? error.message : String(error)]);
  });
  // Written beside and renamed, so that a kill at any instant leaves a whole file.
  const save = async (clean: boolean): Promise<void> => {
    await writeFile(`${file}.new`, JSON.stringify(simulator.save({ clean })));
    await rename(`${file}.new`, file);
  };
  // From now on the saved market is one that was not stopped in order, also if a kill comes before the first interval.
  await save(false);
  let saving = Promise.resolve();
  const timer = setInterval(() => {
    saving = saving
      .then(() => save(false))
      .catch((error: unknown) => {
        log.warn({ file, err: error }, 'The simulated market could not be saved.');
      });
  }, SAVE_INTERVAL_MS);
  onStop('simulated venues', async () => {
    clearInterval(timer);
    await simulator.stop();
    await saving;
    await save(true);
  });
  return Object.fromEntries(
    [...simulator.endpoints].flatMap(([venue, { webSocketUrl, restUrl }]) => [
      [`${venue.toUpperCase()}_WS_URL`, webSocketUrl],
      [`${venue.toUpperCase()}_REST_URL`, restUrl],
    ]),
  );
}

async function readMarket(file: string): Promise<SavedMarket | null> {
  try {
    return parseSavedMarket(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    const fault = error instanceof Error ? error.message : String(error);
    throw new ExpectedError(`${file}: ${fault}`);
  }
}
