/** A stretch of batches of one source that did not come. */
export interface MissingBatches {
  /** The run of an adapter that numbered them. */
  readonly source: string;
  /** The first of them. */
  readonly from: number;
  /** The last of them. */
  readonly to: number;
}

/** {@link InputLedger} as data, the source that was heard last at the end. */
export type InputLedgerState = readonly (readonly [
  source: string,
  last: number,
  missing: readonly (readonly [from: number, to: number])[],
])[];

interface Source {
  last: number;
  missing: [from: number, to: number][];
}

/** Sources kept at most. Each start of an adapter is a new one, and one that runs is heard every second. */
export const MAX_SOURCES = 64;
/** Stretches kept at most of one source; beyond, the two oldest count as one with all between them. */
const MAX_STRETCHES = 16;

/**
 * Which batches of each source have come. A source numbers its batches of a partition 1, 2, 3 ... and has one under way, so
 * that a number left out is a batch that was acknowledged and is not in this state, or that the broker has lost.
 */
export class InputLedger {
  readonly #sources = new Map<string, Source>();
  #trusting: boolean;

  /**
   * @param state what {@link export} gave; null = what came before is not known, so that a source may begin with any number.
   */
  constructor(state: InputLedgerState | null) {
    this.#trusting = state === null;
    for (const [source, last, missing] of state ?? [])
      this.#sources.set(source, { last, missing: missing.map(([from, to]) => [from, to]) });
  }

  /** Takes note of a batch. @returns the batches in front of it that did not come; null for none, and for one that came before. */
  note(source: string, batch: number): MissingBatches | null {
    const known = this.#sources.get(source);
    if (known === undefined) {
      this.#remember(source, { last: batch, missing: [] });
      return this.#trusting ? null : this.#miss(source, 1, batch - 1);
    }
    // The one heard last stands at the end.
    this.#remember(source, known);
    const { last } = known;
    if (batch <= last) {
      known.missing = known.missing.flatMap((stretch) => without(stretch, batch));
      return null;
    }
    known.last = batch;
    return this.#miss(source, last + 1, batch - 1);
  }

  /** Whether one of these batches has still not come. */
  isMissing({ source, from, to }: MissingBatches): boolean {
    const missing = this.#sources.get(source)?.missing ?? [[from, to] as const];
    return missing.some(([first, last]) => first <= to && last >= from);
  }

  /** The ledger as data. */
  export(): InputLedgerState {
    return Array.from(this.#sources, ([source, { last, missing }]) => [source, last, missing]);
  }

  #remember(source: string, known: Source): void {
    this.#sources.delete(source);
    this.#sources.set(source, known);
    if (this.#sources.size <= MAX_SOURCES) return;
    const [oldest] = this.#sources.keys();
    if (oldest !== undefined) this.#sources.delete(oldest);
  }

  #miss(source: string, from: number, to: number): MissingBatches | null {
    if (to < from) return null;
    const missing = this.#sources.get(source)?.missing ?? [];
    missing.push([from, to]);
    if (missing.length > MAX_STRETCHES) {
      const [oldest, next] = missing as [[number, number], [number, number]];
      missing.splice(0, 2, [oldest[0], next[1]]);
    }
    return { source, from, to };
  }
}

function without([from, to]: readonly [number, number], batch: number): [number, number][] {
  if (batch < from || batch > to) return [[from, to]];
  const rest: [number, number][] = [
    [from, batch - 1],
    [batch + 1, to],
  ];
  return rest.filter(([first, last]) => first <= last);
}
