import type { PartName } from './part-name';

/** So many neighbours of one size become one part. */
export const MERGED_AT = 16;

/**
 * The next parts to merge: neighbours in the order of their writes that hold about as many writes each, so that a row is written
 * again only a few times however many parts a day has. Null when there are not enough of them yet.
 */
export function nextMerge<P extends PartName>(parts: readonly P[]): P[] | null {
  let run: P[] = [];
  for (const part of inOrder(parts)) {
    const [first] = run;
    if (first !== undefined && sizeClass(first) !== sizeClass(part)) run = [];
    run.push(part);
    if (run.length === MERGED_AT) return run;
  }
  return null;
}

/** Parts in the order of their writes. */
export function inOrder<P extends PartName>(parts: readonly P[]): P[] {
  return [...parts].sort((a, b) => a.first - b.first);
}

function sizeClass({ first, last }: PartName): number {
  let size = 0;
  for (let writes = last - first + 1; writes >= MERGED_AT; writes /= MERGED_AT) size += 1;
  return size;
}
