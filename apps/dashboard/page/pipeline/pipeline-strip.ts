import { byId, element, setSentence, setText } from '../dom/elements';
import { formatAge, formatCount, formatRate } from '../format/price-format';
import type { PipelineComponent, PipelineMessage } from '../protocol';

/** A component that has said nothing for this long is shown as silent, ms. */
const SILENT_MS = 15_000;

/** The strip with the rates and every component's state. */
export class PipelineStrip {
  private readonly figures = byId('figures', HTMLElement);
  private readonly components = byId('components', HTMLElement);
  private readonly sentence = byId('pipeline-state', HTMLElement);
  private readonly values = new Map<string, HTMLElement>();

  /** Shows the pipeline's state. */
  show(message: PipelineMessage): void {
    this.set('Trades/s', formatRate(message.ticksPerSecond));
    this.set('Candles/s', formatRate(message.candlesPerSecond));
    this.set('Open gaps', formatCount(message.openGaps), message.openGaps > 0);
    this.set('Unfillable gaps', formatCount(message.unfillableGaps), message.unfillableGaps > 0);
    this.set('Clients', formatCount(message.clients));
    this.set('Gateway up', formatAge(message.uptimeMs));
    this.components.replaceChildren(...message.components.map(componentItem));
    setSentence(
      this.sentence,
      message.components.length === 0 ? 'No component has reported its state yet.' : '',
    );
  }

  private set(name: string, text: string, alarming = false): void {
    let value = this.values.get(name);
    if (value === undefined) {
      this.values.set(name, (value = element('dd')));
      const pair = element('div');
      pair.append(element('dt', '', name), value);
      this.figures.append(pair);
    }
    value.classList.toggle('alarming', alarming);
    setText(value, text);
  }
}

function componentItem({ component, state, detail, figures, ageMs }: PipelineComponent): HTMLLIElement {
  const isSilent = ageMs > SILENT_MS;
  const item = element('li');
  item.dataset['state'] = isSilent ? 'silent' : state;
  item.dataset['component'] = component;
  const word = isSilent ? `silent for ${formatAge(ageMs)}` : state;
  item.append(element('span', 'dot'), element('b', '', component), element('span', 'word', word));
  if (detail !== '') item.append(element('span', 'detail', detail));
  item.title = Object.entries(figures)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
  return item;
}
