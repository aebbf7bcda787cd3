import { HISTORY_LENGTH } from './figure-history';

/** Width of a plot in its own units. */
export const PLOT_WIDTH = 300;
/** Height of a plot in its own units. */
export const PLOT_HEIGHT = 40;
const EDGE = 2;
/** So many values, a minute, fill a plot that is young; from then on it grows until its history is full. */
const FEWEST = 60;

/**
 * The line through the newest values as an SVG path, the newest at the right edge; from zero to the largest. A value that
 * nobody knew (NaN) interrupts the line.
 */
export function plotPath(values: readonly number[]): string {
  const largest = values.reduce((most, value) => (value > most ? value : most), 0);
  const reach = PLOT_HEIGHT - 2 * EDGE;
  const step = PLOT_WIDTH / (Math.min(HISTORY_LENGTH, Math.max(FEWEST, values.length)) - 1);
  let path = '';
  let isDrawing = false;
  for (const [index, value] of values.entries()) {
    if (Number.isNaN(value)) {
      isDrawing = false;
      continue;
    }
    const x = PLOT_WIDTH - (values.length - 1 - index) * step;
    const y = PLOT_HEIGHT - EDGE - (largest === 0 ? 0 : (Math.max(0, value) / largest) * reach);
    path += `${isDrawing ? 'L' : 'M'}${tenth(x)} ${tenth(y)}`;
    isDrawing = true;
  }
  return path;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
