import { remember, remembered } from './remembered';

/** A key that does something wherever the focus is, but not while a text is typed. */
export interface Shortcut {
  /** The key as browsers name it ('?', 't'). */
  readonly key: string;
  /** What it does, for people. */
  readonly does: string;
  /** Does it. */
  readonly run: () => void;
}

const OFF = 'off';

/** The keys of the page. They can be switched off: single letters get in the way of speech input. */
export class Shortcuts {
  private isOn = remembered('shortcuts') !== OFF;

  /** @param shortcuts every key, in the order of the help. */
  constructor(readonly shortcuts: readonly Shortcut[]) {
    document.addEventListener('keydown', (event) => this.press(event));
  }

  /** Whether keys do anything. */
  on(): boolean {
    return this.isOn;
  }

  /** Switches all of them on or off; the choice is remembered. */
  switch(on: boolean): void {
    this.isOn = on;
    remember('shortcuts', on ? 'on' : OFF);
  }

  private press(event: KeyboardEvent): void {
    if (!this.isOn || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector('dialog[open]') !== null) return;
    const shortcut = this.shortcuts.find(({ key }) => key === event.key);
    if (shortcut === undefined) return;
    event.preventDefault();
    shortcut.run();
  }
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
}
