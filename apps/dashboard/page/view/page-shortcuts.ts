import type { ChartPanel } from '../chart/chart-panel';
import { type OverlayName, TIMEFRAMES } from './page-address';
import type { SeriesControls } from './series-controls';
import type { Shortcut } from './shortcuts';
import type { ThemeSwitch } from './theme';

/** What the keys of the page work on. */
export interface ShortcutTargets {
  /** The chart. */
  readonly chart: Pick<ChartPanel, 'showNewest'>;
  /** What it shows. */
  readonly controls: Pick<SeriesControls, 'choose' | 'stepSymbol' | 'stepVenue'>;
  /** Light and dark. */
  readonly theme: Pick<ThemeSwitch, 'next'>;
  /** Switches an overlay on or off. */
  readonly toggleOverlay: (overlay: OverlayName) => void;
  /** Opens the help. */
  readonly openHelp: () => void;
}

/** Every key of the page, in the order of the help. */
export function pageShortcuts({
  chart,
  controls,
  theme,
  toggleOverlay,
  openHelp,
}: ShortcutTargets): readonly Shortcut[] {
  return [
    ...TIMEFRAMES.map((timeframe, index) => ({
      key: String(index + 1),
      does: `candles of ${timeframe}`,
      run: () => controls.choose({ timeframe }),
    })),
    { key: 'j', does: 'next symbol', run: () => controls.stepSymbol(1) },
    { key: 'k', does: 'previous symbol', run: () => controls.stepSymbol(-1) },
    { key: 'l', does: 'next venue of the symbol', run: () => controls.stepVenue(1) },
    { key: 'h', does: 'previous venue of the symbol', run: () => controls.stepVenue(-1) },
    { key: 'n', does: 'go to the newest candle', run: () => chart.showNewest() },
    { key: 'v', does: 'VWAP on or off', run: () => toggleOverlay('vwap') },
    { key: 'g', does: 'gaps on or off', run: () => toggleOverlay('gaps') },
    { key: 's', does: 'signals on or off', run: () => toggleOverlay('signals') },
    { key: 't', does: 'colours: system, light, dark', run: () => theme.next() },
    { key: '?', does: 'this help', run: openHelp },
  ];
}
