import { ExpectedError } from '@neuraltrade/service';
import { venues } from '@neuraltrade/venues';
import { z } from 'zod';
import type { VenueEndpoint } from './simulator-options';

const ANSWER_WITHIN_MS = 5_000;

const addresses = z.object({
  venues: z.record(z.string(), z.object({ webSocketUrl: z.url(), restUrl: z.url() })),
});

/**
 * Asks a simulator that runs as a process of its own where its venues are.
 * @param url address of its control interface.
 * @returns where each venue listens, by name.
 * @throws ExpectedError when it cannot be reached, answers something else, or lacks a venue.
 */
export async function runningSimulator(url: string): Promise<ReadonlyMap<string, VenueEndpoint>> {
  const answer = addresses.safeParse(await askVenues(url));
  if (!answer.success) {
    throw new ExpectedError(
      `SIMULATOR_URL ${url} is no venue simulator: its GET /venues names no addresses.`,
    );
  }
  const missing = venues.find(({ name }) => answer.data.venues[name] === undefined);
  if (missing !== undefined)
    throw new ExpectedError(`The simulator at ${url} does not simulate ${missing.name}.`);
  return new Map(Object.entries(answer.data.venues));
}

async function askVenues(url: string): Promise<unknown> {
  try {
    const response = await fetch(new URL('/venues', url), { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    return await response.json().catch(() => null);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = (cause as NodeJS.ErrnoException).code ?? (cause instanceof Error ? cause.name : 'unknown');
    throw new ExpectedError(
      `The simulator at ${url} cannot be reached (${code}). ` +
        'Start it with npm run simulate, or leave SIMULATOR_URL out to have one started.',
    );
  }
}
