import type { VenueEndpoint } from './simulator-options';

/** The environment variables that point adapters at simulated venues. @param endpoints where each venue listens, by name. */
export function addressEnv(
  endpoints: Iterable<readonly [venue: string, endpoint: VenueEndpoint]>,
): Record<string, string> {
  return Object.fromEntries(
    [...endpoints].flatMap(([venue, { webSocketUrl, restUrl }]) => [
      [`${venue.toUpperCase()}_WS_URL`, webSocketUrl],
      [`${venue.toUpperCase()}_REST_URL`, restUrl],
    ]),
  );
}
