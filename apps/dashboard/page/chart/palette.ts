import { element } from '../dom/elements';

const NAMES = {
  text: '--muted',
  strong: '--text',
  grid: '--line',
  panel: '--panel',
  up: '--up',
  down: '--down',
  upHollow: '--up-hollow',
  downHollow: '--down-hollow',
  upVolume: '--up-volume',
  downVolume: '--down-volume',
  accent: '--accent',
  incomplete: '--amber',
  revised: '--violet',
  hold: '--edge',
  vwap: '--vwap',
  openGap: '--amber',
  openGapFill: '--open-gap',
  unfillableGap: '--down',
  unfillableGapFill: '--unfillable-gap',
  filledGap: '--filled-gap',
} as const;

/** The colours of the page that canvases draw with, as rgb() or rgba(). */
export type Palette = Readonly<Record<keyof typeof NAMES, string>>;

/** Reads the colours that hold now, light or dark. */
export function readPalette(from: Element): Palette {
  // A custom property reads as it was written, light-dark() and all: only a colour that is used is resolved.
  const probe = element('span');
  probe.hidden = true;
  from.append(probe);
  const styles = getComputedStyle(probe);
  const colorOf = (name: string): string => {
    probe.style.color = `var(${name})`;
    return styles.color;
  };
  const palette = Object.fromEntries(Object.entries(NAMES).map(([key, name]) => [key, colorOf(name)]));
  probe.remove();
  return palette as Palette;
}
