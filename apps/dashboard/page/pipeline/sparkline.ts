import { HISTORY_LENGTH } from './figure-history';

/** Width of a plot in its own units: one for each value. */
export const PLOT_WIDTH = HISTORY_LENGTH;
/** Height of a plot in its own units. */
export const PLOT_HEIGHT = 40;
const EDGE = 2;

/**
 * The line through the newest values as an SVG path, the newest at the right edge; from zero to the largest. A value that
 * nobody knew (NaN) interrupts the line.
 */
export function plotPath(values: readonly number[]): string {
  const largest = values.reduce((most, value) => (value > most ? value : most), 0);
  const reach = PLOT_HEIGHT - 2 * EDGE;
  let path = '';
  let isDrawing = false;
  for (const [index, value] of values.entries()) {
    if (Number.isNaN(value)) {
      isDrawing = false;
      continue;
    }
    const x = PLOT_WIDTH - values.length + index;
    const y = PLOT_HEIGHT - EDGE - (largest === 0 ? 0 : (Math.max(0, value) / largest) * reach);
    path += `${isDrawing ? 'L' : 'M'}${x} ${Math.round(y * 10) / 10}`;
    isDrawing = true;
  }
  return path;
}
