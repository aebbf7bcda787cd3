import { createChart, type IChartApi, type UTCTimestamp } from 'lightweight-charts';
import { readPalette, type Palette } from './palette';

/** An empty chart that looks like the page. */
export function createFrame(container: HTMLElement): IChartApi {
  const chart = createChart(container, {
    autoSize: true,
    layout: {
      // The footer names the library.
      attributionLogo: false,
      fontFamily: getComputedStyle(container).fontFamily,
      fontSize: 11,
    },
    timeScale: { timeVisible: true, secondsVisible: false, rightOffset: 2, minBarSpacing: 0.1 },
    rightPriceScale: { minimumWidth: 72 },
    localization: { timeFormatter: (time: UTCTimestamp) => `${minuteText(time)} UTC` },
    // A page is scrolled over its charts: they zoom with the pinch or the axis.
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false },
  });
  paintFrame(chart, readPalette());
  return chart;
}

/** Draws the frame in these colours from now on. */
export function paintFrame(chart: IChartApi, { panel, text, grid }: Palette): void {
  chart.applyOptions({
    layout: { background: { color: panel }, textColor: text, panes: { separatorColor: grid } },
    grid: { vertLines: { color: grid }, horzLines: { color: grid } },
    rightPriceScale: { borderColor: grid },
    timeScale: { borderColor: grid },
  });
}

/** '2024-01-05 10:00' of seconds since 1970. */
export function minuteText(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().slice(0, 16).replace('T', ' ');
}
