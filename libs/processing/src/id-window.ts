import { compareTradeIds } from '@neuraltrade/contracts';
import { IdRanges } from './id-ranges';
import { highDigits, lowDigits, tradeIdOf } from './trade-number';

/** What is known about an id: first seen now, seen before, or too old to tell. */
export type IdOutcome = 'new' | 'seen' | 'forgotten';

/** How long ids are remembered at least: `ids` of them or those of the last `ms`, whichever is more. */
export interface WindowLimits {
  /** Number of ids, >= 1. */
  readonly ids: number;
  /** Age in ms of the symbol's event time, >= 0. */
  readonly ms: number;
}

/**
 * Part of the window's ids that is kept of a venue whose ids have holes, where every id may be a range of its own:
 * 60,000 of 100,000.
 */
export const HOLED_WINDOW_PART = 0.6;

/** Ranges above the window that gather before they are dropped together, so that dropping costs little per id. */
const SLACK_RANGES = 4_000;

/**
 * Ranges kept at most where the window is no larger, even while an open gap protects them: the bound of memory and of
 * the exported state.
 */
export const MAX_RANGES = 262_144;

/** Marks of "highest id seen by then" that divide the time window. */
const MARKS_PER_WINDOW = 15;

/** {@link IdWindow} as data. */
export interface IdWindowState {
  /** The largest forgotten id; null when none was. */
  readonly floor: string | null;
  /** Event time (ms) and the highest id seen by then, ascending. */
  readonly marks: readonly (readonly [atMs: number, highestId: string])[];
  /** Leading digits and packed ranges of the digits behind them, ascending. */
  readonly pages: readonly (readonly [high: string, ranges: string])[];
}

/**
 * The trade ids of one symbol that have been seen. Whole ranges are forgotten, the lowest first, once the window has
 * passed them; a range that the window still touches is kept whole, since consecutive ids cost nothing.
 * Bound: {@link MAX_RANGES} ranges and 17 marks.
 */
export class IdWindow {
  private floor: string | null = null;
  private marks: (readonly [number, string])[] = [];
  /** Ids longer than a double holds are kept by their leading digits; other venues have the one page ''. */
  private pages: { readonly high: string; readonly ranges: IdRanges }[] = [];
  private rangeCount = 0;
  private idCount = 0;
  private readonly holedRanges: number;
  private readonly maxRanges: number;

  constructor(private readonly limits: WindowLimits) {
    this.holedRanges = Math.ceil(limits.ids * HOLED_WINDOW_PART);
    this.maxRanges = Math.max(MAX_RANGES, this.holedRanges + 2 * SLACK_RANGES);
  }

  /** Remembers an id whose last digits as a number are `low`, and says what was known about it. */
  add(tradeId: string, low: number): IdOutcome {
    if (this.floor !== null && compareTradeIds(tradeId, this.floor) <= 0) return 'forgotten';
    const { ranges } = this.page(highDigits(tradeId));
    const before = ranges.size;
    if (!ranges.add(low)) return 'seen';
    this.idCount++;
    this.rangeCount += ranges.size - before;
    if (this.rangeCount > this.maxRanges) this.dropLowest(this.rangeCount - this.maxRanges + SLACK_RANGES);
    return 'new';
  }

  /**
   * Moves the window to an event time (ms UTC, -Infinity while there is none) and forgets what it has passed.
   * @param keepAbove ids above this one stay, because a gap is open there; null when no gap is open.
   */
  advance(eventTime: number, keepAbove: string | null): void {
    if (this.rangeCount > this.holedRanges + SLACK_RANGES)
      this.dropLowest(this.rangeCount - this.holedRanges, keepAbove);
    if (eventTime === -Infinity) return;
    const step = Math.max(1, Math.ceil(this.limits.ms / MARKS_PER_WINDOW));
    const newest = this.marks.at(-1);
    if (newest !== undefined && eventTime < newest[0] + step) return;
    const highest = this.highest();
    if (highest === null) return;
    this.marks.push([eventTime, highest]);
    const oldest = eventTime - this.limits.ms;
    while (this.marks.length > 1 && (this.marks[1] as readonly [number, string])[0] <= oldest)
      this.marks.shift();
    const [markedAt, passed] = this.marks[0] as readonly [number, string];
    if (markedAt <= oldest) this.dropPassed(passed, keepAbove);
  }

  /**
   * The largest id up to which, from the one behind `tradeId` on, every whole number was seen as an id; `tradeId` itself
   * where the next one was not seen or is not remembered.
   */
  seenUpTo(tradeId: string): string {
    const high = highDigits(tradeId);
    const ranges = this.pages.find((page) => page.high === high)?.ranges;
    const end = ranges?.endOfRangeWith(lowDigits(tradeId) + 1) ?? -1;
    return end === -1 ? tradeId : tradeIdOf(high, end);
  }

  /** Whether every whole number from the smallest id remembered to the largest was seen as an id. */
  get unbroken(): boolean {
    return this.rangeCount === 1;
  }

  /** The window as data. */
  export(): IdWindowState {
    const pages = this.pages.map(({ high, ranges }) => [high, ranges.pack()] as const);
    return { floor: this.floor, marks: this.marks, pages };
  }

  /** Continues the window that {@link export} wrote. */
  static restore(limits: WindowLimits, state: IdWindowState): IdWindow {
    const window = new IdWindow(limits);
    window.floor = state.floor;
    window.marks = [...state.marks];
    window.pages = state.pages.map(([high, packed]) => ({ high, ranges: IdRanges.unpack(packed) }));
    for (const { ranges } of window.pages) {
      window.rangeCount += ranges.size;
      for (let position = 0; position < ranges.size; position++) window.idCount += ranges.lengthOf(position);
    }
    return window;
  }

  private page(high: string): { readonly high: string; readonly ranges: IdRanges } {
    let position = this.pages.length;
    while (position > 0) {
      const page = this.pages[position - 1] as { high: string; ranges: IdRanges };
      const order = compareTradeIds(high, page.high);
      if (order === 0) return page;
      if (order > 0) break;
      position--;
    }
    const page = { high, ranges: new IdRanges() };
    this.pages.splice(position, 0, page);
    return page;
  }

  private highest(): string | null {
    const page = this.pages.at(-1);
    return page === undefined ? null : tradeIdOf(page.high, page.ranges.largest);
  }

  /** Drops the ranges that lie wholly at or below `passed`, as long as enough ids remain. */
  private dropPassed(passed: string, keepAbove: string | null): void {
    let spare = this.idCount - this.limits.ids;
    let count = 0;
    for (const { high, ranges } of this.pages) {
      for (let position = 0; position < ranges.size; position++, count++) {
        spare -= ranges.lengthOf(position);
        const end = tradeIdOf(high, ranges.endOf(position));
        if (spare < 0 || compareTradeIds(end, passed) > 0) {
          this.dropLowest(count, keepAbove);
          return;
        }
      }
    }
  }

  /** Drops up to `count` of the lowest ranges, none that holds an id above `keepAbove`. */
  private dropLowest(count: number, keepAbove: string | null = null): void {
    let left = count;
    while (left > 0) {
      const { high, ranges } = this.pages[0] as { high: string; ranges: IdRanges };
      let dropped = Math.min(left, ranges.size);
      if (keepAbove !== null) dropped = countUpTo(high, ranges, dropped, keepAbove);
      if (dropped === 0) return;
      for (let position = 0; position < dropped; position++) this.idCount -= ranges.lengthOf(position);
      this.floor = tradeIdOf(high, ranges.endOf(dropped - 1));
      ranges.dropLowest(dropped);
      this.rangeCount -= dropped;
      left -= dropped;
      if (ranges.size > 0) return;
      this.pages.shift();
    }
  }
}

/** How many of the lowest `count` ranges lie wholly at or below the id. */
function countUpTo(high: string, ranges: IdRanges, count: number, keepAbove: string): number {
  let position = 0;
  while (position < count && compareTradeIds(tradeIdOf(high, ranges.endOf(position)), keepAbove) <= 0)
    position++;
  return position;
}
