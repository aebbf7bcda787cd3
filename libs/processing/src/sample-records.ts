import {
  type Candle,
  candleKey,
  type Clock,
  type Gap,
  gapIdOf,
  type ParkReason,
  type ProcessedTick,
  type RawRecord,
  type RawTick,
  replaces,
} from '@neuraltrade/contracts';
import type { ProcessingConfig } from './config';
import { createProcessing, type Processing, type ProcessingOutputs } from './processing';

/** Midnight UTC of a day, ms: every timeframe opens here. */
export const MIDNIGHT = Date.UTC(2024, 2, 5);

/** A live trade of BTC/USDT on Binance at midnight, for specs; only what is told differs. */
export function sampleTick(fields: Partial<RawTick> = {}): RawTick {
  const last = fields.last ?? 50_000;
  const timestamp = fields.timestamp ?? MIDNIGHT;
  return {
    exchange: 'binance',
    symbol: 'BTC/USDT',
    bid: last,
    ask: last,
    last,
    volume: 1,
    timestamp,
    tradeId: '1',
    takerSide: 'buy',
    receivedAt: timestamp + 20,
    quoted: false,
    quotedAt: null,
    backfilled: false,
    ...fields,
  };
}

/** A clock of BTC/USDT on Binance, for specs. */
export function sampleClock(timestamp: number, fields: Partial<Clock> = {}): Clock {
  return { exchange: 'binance', symbols: ['BTC/USDT'], timestamp, offsetMs: 0, ...fields };
}

/** A gap of BTC/USDT on Binance, for specs; its id follows from it. */
export function sampleGap(fields: Partial<Gap> = {}): Gap {
  const gap = {
    exchange: 'binance',
    symbol: 'BTC/USDT',
    afterTradeId: '1',
    beforeTradeId: null,
    fromTimestamp: MIDNIGHT,
    toTimestamp: null,
    missing: null,
    cause: 'disconnect' as const,
    status: 'open' as const,
    ...fields,
  };
  return { gapId: gapIdOf(gap), ...gap };
}

/** Everything that was handed out, in order. */
export class Collected implements ProcessingOutputs {
  /** Processed ticks. */
  readonly ticks: ProcessedTick[] = [];
  /** Final and revised candles. */
  readonly candles: Candle[] = [];
  /** Gaps of processing's own making. */
  readonly gaps: Gap[] = [];
  /** Refused records. */
  readonly refused: { record: unknown; reason: ParkReason; detail: string }[] = [];

  tick = (tick: ProcessedTick): void => void this.ticks.push(tick);
  candle = (candle: Candle): void => void this.candles.push(candle);
  gap = (gap: Gap): void => void this.gaps.push(gap);
  refuse = (record: unknown, reason: ParkReason, detail: string): void =>
    void this.refused.push({ record, reason, detail });

  /** The publication of each candle that replaced all others, by candle key. */
  latest(): Map<string, Candle> {
    const latest = new Map<string, Candle>();
    for (const candle of this.candles) {
      const current = latest.get(candleKey(candle));
      if (current === undefined || replaces(candle, current)) latest.set(candleKey(candle), candle);
    }
    return latest;
  }
}

/** Runs records through a fresh processing with epoch 7, in one batch; finishes it unless told not to. */
export function resultOf(
  config: ProcessingConfig,
  records: readonly RawRecord[],
  finish = true,
): Collected & { processing: Processing } {
  const processing = createProcessing(config, 7);
  const collected = new Collected();
  processing.apply(records, collected);
  if (finish) processing.finish(collected);
  return Object.assign(collected, { processing });
}
