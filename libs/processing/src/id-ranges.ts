import { packRanges, unpackRanges } from './range-packing';

/**
 * A set of whole numbers below 2^53 kept as disjoint, non-adjacent ranges in ascending order. Numbers that rise by one
 * make one range however many they are; each hole makes one range more.
 */
export class IdRanges {
  private starts: number[] = [];
  private ends: number[] = [];

  /** Number of ranges. */
  get size(): number {
    return this.starts.length;
  }

  /** The largest member; -1 when the set is empty. */
  get largest(): number {
    return this.ends.length === 0 ? -1 : (this.ends[this.ends.length - 1] as number);
  }

  /** Adds a number; false when it was a member already. */
  add(value: number): boolean {
    const { starts, ends } = this;
    const last = ends.length - 1;
    if (last < 0 || value > (ends[last] as number) + 1) {
      starts.push(value);
      ends.push(value);
      return true;
    }
    if (value === (ends[last] as number) + 1) {
      ends[last] = value;
      return true;
    }
    return this.insert(value);
  }

  /** Largest member of the range at this position, counted from the lowest. */
  endOf(position: number): number {
    return this.ends[position] as number;
  }

  /** The largest member of the range that holds a number; -1 when no range does. */
  endOfRangeWith(value: number): number {
    const position = this.position(value);
    return position < this.ends.length && (this.starts[position] as number) <= value
      ? (this.ends[position] as number)
      : -1;
  }

  /** How many members the range at this position has. */
  lengthOf(position: number): number {
    return (this.ends[position] as number) - (this.starts[position] as number) + 1;
  }

  /** Forgets the lowest `count` ranges. */
  dropLowest(count: number): void {
    this.starts.splice(0, count);
    this.ends.splice(0, count);
  }

  /** The set as compact text. */
  pack(): string {
    return packRanges(this.starts, this.ends);
  }

  /** The set that {@link pack} wrote. */
  static unpack(text: string): IdRanges {
    const ranges = new IdRanges();
    ({ starts: ranges.starts, ends: ranges.ends } = unpackRanges(text));
    return ranges;
  }

  private insert(value: number): boolean {
    const { starts, ends } = this;
    // It exists, because the value is not behind the last range.
    const position = this.position(value);
    if ((starts[position] as number) <= value) return false;
    const joinsNext = starts[position] === value + 1;
    const joinsPrevious = position > 0 && ends[position - 1] === value - 1;
    if (joinsNext && joinsPrevious) {
      ends[position - 1] = ends[position] as number;
      starts.splice(position, 1);
      ends.splice(position, 1);
    } else if (joinsNext) {
      starts[position] = value;
    } else if (joinsPrevious) {
      ends[position - 1] = value;
    } else {
      starts.splice(position, 0, value);
      ends.splice(position, 0, value);
    }
    return true;
  }

  /** Position of the first range that ends at or after a number; behind the last one when none does. */
  private position(value: number): number {
    const { ends } = this;
    let position = 0;
    let behind = ends.length;
    while (position < behind) {
      const middle = (position + behind) >>> 1;
      if ((ends[middle] as number) >= value) behind = middle;
      else position = middle + 1;
    }
    return position;
  }
}
