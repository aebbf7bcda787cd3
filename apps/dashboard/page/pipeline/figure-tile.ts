import { element, setText } from '../dom/elements';
import { FigureHistory } from './figure-history';
import type { Figure } from './figures';
import { PLOT_HEIGHT, PLOT_WIDTH, plotPath } from './sparkline';

const SVG = 'http://www.w3.org/2000/svg';

/** One figure with its last five minutes. */
export class FigureTile {
  /** The whole tile. */
  readonly root = element('div', 'figure-tile');
  private readonly value = element('dd', 'figure-value', '–');
  private readonly line = document.createElementNS(SVG, 'path');
  private readonly history = new FigureHistory();

  /** @param figure what it shows. */
  constructor(private readonly figure: Figure) {
    this.root.title = figure.meaning;
    this.root.dataset['figure'] = figure.name;
    const plot = document.createElementNS(SVG, 'svg');
    plot.setAttribute('viewBox', `0 0 ${PLOT_WIDTH} ${PLOT_HEIGHT}`);
    plot.setAttribute('preserveAspectRatio', 'none');
    plot.setAttribute('aria-hidden', 'true');
    plot.append(this.line);
    this.root.append(element('dt', '', figure.name), this.value, plot);
  }

  /** Takes the value of one more second; null when nobody knows it. */
  add(value: number | null): void {
    this.history.add(value);
    this.root.classList.toggle('alarming', value !== null && this.figure.isAlarming(value));
    setText(this.value, value === null ? '–' : this.figure.format(value));
  }

  /** Takes a second of which nobody knows anything; the last value stays readable. */
  pass(): void {
    this.history.add(null);
  }

  /** Draws the last five minutes. */
  draw(): void {
    this.line.setAttribute('d', plotPath(this.history.values()));
  }
}
