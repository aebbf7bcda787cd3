import { byId, element } from '../dom/elements';
import type { Shortcuts } from './shortcuts';

/** The help: what the marks mean (written in the page) and every shortcut. */
export class HelpDialog {
  private readonly dialog = byId('help', HTMLDialogElement);

  /** @param shortcuts the keys to list and to switch. */
  constructor(shortcuts: Shortcuts) {
    const list = byId('shortcut-list', HTMLElement);
    for (const { key, does } of shortcuts.shortcuts) {
      const term = element('dt');
      term.append(element('kbd', '', key));
      list.append(term, element('dd', '', does));
    }
    const box = byId('shortcuts-on', HTMLInputElement);
    box.checked = shortcuts.on();
    box.addEventListener('change', () => shortcuts.switch(box.checked));
    byId('help-close', HTMLButtonElement).addEventListener('click', () => this.dialog.close());
    this.dialog.addEventListener('click', ({ target }) => {
      if (target === this.dialog) this.dialog.close();
    });
  }

  /** Opens it; Escape closes it. */
  open(): void {
    this.dialog.showModal();
  }
}
