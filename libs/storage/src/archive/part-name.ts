/** What the name of a part tells. */
export interface PartName {
  /** Time of its first tick, ms UTC. */
  readonly from: number;
  /** Time of its last tick, ms UTC. */
  readonly to: number;
  /** Number of the first write that it holds. */
  readonly first: number;
  /** Number of the last write that it holds; the same as `first` for a part that was never merged. */
  readonly last: number;
}

const NAME = /^part-(\d{1,15})-(\d{1,15})-(\d{6,15})-(\d{6,15})\.parquet$/;

/** The file name of a part: its times and the writes that it holds. */
export function partFile({ from, to, first, last }: PartName): string {
  return `part-${from}-${to}-${numberText(first)}-${numberText(last)}.parquet`;
}

/** What a file's name tells; null when it is the name of no part. */
export function readPartName(file: string): PartName | null {
  const match = NAME.exec(file);
  if (match === null) return null;
  const [from, to, first, last] = match.slice(1).map(Number) as [number, number, number, number];
  return from <= to && first <= last ? { from, to, first, last } : null;
}

/**
 * The parts that count. A merge writes the new part under its name before it removes those that it is made of: what a kill leaves
 * in between is held twice, and the part with more writes stands for all of them.
 */
export function standing<P extends PartName>(parts: readonly P[]): P[] {
  return parts.filter(
    (part) =>
      !parts.some(
        (other) =>
          other.first <= part.first &&
          other.last >= part.last &&
          other.last - other.first > part.last - part.first,
      ),
  );
}

function numberText(value: number): string {
  return String(value).padStart(6, '0');
}
