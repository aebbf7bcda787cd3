/** How measured values are spread, in their own unit; NaN without any. */
export interface Distribution {
  /** How many were measured. */
  readonly count: number;
  /** The median. */
  readonly p50: number;
  /** Of a hundred the second largest. */
  readonly p99: number;
  /** The largest. */
  readonly max: number;
}

/** The spread of values in any order. */
export function distributionOf(values: readonly number[]): Distribution {
  const ascending = values.toSorted((a, b) => a - b);
  const at = (share: number): number => ascending[Math.floor((ascending.length - 1) * share)] ?? Number.NaN;
  return { count: values.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
