import type { SymbolSnapshot } from './symbol-state';

/** Version of the exported state; another one is refused, not guessed. */
export const STATE_VERSION = 1;

/** The whole state of a partition's processing. */
export interface ProcessingState {
  /** {@link STATE_VERSION} when it was written. */
  readonly version: number;
  /** What the newest trades said; null when there was none. */
  readonly digests: string | null;
  /** One entry a venue. */
  readonly venues: readonly {
    /** The venue's name. */
    readonly exchange: string;
    /** Our clock less the venue's, ms. */
    readonly offsetMs: number;
    /** One entry a symbol. */
    readonly symbols: readonly SymbolSnapshot[];
  }[];
}

/** Reads an exported state. @throws Error with a sentence when it is no such state or of another version. */
export function readState(text: string): ProcessingState {
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch {
    throw new Error('The state of the processing is not JSON.');
  }
  const version = typeof state === 'object' && state !== null ? (state as ProcessingState).version : null;
  if (version !== STATE_VERSION) {
    throw new Error(
      `The state of the processing has version ${String(version)}; this release reads version ${STATE_VERSION} only.`,
    );
  }
  return state as ProcessingState;
}
