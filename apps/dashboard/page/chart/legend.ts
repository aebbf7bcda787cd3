import type { Candle } from '@neuraltrade/contracts';
import { element, setText } from '../dom/elements';
import { formatAmount, formatCount, formatMinute, formatPrice, priceDecimals } from '../format/price-format';

const FIGURES = ['O', 'H', 'L', 'C', 'Volume', 'Trades', 'VWAP'] as const;

/** The line of figures above the chart: one candle in full. */
export class Legend {
  private readonly time = element('time', 'legend-time');
  private readonly values = new Map(FIGURES.map((name) => [name, element('b')]));
  private readonly state = element('span', 'tag');
  private readonly complete = element('span', 'tag');

  /** @param root an empty element. */
  constructor(private readonly root: HTMLElement) {
    root.append(this.time);
    for (const [name, value] of this.values) {
      const figure = element('span', 'figure', `${name} `);
      figure.append(value);
      root.append(figure);
    }
    root.append(this.state, this.complete);
  }

  /** Shows a candle; nothing without one. */
  show(candle: Candle | undefined): void {
    this.root.hidden = candle === undefined;
    if (candle === undefined) return;
    const decimals = priceDecimals(candle.close);
    const price = (value: number): string => formatPrice(value, decimals);
    const { dataset } = this.root;
    dataset['timestamp'] = String(candle.timestamp);
    dataset['direction'] = candle.close >= candle.open ? 'up' : 'down';
    setText(this.time, formatMinute(candle.timestamp));
    this.set('O', price(candle.open));
    this.set('H', price(candle.high));
    this.set('L', price(candle.low));
    this.set('C', price(candle.close));
    this.set('Volume', formatAmount(candle.volume));
    this.set('Trades', formatCount(candle.trades));
    this.set('VWAP', price(candle.vwap));
    this.state.dataset['state'] = candle.state;
    setText(this.state, stateText(candle));
    this.complete.dataset['state'] = candle.complete ? 'complete' : 'incomplete';
    setText(this.complete, candle.complete ? 'complete' : 'incomplete: trades missing');
  }

  private set(name: (typeof FIGURES)[number], text: string): void {
    const value = this.values.get(name);
    if (value !== undefined) setText(value, text);
  }
}

function stateText({ state, revision }: Candle): string {
  return state === 'revised' ? `revised ${revision}×` : state;
}
