import { FAULT_KINDS } from './fault-kinds';
import type { FaultKind } from './fault-kinds';

/** Where faults can be carried out. */
export interface FaultTarget {
  /** The venue's name. */
  readonly exchange: string;
  /** The symbols that it trades, BASE/QUOTE. */
  readonly symbols: readonly string[];
  /** The faults that it knows. */
  readonly faults: readonly FaultKind[];
}

/** One place for one fault. */
export interface FaultPlace {
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE; absent for a fault of the whole venue. */
  readonly symbol?: string;
}

/** Every place where a fault of this kind can be carried out, narrowed to what is already known of it. */
export function placesOf(
  fault: FaultKind,
  targets: readonly FaultTarget[],
  known: Partial<FaultPlace> = {},
): FaultPlace[] {
  const fitting = targets.filter(
    ({ exchange, faults }) =>
      faults.includes(fault) && (known.exchange === undefined || known.exchange === exchange),
  );
  if (FAULT_KINDS[fault].befalls === 'venue') return fitting.map(({ exchange }) => ({ exchange }));
  return fitting.flatMap(({ exchange, symbols }) =>
    symbols
      .filter((symbol) => known.symbol === undefined || known.symbol === symbol)
      .map((symbol) => ({ exchange, symbol })),
  );
}

/** Chooses places so that faults spread evenly over venues, then over a venue's symbols. */
export class PlaceChooser {
  readonly #hits = new Map<string, number>();

  /** Of the places the one that has had fewest faults; undefined when there is none. @param draw in [0, 1), decides a tie. */
  choose(places: readonly FaultPlace[], draw: number): FaultPlace | undefined {
    const least = (candidates: readonly FaultPlace[], count: (place: FaultPlace) => number): FaultPlace[] => {
      const fewest = Math.min(...candidates.map(count));
      return candidates.filter((place) => count(place) === fewest);
    };
    const venues = least(places, ({ exchange }) => this.#hits.get(exchange) ?? 0);
    const best = least(venues, (place) => this.#hits.get(streamOf(place)) ?? 0);
    return best[Math.floor(draw * best.length)];
  }

  /** Counts a fault at a place. */
  note(place: FaultPlace): void {
    const names = new Set([place.exchange, streamOf(place)]);
    for (const name of names) this.#hits.set(name, (this.#hits.get(name) ?? 0) + 1);
  }
}

/** Whether two faults at these places would befall the same stream. */
export function overlaps(one: FaultPlace, other: FaultPlace): boolean {
  if (one.exchange !== other.exchange) return false;
  return one.symbol === undefined || other.symbol === undefined || one.symbol === other.symbol;
}

function streamOf({ exchange, symbol }: FaultPlace): string {
  return symbol === undefined ? exchange : `${exchange} ${symbol}`;
}
