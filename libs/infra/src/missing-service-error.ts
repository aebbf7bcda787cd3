/** A server that was asked for is neither running in a container engine nor installed; the message says how to get it. */
export class MissingServiceError extends Error {
  override readonly name = 'MissingServiceError';
}
