import { type Candle, candleKey, replaces } from '@neuraltrade/contracts';

/** Of each candle the publication with the largest (epoch, revision); of equal ones the first. */
export function conflate(candles: readonly Candle[]): Candle[] {
  const largest = new Map<string, Candle>();
  for (const candle of candles) {
    const key = candleKey(candle);
    const current = largest.get(key);
    if (current === undefined || replaces(candle, current)) largest.set(key, candle);
  }
  return [...largest.values()];
}
