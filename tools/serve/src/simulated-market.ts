import { type Env, ExpectedError } from '@neuraltrade/service';
import type { ServedCommand } from './served-process';
import type { Supervisor } from './supervisor';

/** How far back the first connection to a simulated market reaches, ms: its whole past. */
const SIMULATED_PAST_MS = 21_600_000;

interface Announcement {
  readonly venues: Readonly<Record<string, { readonly webSocketUrl: string; readonly restUrl: string }>>;
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
  const market: Record<string, string> = {
    MODE: 'simulated',
    BACKFILL_MS: command.env['BACKFILL_MS'] || String(SIMULATED_PAST_MS),
  };
  for (const [venue, { webSocketUrl, restUrl }] of Object.entries(first.venues)) {
    market[`${venue.toUpperCase()}_WS_URL`] = webSocketUrl;
    market[`${venue.toUpperCase()}_REST_URL`] = restUrl;
  }
  return market;
}
