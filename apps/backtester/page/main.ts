import type { ChartData } from '../src/report/chart-data';
import { CandleChart } from './candle-chart';
import { EquityChart } from './equity-chart';
import { elementById } from './elements';

const data = JSON.parse(elementById('data').textContent ?? '') as ChartData;
const equity = new EquityChart(elementById('equity'), data);
const candles = new CandleChart(elementById('candles'), elementById('candles-note'));

const switches = elementById('symbols');
const show = (index: number): void => {
  const symbol = data.symbols[index];
  if (symbol !== undefined) candles.show(symbol);
  for (const [at, button] of [...switches.children].entries())
    button.setAttribute('aria-pressed', String(at === index));
};
if (data.symbols.length > 1) {
  for (const [index, { symbol }] of data.symbols.entries()) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = symbol;
    button.addEventListener('click', () => show(index));
    switches.append(button);
  }
}
show(0);

// What is drawn on a canvas does not follow the style sheet by itself.
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  equity.repaint();
  candles.repaint();
});
document.documentElement.dataset['drawn'] = 'true';
