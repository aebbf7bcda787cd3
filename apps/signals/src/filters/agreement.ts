import type { MlSignal } from '@neuraltrade/contracts';

/** The newest word of one model on one venue about one symbol and timeframe. */
interface Vote {
  /** What it said. */
  readonly signalType: MlSignal['signalType'];
  /** The signal's timestamp, ms UTC. */
  readonly timestamp: number;
  /** Whether the signal passes the rules that look at it alone. */
  readonly counts: boolean;
}

/** A vote as it is saved: symbol, timeframe and model, then venue, then the vote. */
export type SavedVote = readonly [group: string, exchange: string, vote: Vote];

/** Most (symbol, timeframe, model) that are remembered; beyond, the one that was heard of first is forgotten. */
const MAX_GROUPS = 5_000;

/**
 * On how many venues a model says the same about a symbol and timeframe. The newest signal of each venue is its vote: a later
 * one takes its place, whatever it says, so that a venue that has changed its mind supports nobody.
 */
export class Agreement {
  readonly #votes = new Map<string, Map<string, Vote>>();

  /** @param saved what another one has exported. */
  constructor(saved: readonly SavedVote[] = []) {
    for (const [group, exchange, vote] of saved) this.#venuesOf(group).set(exchange, vote);
  }

  /** Takes a signal's vote. @param counts whether it passes the rules that look at it alone. */
  vote(signal: MlSignal, counts: boolean): void {
    const { exchange, signalType, timestamp } = signal;
    const venues = this.#venuesOf(groupOf(signal));
    const known = venues.get(exchange);
    if (known === undefined || known.timestamp <= timestamp)
      venues.set(exchange, { signalType, timestamp, counts });
  }

  /** How many venues say the same as this signal within so many ms of its timestamp; its own is one of them. */
  venuesFor(signal: MlSignal, withinMs: number): number {
    let others = 0;
    for (const [exchange, { signalType, timestamp, counts }] of this.#votes.get(groupOf(signal)) ?? []) {
      const agrees =
        counts &&
        signalType === signal.signalType &&
        Math.abs(timestamp - signal.timestamp) <= withinMs &&
        exchange !== signal.exchange;
      if (agrees) others += 1;
    }
    return others + 1;
  }

  /** Every vote that can still count for a signal at or after an instant, ms UTC; the others are forgotten. */
  export(since: number): SavedVote[] {
    const saved: SavedVote[] = [];
    for (const [group, venues] of this.#votes) {
      for (const [exchange, vote] of venues) {
        if (vote.timestamp < since) venues.delete(exchange);
        else saved.push([group, exchange, vote]);
      }
      if (venues.size === 0) this.#votes.delete(group);
    }
    return saved;
  }

  #venuesOf(group: string): Map<string, Vote> {
    let venues = this.#votes.get(group);
    if (venues === undefined) {
      venues = new Map();
      this.#votes.set(group, venues);
      const [oldest] = this.#votes.keys();
      if (this.#votes.size > MAX_GROUPS && oldest !== undefined) this.#votes.delete(oldest);
    }
    return venues;
  }
}

/** The model version, which may hold any character, stands last. */
function groupOf({ symbol, timeframe, modelVersion }: MlSignal): string {
  return `${symbol}:${timeframe}:${modelVersion}`;
}
