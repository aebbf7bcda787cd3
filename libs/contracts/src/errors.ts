/** A failure that trying again later can cure: a refused publish, an unreachable peer, a full queue. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError';
}

/** A failure that no repetition cures: a malformed message, an unknown schema version, an unlisted symbol. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';

  /**
   * @param reason a code from a closed set, fit for a metric label and for the routing key of a parked message.
   * @param message a sentence that names the fault and the place.
   */
  constructor(
    readonly reason: ParkReason,
    message: string,
  ) {
    super(message);
  }
}

/** Every reason for which a message or a record is set aside; the routing key on the parking exchange. */
export const PARK_REASONS = [
  'malformed',
  'unknown-schema',
  'unknown-kind',
  'invalid-number',
  'future-timestamp',
  'ancient-timestamp',
  'wrong-partition',
  'invalid-output',
  'too-many-symbols',
  'store-refused',
  'out-of-retention',
  'delivery-limit',
  'webhook-refused',
  'webhook-overflow',
] as const;

/** One of {@link PARK_REASONS}. */
export type ParkReason = (typeof PARK_REASONS)[number];
