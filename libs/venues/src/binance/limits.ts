import type { VenueHeartbeat, VenueLimits } from '../venue';

/** Published limits; the sources stand in the README. */
export const limits: VenueLimits = {
  topicsPerConnection: 1024,
  topicsPerRequest: 200,
  messages: { count: 5, windowMs: 1_000 },
  connects: { count: 300, windowMs: 300_000 },
  rest: { count: 6_000, windowMs: 60_000 },
  restUsedHeader: 'x-mbx-used-weight-1m',
  // A ban lasts two minutes at least; its answer names the end.
  restWaits: new Map([[418, 120_000]]),
  connectionLifetimeMs: 24 * 3_600_000,
  subscribeWithinMs: null,
  maxFrameBytes: 1_048_576,
};

/** No application ping: the server pings every 20 s and wants its pong within 60 s. No frame comes where nothing moves. */
export const heartbeat: VenueHeartbeat = {
  pingFrame: null,
  intervalMs: 20_000,
  silenceLimitMs: 60_000,
  speaksInSilence: false,
};
