import { byId, setSentence, setText } from '../dom/elements';
import { atNextFrame } from '../dom/frame';
import { formatCount } from '../format/price-format';
import { formatAge } from '../format/time-format';
import type { PipelineSummary } from '../protocol';
import { ComponentList, isVenue } from './component-list';
import { FigureTile } from './figure-tile';
import { FIGURES } from './figures';

/** How the pipeline is doing: figures with their last five minutes, and the connection of every venue and service. */
export class PipelinePanel {
  private readonly tiles = FIGURES.map((figure) => new FigureTile(figure));
  private readonly venues = new ComponentList(byId('venues', HTMLElement));
  private readonly services = new ComponentList(byId('services', HTMLElement));
  private readonly sentence = byId('pipeline-state', HTMLElement);
  private readonly summary = byId('pipeline-summary', HTMLElement);
  private readonly paint = (): void => {
    for (const tile of this.tiles) tile.draw();
  };

  /** Everything has its place from the start. */
  constructor() {
    byId('figures', HTMLElement).append(...this.tiles.map(({ root }) => root));
  }

  /** Shows the pipeline's state, once a second. */
  show(summary: PipelineSummary): void {
    for (const [index, { of }] of FIGURES.entries()) this.tiles[index]?.add(of(summary));
    const { components, clients, uptimeMs } = summary;
    this.venues.show(components.filter(isVenue));
    this.services.show(components.filter((component) => !isVenue(component)));
    const watching = clients === 1 ? '1 client' : `${formatCount(clients)} clients`;
    setText(this.summary, `Gateway up ${formatAge(uptimeMs)}, ${watching}`);
    setSentence(this.sentence, components.length === 0 ? 'No component has reported its state yet.' : '');
    atNextFrame(this.paint);
  }

  /** Leaves a second out of the plots: nobody knows what it was like. */
  passSecond(): void {
    for (const tile of this.tiles) tile.pass();
    atNextFrame(this.paint);
  }
}
