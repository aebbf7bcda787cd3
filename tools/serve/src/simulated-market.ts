import { type Env, ExpectedError } from '@neuraltrade/service';
import { addressEnv, DEFAULT_HISTORY_MS, type VenueEndpoint } from '@neuraltrade/venue-simulator';
import type { ServedCommand } from './served-process';
import type { Supervisor } from './supervisor';

interface Announcement {
  readonly venues: Readonly<Record<string, VenueEndpoint>>;
}

/**
 * Starts the simulator and waits for its addresses.
 * @returns the variables that point the services at it.
 * @throws ExpectedError when it ends before it has told them.
 */
export async function simulatedMarket(supervisor: Supervisor, command: ServedCommand): Promise<Env> {
  let announced: (announcement: Announcement) => void = () => undefined;
  const announcement = new Promise<Announcement>((resolve) => (announced = resolve));
  let told = false;
  const served = supervisor.start(command, (line) => {
    if (told || !line.startsWith('{"control"')) return false;
    told = true;
    announced(JSON.parse(line) as Announcement);
    return true;
  });
  const first = await Promise.race([announcement, served.ended]);
  if (!('venues' in first))
    throw new ExpectedError('Nothing was started: the simulator has ended, see above.');
  return {
    MODE: 'simulated',
    BACKFILL_MS: command.env['BACKFILL_MS'] || String(DEFAULT_HISTORY_MS),
    ...addressEnv(Object.entries(first.venues)),
  };
}
