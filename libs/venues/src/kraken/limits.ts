import type { VenueHeartbeat, VenueLimits } from '../venue';

/** The venue publishes few limits; what is observed and what is our own caution stands in the README. */
export const limits: VenueLimits = {
  topicsPerConnection: null,
  topicsPerRequest: 100,
  messages: { count: 5, windowMs: 1_000 },
  connects: { count: 150, windowMs: 600_000 },
  rest: { count: 1, windowMs: 1_000 },
  restUsedHeader: null,
  restWaits: new Map(),
  connectionLifetimeMs: null,
  subscribeWithinMs: null,
  maxFrameBytes: 1_048_576,
};

/** The server's heartbeat comes once a second where nothing else does; our ping's answer tells its clock. */
export const heartbeat: VenueHeartbeat = {
  pingFrame: (requestId) => JSON.stringify({ method: 'ping', req_id: requestId }),
  intervalMs: 30_000,
  silenceLimitMs: 10_000,
  speaksInSilence: true,
};
