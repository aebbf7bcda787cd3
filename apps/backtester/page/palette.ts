const NAMES = {
  text: '--muted',
  grid: '--line',
  panel: '--panel',
  up: '--up',
  down: '--down',
  accent: '--accent',
  accentFill: '--accent-fill',
  downFill: '--down-fill',
  benchmark: '--benchmark',
  split: '--amber',
} as const;

/** The colours of the page that canvases draw with. */
export type Palette = Readonly<Record<keyof typeof NAMES, string>>;

/** Reads the colours that hold now, light or dark. */
export function readPalette(): Palette {
  // A custom property reads as it was written, light-dark() and all: only a colour that is used is resolved.
  const probe = document.createElement('span');
  probe.hidden = true;
  document.body.append(probe);
  const styles = getComputedStyle(probe);
  const colours = Object.entries(NAMES).map(([key, name]) => {
    probe.style.color = `var(${name})`;
    return [key, styles.color] as const;
  });
  probe.remove();
  return Object.fromEntries(colours) as Palette;
}
