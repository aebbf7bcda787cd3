import type { VenueHeartbeat, VenueLimits } from '../venue';

/** Published limits; the sources stand in the README. */
export const limits: VenueLimits = {
  topicsPerConnection: null,
  topicsPerRequest: 300,
  messages: { count: 100, windowMs: 1_000 },
  messagesPerAddress: true,
  connects: { count: 8, windowMs: 1_000 },
  rest: { count: 10, windowMs: 1_000 },
  restUsedHeader: null,
  restWaits: new Map(),
  connectionLifetimeMs: null,
  subscribeWithinMs: 5_000,
  maxFrameBytes: 1_048_576,
};

/** No application ping: the heartbeat channel speaks once a second and product. */
export const heartbeat: VenueHeartbeat = {
  pingFrame: null,
  intervalMs: 15_000,
  silenceLimitMs: 5_000,
  speaksInSilence: true,
};
