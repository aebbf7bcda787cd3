import { remember, remembered } from './remembered';

/** The choices of colours, in the order of the switch. */
export const THEMES = ['system', 'light', 'dark'] as const;

/** Light, dark, or whatever the system says. */
export type Theme = (typeof THEMES)[number];

/** The choice of an earlier visit; the system's without one. */
export function rememberedTheme(): Theme {
  const known = remembered('theme');
  return THEMES.find((theme) => theme === known) ?? 'system';
}

/** Puts a choice on the page. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
}

/** The button that switches the colours; the choice is remembered. */
export class ThemeSwitch {
  private theme = rememberedTheme();

  /**
   * @param button what is pressed.
   * @param onChange told whenever the colours on the screen have changed, by the switch or by the system.
   */
  constructor(
    private readonly button: HTMLButtonElement,
    private readonly onChange: () => void,
  ) {
    button.addEventListener('click', () => this.next());
    window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', onChange);
    this.show();
  }

  /** Goes to the next choice. */
  next(): void {
    this.theme = THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length] ?? 'system';
    remember('theme', this.theme);
    this.show();
    this.onChange();
  }

  private show(): void {
    applyTheme(this.theme);
    const label = `Colours: ${this.theme}`;
    this.button.setAttribute('aria-label', label);
    this.button.title = `${label}. Press for the next choice.`;
  }
}
