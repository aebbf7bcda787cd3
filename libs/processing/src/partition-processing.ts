import {
  type Candle,
  type Clock,
  derivedFault,
  type Gap,
  gapIdOf,
  isClock,
  isGap,
  type ParkReason,
  type RawRecord,
  type RawTick,
  recordFault,
} from '@neuraltrade/contracts';
import { checkedTimeframes, type ProcessingConfig } from './config';
import { type VenueCounters, zeroCounters } from './counters';
import { enrich } from './enrich';
import { implausibility } from './plausibility';
import type { Processing, ProcessingOutputs } from './processing';
import { STATE_VERSION, type ProcessingState } from './processing-state';
import { type SymbolCoverage, type SymbolRules, SymbolState } from './symbol-state';
import { TradeDigests } from './trade-digests';
import { lowDigits } from './trade-number';

/** More venues are not told apart: a name that a stranger made up must not become a state or a label without end. */
const MAX_VENUES = 64;
/** Stands for every venue beyond, of which nothing is kept. */
const OTHER_VENUES = 'other';

interface VenueState {
  /** Our clock less the venue's, ms, by the venue's last Clock record; 0 before the first. */
  offsetMs: number;
  readonly counters: VenueCounters;
  readonly symbols: Map<string, SymbolState>;
}

/** The processing of one partition; {@link Processing} says what it promises. */
export class PartitionProcessing implements Processing {
  readonly counters = new Map<string, VenueCounters>();
  private readonly venues = new Map<string, VenueState>();
  private readonly rules: SymbolRules;
  private readonly maxFutureSkewMs: number;
  private readonly maxSymbols: number;
  private symbolCount = 0;
  private readonly digests: TradeDigests;

  constructor(config: ProcessingConfig, epoch: number, state: ProcessingState | null) {
    const timeframes = checkedTimeframes(config);
    this.rules = {
      timeframes,
      gridMs: timeframes.map(({ lengthMs }) => lengthMs).reduce(greatestCommonDivisor),
      allowedLatenessMs: config.allowedLatenessMs,
      revisionHorizonMs: config.revisionHorizonMs,
      window: { ids: config.dedupeWindowIds, ms: config.dedupeWindowMs },
      epoch,
    };
    this.maxFutureSkewMs = config.maxFutureSkewMs;
    this.maxSymbols = config.maxSymbols;
    this.digests = TradeDigests.restore(state?.digests ?? null);
    for (const { exchange, offsetMs, symbols } of state?.venues ?? []) {
      const venue = this.venue(exchange);
      venue.offsetMs = offsetMs;
      for (const snapshot of symbols)
        this.keep(venue, new SymbolState(exchange, snapshot.symbol, this.rules, snapshot));
    }
  }

  /** Takes records in order. */
  apply(records: readonly RawRecord[], outputs: ProcessingOutputs): void {
    for (const record of records) {
      if (isGap(record)) this.applyGap(record, outputs);
      else if (isClock(record)) this.applyClock(record, outputs);
      else this.applyTrade(record, outputs);
    }
  }

  /** Takes note of a gap of our own finding. */
  noteGap(gap: Gap, outputs: ProcessingOutputs): void {
    const state = this.symbol(gap);
    state?.applyOwnGap(gap);
    outputs.gap(gap);
    if (state !== null) this.publishDue(state, outputs);
  }

  /** How far each symbol of a venue is known. */
  coverage(exchange: string): SymbolCoverage[] {
    const symbols = this.venues.get(exchange)?.symbols.values() ?? [];
    return Array.from(symbols, (state) => state.coverage());
  }

  /** The open candles that changed since the last call. */
  partials(): Candle[] {
    const candles: Candle[] = [];
    for (const state of this.sortedStates())
      for (const candle of state.partials())
        if (recordFault('candles', candle) === null) candles.push(candle);
    return candles;
  }

  /** Closes every candle and hands out what waits. */
  finish(outputs: ProcessingOutputs): void {
    for (const state of this.sortedStates()) {
      for (const closed of state.sayCovered()) outputs.gap(closed);
      state.closeAll();
      this.publishDue(state, outputs);
    }
  }

  /** The whole state as JSON. */
  exportState(): string {
    const state: ProcessingState = {
      version: STATE_VERSION,
      digests: this.digests.export(),
      venues: Array.from(this.venues, ([exchange, { offsetMs, symbols }]) => ({
        exchange,
        offsetMs,
        symbols: Array.from(symbols.values(), (symbol) => symbol.export()),
      })),
    };
    return JSON.stringify(state);
  }

  /** Watermarks in ms UTC by exchange:symbol. */
  watermarks(): ReadonlyMap<string, number> {
    const watermarks = new Map<string, number>();
    for (const [exchange, { symbols }] of this.venues)
      for (const [symbol, { watermark }] of symbols)
        if (watermark.value !== -Infinity) watermarks.set(`${exchange}:${symbol}`, watermark.value);
    return watermarks;
  }

  private applyTrade(tick: RawTick, outputs: ProcessingOutputs): void {
    const venue = this.venue(tick.exchange);
    const { counters } = venue;
    const fault = implausibility(tick, venue.offsetMs, this.maxFutureSkewMs);
    if (fault !== null) return this.refuse(tick, tick.exchange, fault.reason, fault.detail, outputs);
    // Before its id is remembered: a copy that cannot be used must not keep out one that can.
    const processed = enrich(tick);
    const badOutput = derivedFault(processed);
    if (badOutput !== null)
      return this.refuse(processed, tick.exchange, 'invalid-output', badOutput, outputs);
    const state = this.symbol(tick);
    if (state === null) return this.refuseStranger(tick, outputs);
    const low = lowDigits(tick.tradeId);
    const known = state.ids.add(tick.tradeId, low);
    if (known === 'seen') {
      counters.repeated[this.digests.contradicts(state.seed, low, tick) ? 'conflict' : 'same']++;
      return;
    }
    this.digests.remember(state.seed, low, tick);
    counters.trades++;
    outputs.tick(processed);
    if (known === 'forgotten') {
      this.publishLost(state, tick, counters, outputs);
      return;
    }
    const outcome = state.merge(tick);
    if (outcome === 'unmerged') this.publishLost(state, tick, counters, outputs);
    else if (outcome === 'revised') counters.late.revised++;
    if (!tick.backfilled && state.watermark.advance(tick.timestamp)) this.publishDue(state, outputs);
  }

  private applyGap(gap: Gap, outputs: ProcessingOutputs): void {
    const state = this.symbol(gap);
    if (state === null) return this.refuseStranger(gap, outputs);
    for (const closed of state.applyGap(gap)) outputs.gap(closed);
    this.publishDue(state, outputs);
  }

  private applyClock(clock: Clock, outputs: ProcessingOutputs): void {
    const venue = this.venue(clock.exchange);
    venue.offsetMs = clock.offsetMs;
    for (const symbol of [...clock.symbols].sort()) {
      const state = venue.symbols.get(symbol);
      // A clock alone makes no state: there is nothing to close yet.
      if (state === undefined) continue;
      state.watermark.advance(clock.timestamp);
      state.takeBack();
      for (const closed of state.sayCovered()) outputs.gap(closed);
      this.publishDue(state, outputs);
    }
  }

  private publishDue(state: SymbolState, outputs: ProcessingOutputs): void {
    state.publishDue((candle) => {
      const fault = recordFault('candles', candle);
      if (fault === null) outputs.candle(candle);
      else this.refuse(candle, candle.exchange, 'invalid-output', fault, outputs);
    });
  }

  /** A tick that is stored but in no candle leaves its candles incomplete: says so, to itself and to the store. */
  private publishLost(
    state: SymbolState,
    tick: RawTick,
    counters: VenueCounters,
    outputs: ProcessingOutputs,
  ): void {
    const { exchange, symbol, timestamp } = tick;
    const place = { exchange, symbol, afterTradeId: null, fromTimestamp: timestamp };
    const gap: Gap = {
      gapId: gapIdOf(place),
      ...place,
      beforeTradeId: null,
      toTimestamp: timestamp,
      missing: 1,
      cause: 'dropped',
      status: 'unfillable',
    };
    counters.late.unmerged++;
    state.noteLost(gap);
    outputs.gap(gap);
  }

  private refuse(
    record: unknown,
    exchange: string,
    reason: ParkReason,
    detail: string,
    outputs: ProcessingOutputs,
  ): void {
    const { refused } = this.venue(exchange).counters;
    refused[reason] = (refused[reason] ?? 0) + 1;
    outputs.refuse(record, reason, detail);
  }

  private refuseStranger(record: RawTick | Gap, outputs: ProcessingOutputs): void {
    const { exchange, symbol } = record;
    const detail = `There is no room for ${exchange} ${symbol}: state of ${this.symbolCount} symbols of ${this.venues.size} venues is kept.`;
    this.refuse(record, exchange, 'too-many-symbols', detail, outputs);
  }

  private venue(name: string): VenueState {
    const exchange = this.venues.has(name) || this.venues.size < MAX_VENUES ? name : OTHER_VENUES;
    let venue = this.venues.get(exchange);
    if (venue === undefined) {
      venue = { offsetMs: 0, counters: zeroCounters(), symbols: new Map() };
      this.venues.set(exchange, venue);
      this.counters.set(exchange, venue.counters);
    }
    return venue;
  }

  /** The state of a record's symbol; null where there is none and no room for one. */
  private symbol({ exchange, symbol }: RawTick | Gap): SymbolState | null {
    const known = this.venues.get(exchange)?.symbols.get(symbol);
    if (known !== undefined) return known;
    const isNameless = !this.venues.has(exchange) && this.venues.size >= MAX_VENUES;
    if (isNameless || this.symbolCount >= this.maxSymbols) return null;
    return this.keep(this.venue(exchange), new SymbolState(exchange, symbol, this.rules));
  }

  private keep(venue: VenueState, state: SymbolState): SymbolState {
    venue.symbols.set(state.symbol, state);
    this.symbolCount += 1;
    return state;
  }

  private sortedStates(): SymbolState[] {
    const states = [...this.venues.values()].flatMap(({ symbols }) => [...symbols.values()]);
    return states.sort((a, b) => compareText(a.exchange, b.exchange) || compareText(a.symbol, b.symbol));
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
