import type { IChartApi, Logical } from 'lightweight-charts';
import { slotPosition } from './time-slots';

/** Where instants are on the chart, in pixels of the page from its left edge. */
export class TimeAxis {
  /** Openings of all slots, ascending, ms UTC. */
  private openings: number[] = [];
  private lengthMs = 60_000;

  /** @param chart whose time scale has exactly these slots. */
  constructor(private readonly chart: IChartApi) {}

  /** Takes other slots. */
  open(openings: number[], lengthMs: number): void {
    this.openings = openings;
    this.lengthMs = lengthMs;
  }

  /** Adds a slot behind the last one. */
  append(opening: number): void {
    this.openings.push(opening);
  }

  /** The opening of the last slot, ms UTC; null without any. */
  last(): number | null {
    return this.openings[this.openings.length - 1] ?? null;
  }

  /** Number of slots. */
  count(): number {
    return this.openings.length;
  }

  /** The length of a slot, ms. */
  slotLength(): number {
    return this.lengthMs;
  }

  /** The x of an instant; null while there is no axis. */
  xOf(timestamp: number): number | null {
    const position = slotPosition(this.openings, timestamp, this.lengthMs);
    if (position === null) return null;
    // The chart knows the middles of slots only.
    const slot = Math.floor(position);
    const middle = this.chart.timeScale().logicalToCoordinate(slot as Logical);
    return middle === null ? null : middle + (position - slot) * this.slotWidth();
  }

  /** Width of a slot, px. */
  slotWidth(): number {
    return this.chart.timeScale().options().barSpacing;
  }
}
