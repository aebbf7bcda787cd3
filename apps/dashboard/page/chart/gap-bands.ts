import type { Gap } from '@neuraltrade/contracts';
import type { Palette } from './palette';
import { PaneLayer, type PaneSize } from './pane-layer';
import type { TimeAxis } from './time-axis';

const NARROWEST = 3;
const HATCH_STEP = 7;
/** Height of the strip at the bottom of the pane that shows filled gaps, px. */
const STRIP = 3;
const FONT = '11px system-ui, sans-serif';
/** Width of a band from which on it says what it is, px. */
const ROOM_FOR_WORDS = 120;
/** How far from the bottom a pointer still means the strip, px. */
const STRIP_REACH = 12;

interface Band {
  readonly gap: Gap;
  readonly left: number;
  readonly right: number;
}

/**
 * Gaps behind the candles. Trades are missing in an open one (hatched between dashed lines) and in an unfillable one (filled
 * between solid lines, a cross on top); nothing is missing in a filled one, which is a strip at the bottom.
 */
export class GapBands {
  /** The layer to put on the chart. */
  readonly layer = new PaneLayer('bottom', (context, size) => this.draw(context, size));
  private gaps: readonly Gap[] = [];
  private bands: readonly Band[] = [];
  private height = 0;

  /**
   * @param axis where instants are.
   * @param palette the colours that hold now.
   */
  constructor(
    private readonly axis: TimeAxis,
    private readonly palette: () => Palette,
  ) {}

  /** Shows these gaps. */
  show(gaps: readonly Gap[]): void {
    this.gaps = gaps;
    this.layer.redraw();
  }

  /** The gaps at a point of the pane, as far as they are drawn there. */
  at(x: number, y: number): Gap[] {
    const isStrip = y > this.height - STRIP_REACH;
    return this.bands
      .filter(
        ({ gap, left, right }) => x >= left - 1 && x <= right + 1 && (gap.status !== 'filled' || isStrip),
      )
      .map(({ gap }) => gap);
  }

  private draw(context: CanvasRenderingContext2D, size: PaneSize): void {
    this.height = size.height;
    this.bands = this.gaps.flatMap((gap) => this.bandOf(gap, size.width) ?? []);
    for (const band of this.bands) {
      if (band.gap.status === 'filled') this.drawStrip(context, band, size);
      else if (band.gap.status === 'open') this.drawOpen(context, band, size);
      else this.drawUnfillable(context, band, size);
    }
  }

  private bandOf(gap: Gap, width: number): Band | null {
    const from = this.axis.xOf(gap.fromTimestamp);
    const to = gap.toTimestamp === null ? width : this.axis.xOf(gap.toTimestamp);
    if (from === null || to === null) return null;
    const middle = (from + to) / 2;
    const half = Math.max(NARROWEST, to - from) / 2;
    const [left, right] = [middle - half, middle + half];
    return right < 0 || left > width
      ? null
      : { gap, left: Math.max(-1, left), right: Math.min(width + 1, right) };
  }

  private drawStrip(context: CanvasRenderingContext2D, { left, right }: Band, { height }: PaneSize): void {
    context.fillStyle = this.palette().filledGap;
    context.fillRect(left, height - STRIP, right - left, STRIP);
  }

  private drawOpen(context: CanvasRenderingContext2D, { left, right }: Band, { height }: PaneSize): void {
    const { openGap, openGapFill } = this.palette();
    context.fillStyle = openGapFill;
    context.fillRect(left, 0, right - left, height);
    context.save();
    context.beginPath();
    context.rect(left, 0, right - left, height);
    context.clip();
    context.beginPath();
    for (let x = left - height; x < right; x += HATCH_STEP) {
      context.moveTo(x, height);
      context.lineTo(x + height, 0);
    }
    context.strokeStyle = openGapFill;
    context.lineWidth = 1.5;
    context.stroke();
    context.restore();
    edges(context, left, right, height, openGap, [4, 3]);
  }

  private drawUnfillable(
    context: CanvasRenderingContext2D,
    { left, right }: Band,
    { height }: PaneSize,
  ): void {
    const { unfillableGap, unfillableGapFill } = this.palette();
    context.fillStyle = unfillableGapFill;
    context.fillRect(left, 0, right - left, height);
    edges(context, left, right, height, unfillableGap, []);
    this.drawCross(context, (left + right) / 2, right - left, unfillableGap);
  }

  /** A cross on top of a band around `middle`, with words beside it where there is room. */
  private drawCross(context: CanvasRenderingContext2D, middle: number, room: number, color: string): void {
    context.font = FONT;
    const words = room < ROOM_FOR_WORDS ? '' : 'unfillable gap';
    const reach = 3.5;
    const [x, y] = [middle - context.measureText(words).width / 2, 9];
    context.beginPath();
    context.moveTo(x - reach, y - reach);
    context.lineTo(x + reach, y + reach);
    context.moveTo(x + reach, y - reach);
    context.lineTo(x - reach, y + reach);
    context.lineWidth = 1.5;
    context.stroke();
    context.fillStyle = color;
    context.textBaseline = 'middle';
    context.fillText(words, x + reach + 5, y);
  }
}

function edges(
  context: CanvasRenderingContext2D,
  left: number,
  right: number,
  height: number,
  color: string,
  dashes: number[],
): void {
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.setLineDash(dashes);
  context.beginPath();
  for (const x of [left, right]) {
    context.moveTo(x, 0);
    context.lineTo(x, height);
  }
  context.stroke();
  context.setLineDash([]);
}
