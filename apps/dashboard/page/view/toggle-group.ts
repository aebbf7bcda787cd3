import { element } from '../dom/elements';

/** A row of buttons, each of which is pressed or not. */
export class ToggleGroup<T extends string> {
  private readonly buttons = new Map<T, HTMLButtonElement>();

  /**
   * @param root an empty element.
   * @param choices the buttons with their labels, in order.
   * @param onPress told which one was pressed; what is shown follows by `show`.
   */
  constructor(root: HTMLElement, choices: Readonly<Record<T, string>>, onPress: (choice: T) => void) {
    for (const [choice, label] of Object.entries(choices) as [T, string][]) {
      const button = element('button', '', label);
      button.type = 'button';
      button.dataset['choice'] = choice;
      button.addEventListener('click', () => onPress(choice));
      this.buttons.set(choice, button);
      root.append(button);
    }
  }

  /** Shows which ones are pressed. */
  show(isPressed: (choice: T) => boolean): void {
    for (const [choice, button] of this.buttons)
      button.setAttribute('aria-pressed', String(isPressed(choice)));
  }
}
