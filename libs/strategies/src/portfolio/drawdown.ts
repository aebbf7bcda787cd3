import type { EquityCurve } from './equity-curve';

/** A fall of the equity below its highest value so far. */
export interface Drawdown {
  /** How far it fell: lowest value / peak - 1, -1 to 0. */
  readonly depth: number;
  /** When the peak was, ms UTC. */
  readonly peakAt: number;
  /** When it was lowest, ms UTC. */
  readonly lowestAt: number;
  /** When the equity was back at the peak, ms UTC; null when it never was. */
  readonly recoveredAt: number | null;
}

/** The deepest drawdown, the earliest of equal ones; null when the equity never fell below an earlier value. */
export function deepestDrawdown(equity: EquityCurve): Drawdown | null {
  const { at, value } = equity;
  let [peak, peakAt] = [equity.startValue, equity.startAt];
  let deepest: { depth: number; peak: number; peakAt: number; lowest: number } | null = null;
  for (let index = 0; index < value.length; index++) {
    const current = value[index] as number;
    if (current >= peak) {
      [peak, peakAt] = [current, at[index] as number];
      continue;
    }
    const depth = current / peak - 1;
    if (deepest === null || depth < deepest.depth) deepest = { depth, peak, peakAt, lowest: index };
  }
  if (deepest === null) return null;
  let recovered = deepest.lowest;
  while (recovered < value.length && (value[recovered] as number) < deepest.peak) recovered += 1;
  return {
    depth: deepest.depth,
    peakAt: deepest.peakAt,
    lowestAt: at[deepest.lowest] as number,
    recoveredAt: recovered < value.length ? (at[recovered] as number) : null,
  };
}

/** How far the equity lies below its highest value so far at each moment of the curve: 0 or less. */
export function underwater(equity: EquityCurve): Float64Array {
  let peak = equity.startValue;
  return equity.value.map((value) => {
    peak = Math.max(peak, value);
    return value / peak - 1;
  });
}
