import {
  gapSchema,
  isGap,
  isClock,
  type Gap,
  type RawRecord,
  type RawTick,
  compareTradeIds,
} from '@neuraltrade/contracts';
import { z } from 'zod';
import type { TradePlace } from './open-gap';

/** Up to where one symbol's trades have been published. */
export interface SymbolState {
  /** Id of the newest confirmed trade; null when there was none. */
  readonly lastTradeId: string | null;
  /** Venue time of that trade, ms UTC; null when there was none. */
  readonly lastTimestamp: number | null;
  /** The gaps that were open, oldest first. */
  readonly openGaps: readonly Gap[];
  /** By gap id: the trade up to which every id of that gap has been published; absent = none of any. */
  readonly filledTo?: Readonly<Record<string, TradePlace>> | undefined;
  /** When an earlier run first asked for the symbol, by its machine's clock, ms UTC; absent once a trade of it was confirmed. */
  readonly begunAt?: number | undefined;
}

/** The state of one adapter by symbol. */
export type AdapterState = ReadonlyMap<string, SymbolState>;

const stateSchema = z.record(
  z.string(),
  z.object({
    lastTradeId: z.string().nullable(),
    lastTimestamp: z.number().int().nonnegative().nullable(),
    openGaps: z.array(gapSchema),
    filledTo: z
      .record(
        z.string(),
        z.object({ tradeId: z.string().regex(/^\d{1,40}$/), timestamp: z.number().int().nonnegative() }),
      )
      .optional(),
    begunAt: z.number().int().nonnegative().optional(),
  }),
);

/** Writes a state as it is kept in the log. */
export function encodeState(state: AdapterState): Buffer {
  return Buffer.from(JSON.stringify(Object.fromEntries(state)));
}

/** Reads a state from the log; null when it cannot be read. */
export function decodeState(body: Buffer): AdapterState | null {
  try {
    return new Map(Object.entries(stateSchema.parse(JSON.parse(body.toString('utf8')))));
  } catch {
    return null;
  }
}

const NOTHING_KNOWN: SymbolState = { lastTradeId: null, lastTimestamp: null, openGaps: [] };

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What has been confirmed by the bus so far, per symbol: the part of an adapter's knowledge that may be relied on. */
export class ConfirmedState {
  readonly #symbols = new Map<string, Writable<SymbolState>>();
  readonly #begunAt = new Map<string, number>();
  #changed = false;

  /** @param earlier what the last run left. */
  constructor(earlier: AdapterState) {
    for (const [symbol, state] of earlier) this.#symbols.set(symbol, { ...state });
  }

  /** The present state; changes with the next batch. */
  get symbols(): AdapterState {
    return this.#symbols;
  }

  /** Whether anything has changed since this was asked last. */
  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** Makes the next {@link takeChanged} true: the state could not be saved. */
  markChanged(): void {
    this.#changed = true;
  }

  /** Notes that symbols of which no trade is known are asked for from `now` (ms UTC) on. */
  begin(symbols: readonly string[], now: number): void {
    for (const symbol of symbols) {
      if (this.#symbols.has(symbol) || this.#begunAt.has(symbol)) continue;
      this.#begunAt.set(symbol, now);
      this.#changed = true;
    }
  }

  /** What the next run has to know: the present state, and what this run began with and has not seen trade. */
  forNextRun(): AdapterState {
    const state = new Map<string, SymbolState>(this.#symbols);
    for (const [symbol, begunAt] of this.#begunAt)
      state.set(symbol, { ...(state.get(symbol) ?? NOTHING_KNOWN), begunAt });
    return state;
  }

  /** Takes the records of a confirmed batch. Returns whether some symbol had its first trade among them. */
  confirmed(records: readonly RawRecord[]): boolean {
    let isFirst = false;
    for (const record of records) {
      if (isClock(record)) continue;
      this.#changed = true;
      const known = this.#known(record.symbol);
      if (isGap(record)) {
        known.openGaps = withGap(known.openGaps, record);
        known.filledTo = filledOf(known.openGaps, known.filledTo);
        continue;
      }
      if (known.openGaps.length > 0) known.filledTo = filledFurther(known, record);
      isFirst ||= known.lastTradeId === null;
      if (known.lastTradeId === null || compareTradeIds(record.tradeId, known.lastTradeId) > 0) {
        known.lastTradeId = record.tradeId;
        known.lastTimestamp = record.timestamp;
        delete known.begunAt;
        this.#begunAt.delete(record.symbol);
      }
    }
    return isFirst;
  }

  #known(symbol: string): Writable<SymbolState> {
    let known = this.#symbols.get(symbol);
    if (known === undefined) {
      known = { ...NOTHING_KNOWN };
      this.#symbols.set(symbol, known);
    }
    return known;
  }
}

/** The open gaps after one more record: a gap keeps its place when its record is repeated. */
function withGap(gaps: readonly Gap[], gap: Gap): readonly Gap[] {
  if (gap.status !== 'open') return gaps.filter(({ gapId }) => gapId !== gap.gapId);
  const known = gaps.some(({ gapId }) => gapId === gap.gapId);
  return known ? gaps.map((other) => (other.gapId === gap.gapId ? gap : other)) : [...gaps, gap];
}

/** How far the gaps are filled after one more trade: it counts where it directly follows what was published before it. */
function filledFurther(
  { openGaps, filledTo }: SymbolState,
  { tradeId, timestamp }: RawTick,
): SymbolState['filledTo'] {
  const previous = String(BigInt(tradeId) - 1n);
  const gap = openGaps.find(
    ({ gapId, afterTradeId }) => (filledTo?.[gapId]?.tradeId ?? afterTradeId) === previous,
  );
  return gap === undefined ? filledTo : { ...filledTo, [gap.gapId]: { tradeId, timestamp } };
}

/** How far the gaps are filled when only these are open. */
function filledOf(gaps: readonly Gap[], filledTo: SymbolState['filledTo']): SymbolState['filledTo'] {
  const kept = Object.entries(filledTo ?? {}).filter(([gapId]) => gaps.some((gap) => gap.gapId === gapId));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
