import type { Candle, RawRecord } from '@neuraltrade/contracts';
import { createProcessing, DEFAULT_PROCESSING } from '@neuraltrade/processing';
import { SIMULATED_VENUES, simulateTicks } from '@neuraltrade/venue-simulator';
import type { SimulatedMarket } from '../recipe';

const HOUR_MS = 3_600_000;

/**
 * The final candles of an invented market on all simulated venues, made by the processor's own code; the same ones for equal
 * arguments.
 * @param onProgress told how far it is, 0 to 1.
 */
export function simulatedCandles(
  { seed, symbols, tradesPerSecond, from, hours }: SimulatedMarket,
  timeframe: string,
  onProgress: (part: number) => void,
): Candle[] {
  const candles: Candle[] = [];
  const processing = createProcessing({ ...DEFAULT_PROCESSING, timeframes: [timeframe] }, 0);
  const outputs = {
    tick: () => undefined,
    candle: (candle: Candle) => void (candle.state === 'final' && candles.push(candle)),
    gap: () => undefined,
    refuse: (_: unknown, reason: string, detail: string) => {
      throw new Error(`A simulated trade was refused (${reason}): ${detail}`);
    },
  };
  const record: RawRecord[] = [];
  const market = simulateTicks({
    exchanges: SIMULATED_VENUES.map(({ traits }) => traits.name),
    ...{ symbols, seed, tradesPerSecond, from },
    take: (tick) => {
      record[0] = tick;
      processing.apply(record, outputs);
    },
  });
  const to = from + hours * HOUR_MS;
  for (let at = from; at < to; at += HOUR_MS) {
    market.advanceTo(at + HOUR_MS);
    onProgress((at + HOUR_MS - from) / (to - from));
  }
  return candles;
}
