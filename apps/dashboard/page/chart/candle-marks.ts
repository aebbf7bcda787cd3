import type { Candle, Gap } from '@neuraltrade/contracts';
import { FilledTime } from './filled-time';
import type { Palette } from './palette';
import { PaneLayer, type PaneSize } from './pane-layer';
import type { TimeAxis } from './time-axis';

/** How far above the bottom of the pane the marks are, px. */
const RAIL = 10;
const NARROWEST_SLOT = 4;

/** What a candle's mark is; most candles have none. */
export type CandleMark = 'partial' | 'revised' | 'incomplete';

/**
 * The mark of a candle: of several that would fit the gravest. A revision within a filled gap has none, for the strip of the gap
 * tells it; else a history that was fetched as a whole would be marked as a whole.
 * @param isFilled whether a filled gap overlaps the candle.
 */
export function markOf(
  { complete, state }: Pick<Candle, 'complete' | 'state'>,
  isFilled: boolean,
): CandleMark | null {
  if (!complete) return 'incomplete';
  if (state === 'final' || (state === 'revised' && isFilled)) return null;
  return state;
}

/** Marks below the candles that are not final and complete, by shape as well as by colour. */
export class CandleMarks {
  /** The layer to put on the chart. */
  readonly layer = new PaneLayer('normal', (context, size) => this.draw(context, size));
  private filled = new FilledTime([]);

  /**
   * @param candles the candles that are drawn, ascending.
   * @param axis where instants are.
   * @param palette the colours that hold now.
   */
  constructor(
    private readonly candles: () => readonly Candle[],
    private readonly axis: TimeAxis,
    private readonly palette: () => Palette,
  ) {}

  /** Takes all gaps of the series, whether they are drawn or not. */
  takeGaps(gaps: readonly Gap[]): void {
    this.filled = new FilledTime(gaps);
    this.layer.redraw();
  }

  private draw(context: CanvasRenderingContext2D, { width, height }: PaneSize): void {
    if (this.axis.slotWidth() < NARROWEST_SLOT) return;
    const lengthMs = this.axis.slotLength();
    const candles = this.candles();
    for (let index = candles.length - 1; index >= 0; index -= 1) {
      const candle = candles[index];
      if (candle === undefined) continue;
      const { timestamp } = candle;
      const mark = markOf(candle, this.filled.overlaps(timestamp, timestamp + lengthMs));
      if (mark === null) continue;
      const x = this.axis.xOf(timestamp + lengthMs / 2);
      if (x === null || x > width) continue;
      if (x < 0) return;
      drawMark(context, mark, x, height - RAIL, this.palette());
    }
  }
}

function drawMark(
  context: CanvasRenderingContext2D,
  mark: CandleMark,
  x: number,
  y: number,
  { accent, revised, incomplete }: Palette,
): void {
  context.beginPath();
  if (mark === 'incomplete') {
    path(context, [x, y - 3.5], [x + 3.5, y + 3], [x - 3.5, y + 3]);
    context.fillStyle = incomplete;
    context.fill();
  } else if (mark === 'revised') {
    path(context, [x, y - 2.5], [x + 2.5, y], [x, y + 2.5], [x - 2.5, y]);
    context.fillStyle = revised;
    context.fill();
  } else {
    context.arc(x, y, 2.5, 0, 2 * Math.PI);
    context.strokeStyle = accent;
    context.lineWidth = 1.5;
    context.stroke();
  }
}

function path(context: CanvasRenderingContext2D, ...points: readonly (readonly [number, number])[]): void {
  for (const [index, [x, y]] of points.entries()) {
    if (index === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.closePath();
}
