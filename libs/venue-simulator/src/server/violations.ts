/** A limit of a venue that a client did not keep to. */
export type ViolationKind =
  | 'connect-rate'
  | 'message-rate'
  | 'message-size'
  | 'request-size'
  | 'too-many-streams'
  | 'no-subscription'
  | 'pong-timeout'
  | 'idle'
  | 'rest-rate'
  | 'rest-banned'
  | 'ignored-retry-after';

/** How often clients of one venue broke one limit. */
export interface ViolationCount {
  /** The venue's name. */
  readonly exchange: string;
  /** The limit. */
  readonly kind: ViolationKind;
  /** How often since the start, > 0. */
  readonly count: number;
}

/** Counts broken limits of one venue. */
export class ViolationTally {
  readonly #counts = new Map<ViolationKind, number>();

  /** Counts one. */
  readonly note = (kind: ViolationKind): void => {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  };

  /** The limits that were broken. */
  list(exchange: string): ViolationCount[] {
    return [...this.#counts].map(([kind, count]) => ({ exchange, kind, count }));
  }
}
