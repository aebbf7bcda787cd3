import { element } from '../dom/elements';

/** A select box whose choices change while the page runs. */
export class Picker {
  private shown: string | null = null;

  /**
   * @param select an empty select box.
   * @param onPick told what was picked.
   * @param label the words for a choice.
   */
  constructor(
    private readonly select: HTMLSelectElement,
    onPick: (choice: string) => void,
    private readonly label: (choice: string) => string = (choice) => choice,
  ) {
    select.addEventListener('change', () => onPick(select.value));
  }

  /** Offers these choices and shows `chosen`, also if it is none of them. */
  show(choices: readonly string[], chosen: string): void {
    const offered = choices.includes(chosen) || chosen === '' ? choices : [chosen, ...choices];
    const key = offered.join(' ');
    if (key !== this.shown) {
      this.select.replaceChildren(
        // Where nothing can be picked yet it says so.
        ...(offered.length > 0 ? offered : ['']).map((choice) => {
          const option = element('option', '', choice === '' ? '–' : this.label(choice));
          option.value = choice;
          return option;
        }),
      );
      this.shown = key;
    }
    if (this.select.value !== chosen) this.select.value = chosen;
  }
}

/** The choice `step` places behind `current`, round and round; `current` when there is no other. */
export function neighbour(choices: readonly string[], current: string, step: 1 | -1): string {
  const index = choices.indexOf(current);
  if (index < 0) return choices[0] ?? current;
  return choices[(index + step + choices.length) % choices.length] ?? current;
}
