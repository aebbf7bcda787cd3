import type { VenueHeartbeat, VenueLimits } from '../venue';

/** Published limits; the sources stand in the README. */
export const limits: VenueLimits = {
  // 21,000 characters of topic names a connection; 40 are more than any name and its punctuation need.
  topicsPerConnection: 525,
  topicsPerRequest: 10,
  messages: { count: 10, windowMs: 1_000 },
  connects: { count: 500, windowMs: 300_000 },
  rest: { count: 600, windowMs: 5_000 },
  restUsedHeader: null,
  // 'access too frequent': the address is locked out for ten minutes.
  restWaits: new Map([[403, 600_000]]),
  connectionLifetimeMs: null,
  subscribeWithinMs: null,
  maxFrameBytes: 1_048_576,
};

/** The client must ping every 20 s; two answers missed are a dead connection. */
export const heartbeat: VenueHeartbeat = {
  pingFrame: (requestId) => JSON.stringify({ req_id: String(requestId), op: 'ping' }),
  intervalMs: 20_000,
  silenceLimitMs: 45_000,
  speaksInSilence: true,
};
