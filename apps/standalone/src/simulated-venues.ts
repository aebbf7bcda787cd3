import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, type Env, ExpectedError, type ServiceContext } from '@neuraltrade/service';
import {
  addressEnv,
  keepMarketFile,
  readMarketFile,
  runningSimulator,
  startVenueSimulator,
} from '@neuraltrade/venue-simulator';
import { venues } from '@neuraltrade/venues';
import type { StandaloneConfig } from './config';

const MARKET_FILE = 'market.json';

/**
 * Finds the running simulator that SIMULATOR_URL names; without one starts the simulated venues, continuing the market
 * that is saved in the directory.
 * @returns the environment variables that point the adapters at them.
 * @throws ExpectedError when the simulator cannot be reached or a saved market cannot be read.
 */
export async function simulatedVenues(
  { config, log, onStop }: ServiceContext<StandaloneConfig>,
  directory: string,
): Promise<Env> {
  if (config.SIMULATOR_URL !== undefined) return addressEnv(await runningSimulator(config.SIMULATOR_URL));
  await mkdir(directory, { recursive: true });
  const file = join(directory, MARKET_FILE);
  const savedMarket = await readMarketFile(file).catch((error: unknown) => {
    throw new ExpectedError(error instanceof Error ? error.message : String(error));
  });
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
  const kept = await keepMarketFile(simulator, file, (error) => {
    log.warn({ file, err: error }, 'The simulated market could not be saved.');
  });
  onStop('simulated venues', async () => {
    await simulator.stop();
    await kept.stop();
  });
  return addressEnv(simulator.endpoints);
}
