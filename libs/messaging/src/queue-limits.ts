/** How long an optional queue lives without a consumer, ms. */
export const OPTIONAL_QUEUE_EXPIRES_MS = 1_800_000;

/**
 * Returns after which a core queue parks a message and an optional one drops it, a net only: whoever consumes judges poison. A count tells nothing about
 * guilt, since it rises for everything that a dying consumer held.
 */
export const DELIVERY_LIMIT = 1_000_000;

/** Largest body of a log record, bytes: what a current broker takes. */
export const MAX_LOG_RECORD_BYTES = 16_777_216;
