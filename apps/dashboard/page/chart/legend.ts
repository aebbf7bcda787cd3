import type { Candle } from '@neuraltrade/contracts';
import { element, setText } from '../dom/elements';
import { formatAmount, formatCount, formatMove, formatPrice, priceDecimals } from '../format/price-format';
import { formatMinute } from '../format/time-format';
import type { SessionVwap } from './session-vwap';

const FIGURES = ['O', 'H', 'L', 'C', 'Change', 'Vol', 'Trades', 'VWAP', 'Day VWAP'] as const;
type FigureName = (typeof FIGURES)[number];

/** The line of figures above the chart: one candle in full. */
export class Legend {
  private readonly time = element('time', 'legend-time');
  private readonly values = new Map<FigureName, HTMLElement>();
  private readonly state = element('span', 'tag');
  private readonly complete = element('span', 'tag');

  /** @param root an empty element. */
  constructor(private readonly root: HTMLElement) {
    root.append(this.time);
    for (const name of FIGURES) {
      const value = element('b');
      const figure = element('span', 'figure', name === 'Change' ? '' : `${name} `);
      figure.dataset['figure'] = name;
      figure.append(value);
      this.values.set(name, value);
      root.append(figure);
    }
    root.append(this.state, this.complete);
  }

  /** Shows a candle; nothing without one. */
  show(candle: Candle | undefined, session: SessionVwap | undefined): void {
    this.root.classList.toggle('empty', candle === undefined);
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
    this.set('Change', changeText(candle));
    this.set('Vol', formatAmount(candle.volume));
    this.set('Trades', formatCount(candle.trades));
    this.set('VWAP', price(candle.vwap));
    this.set('Day VWAP', session === undefined ? '–' : price(session.value));
    const since = session === undefined ? '' : `since ${formatMinute(session.since)} UTC`;
    const day = this.values.get('Day VWAP');
    if (day !== undefined && day.title !== since) day.title = since;
    this.state.dataset['state'] = candle.state;
    setText(this.state, stateText(candle));
    this.complete.dataset['state'] = candle.complete ? 'complete' : 'incomplete';
    setText(this.complete, candle.complete ? 'complete' : 'incomplete');
  }

  private set(name: FigureName, text: string): void {
    const value = this.values.get(name);
    if (value !== undefined) setText(value, text);
  }
}

function stateText({ state, revision }: Candle): string {
  return state === 'revised' ? `revised ${revision}×` : state;
}

function changeText({ open, close }: Candle): string {
  return formatMove(((close - open) / open) * 10_000);
}
