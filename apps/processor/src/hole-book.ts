import { type Gap, isClock, isGap, type RawRecord } from '@neuraltrade/contracts';
import type { Delivery } from '@neuraltrade/messaging';
import type { Processing, ProcessingOutputs, SymbolCoverage } from '@neuraltrade/processing';
import { InputLedger, type InputLedgerState, type MissingBatches } from './input-ledger';

/** How far before the newest known time trades of a hole are looked for at first, ms: venues send them nearly in order. */
const DISORDER_MS = 60_000;
/** Where a hole is taken to end until a record tells, ms behind the newest known time. */
const UNBOUNDED_MS = 86_400_000;

/** Trades of one symbol that may be missing because batches of its venue did not come. */
export interface Hole {
  /** What did not come. */
  readonly batches: MissingBatches;
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** Id of the gap that it is published as. */
  readonly gapId: string;
  /** No candle before this instant (ms UTC) can lack a trade. */
  readonly from: number;
  /** Where most of its trades begin, ms UTC. */
  readonly near: number;
  /** No trade of it is behind this instant, ms UTC. */
  to: number;
  /** Whether a record told where it ends. */
  bounded: boolean;
  /** Whether trades from before it are known: only then do ids without a break prove that nothing is missing. */
  readonly provable: boolean;
  /** When it was found, ms UTC by our clock. */
  readonly foundAt: number;
  /** When the first trade behind it came, ms UTC by our clock; null before. */
  followedAt: number | null;
}

/** {@link HoleBook} as data. */
export interface HoleBookState {
  /** Which batches have come. */
  readonly inputs: InputLedgerState;
  /** What is not mended. */
  readonly holes: readonly Hole[];
  /** Venue and instant (ms UTC; null while unknown) up to which a symbol that is new may have lost its first trades. */
  readonly shadows: readonly (readonly [exchange: string, until: number | null])[];
}

/**
 * Which batches came and what those that did not come may have taken with them. A state that is older than its acks shows itself
 * by such a hole: every symbol of the venue in this partition is then incomplete from the first candle that could still change.
 */
export class HoleBook {
  readonly #inputs: InputLedger;
  readonly #shadows: Map<string, number>;
  #holes: Hole[];

  /**
   * @param state what {@link export} gave; null = what came before is not known.
   * @param maxFutureSkewMs how far a trade's time may be ahead of its arrival, ms.
   * @param now our clock, ms UTC.
   */
  constructor(
    state: HoleBookState | null,
    private readonly maxFutureSkewMs: number,
    private readonly now: () => number,
  ) {
    this.#inputs = new InputLedger(state?.inputs ?? null);
    this.#holes = (state?.holes ?? []).map((hole) => ({ ...hole }));
    this.#shadows = new Map((state?.shadows ?? []).map(([exchange, until]) => [exchange, until ?? Infinity]));
  }

  /** What is not mended. */
  get holes(): readonly Hole[] {
    return this.#holes;
  }

  /**
   * Takes note of a delivery before its records are applied, and of the gaps that it shows.
   * @returns the batches in front of it that did not come; null for none.
   */
  receive(
    { headers, routingKey }: Pick<Delivery, 'headers' | 'routingKey'>,
    records: readonly RawRecord[],
    processing: Processing,
    outputs: ProcessingOutputs,
  ): MissingBatches | null {
    const { source, batch } = headers;
    const numbered = typeof source === 'string' && typeof batch === 'number';
    const missing = numbered ? this.#inputs.note(source, batch) : null;
    if (missing === null && this.#holes.length === 0 && this.#shadows.size === 0) return null;
    const [, , exchange = ''] = routingKey.split('.');
    const end = this.#endBefore(records);
    if (missing !== null) {
      for (const known of processing.coverage(exchange))
        this.#add(missing, exchange, known, end, processing, outputs);
      this.#shadows.set(exchange, end ?? Infinity);
    }
    const shadow = this.#shadows.get(exchange);
    if (shadow !== undefined && end !== null) this.#shadows.set(exchange, Math.min(shadow, end));
    for (const hole of this.#holes) {
      if (hole.exchange !== exchange) continue;
      if (!hole.bounded && end !== null) {
        Object.assign(hole, { to: Math.max(hole.from, end), bounded: true });
        processing.noteGap(gapOf(hole, 'open'), outputs);
      }
      if (hole.followedAt === null && records.some((record) => isBehind(hole, record)))
        hole.followedAt = this.now();
    }
    this.#castShadow(exchange, records, processing, outputs);
    return missing;
  }

  /** Whether one of its batches has still not come: the broker may give them back in another order. */
  isMissing(hole: Hole): boolean {
    return this.#inputs.isMissing(hole.batches);
  }

  /** Closes a hole: filled when all of its trades are known, unfillable when that cannot be known any more. */
  close(
    hole: Hole,
    status: 'filled' | 'unfillable',
    processing: Processing,
    outputs: ProcessingOutputs,
  ): void {
    this.#holes = this.#holes.filter((other) => other !== hole);
    processing.noteGap(gapOf(hole, status), outputs);
  }

  /** The book as data. */
  export(): HoleBookState {
    const shadows = Array.from(
      this.#shadows,
      ([exchange, until]) => [exchange, finiteOrNull(until)] as const,
    );
    return { inputs: this.#inputs.export(), holes: this.#holes, shadows };
  }

  #add(
    missing: MissingBatches,
    exchange: string,
    { symbol, changesFrom, eventTime }: SymbolCoverage,
    end: number | null,
    processing: Processing,
    outputs: ProcessingOutputs,
    provable = true,
  ): void {
    if (changesFrom === Infinity) return;
    const newest = Math.max(changesFrom, eventTime);
    const hole: Hole = {
      batches: missing,
      exchange,
      symbol,
      gapId: `${exchange}:${symbol}:${changesFrom}:${missing.source.slice(0, 36)}-${missing.from}`,
      from: changesFrom,
      near: Math.max(changesFrom, newest - DISORDER_MS),
      to: Math.max(changesFrom, end ?? newest + UNBOUNDED_MS),
      bounded: end !== null,
      provable,
      foundAt: this.now(),
      followedAt: null,
    };
    this.#holes.push(hole);
    processing.noteGap(gapOf(hole, 'open'), outputs);
  }

  /** A symbol that shows up right behind a hole may have begun inside it. */
  #castShadow(
    exchange: string,
    records: readonly RawRecord[],
    processing: Processing,
    outputs: ProcessingOutputs,
  ): void {
    const until = this.#shadows.get(exchange);
    if (until === undefined) return;
    const known = new Set(processing.coverage(exchange).map(({ symbol }) => symbol));
    for (const record of records) {
      if (isGap(record) || isClock(record)) continue;
      const { symbol, timestamp } = record;
      if (known.has(symbol) || timestamp > until) continue;
      known.add(symbol);
      const coverage = { symbol, changesFrom: timestamp, eventTime: timestamp, unbroken: false };
      const missing = { source: 'unknown', from: timestamp, to: timestamp };
      this.#add(missing, exchange, coverage, finiteOrNull(until), processing, outputs, false);
    }
    if (records.some((record) => isClock(record) && record.timestamp > until)) this.#shadows.delete(exchange);
  }

  /** No trade that came before these records is behind this instant, ms UTC; null when they do not tell. */
  #endBefore(records: readonly RawRecord[]): number | null {
    let end: number | null = null;
    for (const record of records) {
      if (isGap(record)) continue;
      const at = isClock(record) ? record.timestamp : Math.max(record.receivedAt, record.timestamp);
      end = Math.max(end ?? 0, at + this.maxFutureSkewMs);
    }
    return end;
  }
}

function finiteOrNull(value: number): number | null {
  return value === Infinity ? null : value;
}

function isBehind({ symbol, to }: Hole, record: RawRecord): boolean {
  return !isGap(record) && !isClock(record) && record.symbol === symbol && record.timestamp > to;
}

function gapOf({ gapId, exchange, symbol, from, to }: Hole, status: Gap['status']): Gap {
  return {
    gapId,
    exchange,
    symbol,
    afterTradeId: null,
    beforeTradeId: null,
    fromTimestamp: from,
    toTimestamp: to,
    missing: null,
    cause: 'restart',
    status,
  };
}
