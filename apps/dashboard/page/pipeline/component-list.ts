import { element, setText } from '../dom/elements';
import { capitalized, formatCount } from '../format/price-format';
import { formatAge } from '../format/time-format';
import type { PipelineComponent } from '../protocol';
import { figuresInWords } from './component-figures';

/** A component that has said nothing for this long is shown as silent, ms. */
const SILENT_MS = 15_000;
const VENUE_PREFIX = 'adapter-';

/** Whether a component is an adapter, hence the connection of a venue. */
export function isVenue({ component }: Pick<PipelineComponent, 'component'>): boolean {
  return component.startsWith(VENUE_PREFIX);
}

/** The state of each venue's connection, or of each service, one line each. */
export class ComponentList {
  private readonly items = new Map<string, ComponentItem>();

  /** @param root an empty list. */
  constructor(private readonly root: HTMLElement) {}

  /** Shows these components, in their order. */
  show(components: readonly PipelineComponent[]): void {
    const names = new Set(components.map(({ component }) => component));
    for (const [name, { root }] of this.items) {
      if (names.has(name)) continue;
      root.remove();
      this.items.delete(name);
    }
    for (const component of components) {
      let item = this.items.get(component.component);
      if (item === undefined) {
        item = new ComponentItem(component);
        this.items.set(component.component, item);
        this.root.append(item.root);
      }
      item.show(component);
    }
  }
}

class ComponentItem {
  readonly root = element('li');
  private readonly word = element('span', 'word');
  private readonly detail = element('span', 'detail');

  constructor(component: PipelineComponent) {
    this.root.dataset['component'] = component.component;
    const name = isVenue(component)
      ? capitalized(component.component.slice(VENUE_PREFIX.length))
      : component.component;
    this.root.append(element('span', 'dot'), element('b', '', name), this.word, this.detail);
  }

  show(component: PipelineComponent): void {
    const { state, detail, figures, ageMs } = component;
    const isSilent = ageMs > SILENT_MS;
    this.root.dataset['state'] = isSilent ? 'silent' : state;
    setText(this.word, isSilent ? `silent for ${formatAge(ageMs)}` : state);
    setText(this.detail, detail === '' ? figuresInWords(figures) : detail);
    const all = Object.entries(figures).map(([name, value]) => `${name}: ${formatCount(value)}`);
    this.root.title = [detail, ...all].filter((line) => line !== '').join('\n');
  }
}
