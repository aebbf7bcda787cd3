import type { Candle, Gap, ParkReason, ProcessedTick, RawRecord } from '@neuraltrade/contracts';
import type { ProcessingConfig } from './config';
import type { ProcessingCounters } from './counters';
import { PartitionProcessing } from './partition-processing';
import { readState } from './processing-state';
import type { SymbolCoverage } from './symbol-state';

/** Where results go; called synchronously, in order; must not throw. */
export interface ProcessingOutputs {
  /** A trade that was validated, is no repeat, and is enriched. */
  tick(tick: ProcessedTick): void;
  /** A final or revised candle. */
  candle(candle: Candle): void;
  /** A gap that processing makes itself: over the ms of a trade that is in no candle, or not in all. */
  gap(gap: Gap): void;
  /** A record that cannot be used, or a result that would break its own schema ('invalid-output'). */
  refuse(record: unknown, reason: ParkReason, detail: string): void;
}

/**
 * Validate, dedupe, enrich and aggregate for the records of one partition. What it hands out depends only on the
 * records in their order: not on how they are cut into batches, not on a clock, not on partials() or exportState().
 * Bound: one state per (exchange, symbol) of which a valid trade or gap came, thus the symbols that adapters are told.
 */
export interface Processing {
  /** Takes records that hold to their schema (decodeBatch), in order. */
  apply(records: readonly RawRecord[], outputs: ProcessingOutputs): void;
  /**
   * Takes note of a gap that whoever runs the processing found, and hands it out. Other than one of an adapter it closes no
   * gap but the one with its id, and does not tell since when trades are observed.
   */
  noteGap(gap: Gap, outputs: ProcessingOutputs): void;
  /** How far the trades of each symbol of a venue are known; symbols of which nothing came are left out. */
  coverage(exchange: string): readonly SymbolCoverage[];
  /** The open candles that changed since the last call: state 'partial', revision -1. */
  partials(): Candle[];
  /** End of input: closes every candle and hands out every revision that waits. */
  finish(outputs: ProcessingOutputs): void;
  /** The whole state as JSON; `createProcessing(config, epoch, state)` continues exactly. */
  exportState(): string;
  /** What became of records since creation, by venue; starts at zero also when a state is continued. */
  readonly counters: ProcessingCounters;
  /** 'exchange:symbol' to the watermark, ms UTC; symbols without a live trade or clock yet are left out. */
  watermarks(): ReadonlyMap<string, number>;
}

/**
 * Creates the processing of one partition.
 * @param epoch the processor ownership that candles carry, a whole number of at least 0.
 * @param state what exportState() of an earlier one gave; candles of a timeframe that it does not know begin with the
 *   next trade, those of a timeframe that the configuration dropped are let go.
 * @throws RangeError when the configuration cannot be used, Error when the state cannot be read.
 */
export function createProcessing(config: ProcessingConfig, epoch: number, state?: string): Processing {
  return new PartitionProcessing(config, epoch, state === undefined ? null : readState(state));
}
