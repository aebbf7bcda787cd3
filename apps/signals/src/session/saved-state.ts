import { logNames, type MlSignal, PermanentError } from '@neuraltrade/contracts';
import type { SavedBook } from '../book/signal-book';

/** The form that is written; another one is refused, not guessed. */
const VERSION = 1;

/** Everything that outlives a run. */
export interface SavedState {
  /** What is known of signals. */
  readonly book: SavedBook;
  /** Accepted signals whose delivery is not done, the oldest first. */
  readonly deliveries: readonly MlSignal[];
  /** Up to where the store has been looked through for signals that the queue may have lost, ms UTC; 0 = nowhere yet. */
  readonly lookedUpTo: number;
}

/** Writes a state as it is kept in the log. */
export function encodeState(state: SavedState): string {
  return JSON.stringify({ version: VERSION, ...state });
}

/** Reads a state from the log. @throws PermanentError with a sentence for people when it is of another release, or unreadable. */
export function decodeState(text: string): SavedState {
  const state = parsed(text);
  if (state?.version === VERSION) return state;
  const what = state === null ? 'unreadable' : `of version ${String(state.version).slice(0, 20)}`;
  throw new PermanentError(
    'unknown-schema',
    `The state in the log ${logNames.signalsState} is ${what}; this release reads version ${VERSION}. Run the release that wrote it, ` +
      'or delete the log: signals that were followed or waited for their delivery are then forgotten.',
  );
}

function parsed(text: string): (SavedState & { readonly version: unknown }) | null {
  try {
    const state: unknown = JSON.parse(text);
    return typeof state === 'object' && state !== null ? (state as ReturnType<typeof parsed>) : null;
  } catch {
    return null;
  }
}
