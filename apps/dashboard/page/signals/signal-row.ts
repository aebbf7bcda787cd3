import type { MlSignal } from '@neuraltrade/contracts';
import { element, setText } from '../dom/elements';
import { capitalized, formatMove } from '../format/price-format';
import { formatDayMinute } from '../format/time-format';
import type { JudgedSignal } from './signal-book';

const TYPE_SIGNS = { buy: '▲ buy', hold: '■ hold', sell: '▼ sell' } as const;
const OUTCOME_SIGNS = { hit: '✓ hit', miss: '✗ miss', unjudged: '? unjudged', pending: '… pending' } as const;
const FIELDS = ['time', 'market', 'type', 'probabilities', 'confidence', 'risk', 'outcome', 'model'] as const;
type Field = (typeof FIELDS)[number];
const CLASSES = ['buy', 'hold', 'sell'] as const;

/** One signal of the list; rows are used again for other signals. */
export class SignalRow {
  /** The whole row. */
  readonly root = element('div', 'signal-row');
  private readonly cells = new Map<Field, HTMLElement>();
  private readonly bars = new Map<(typeof CLASSES)[number], HTMLElement>();
  private readonly market = element('button', 'signal-market');
  private shown: JudgedSignal | null = null;

  /** @param onChoose told when the market is pressed. */
  constructor(onChoose: (signal: MlSignal) => void) {
    this.root.setAttribute('role', 'row');
    for (const field of FIELDS) {
      const cell = element('span', `signal-${field}`);
      cell.setAttribute('role', 'cell');
      this.cells.set(field, cell);
      this.root.append(cell);
    }
    this.market.type = 'button';
    this.market.addEventListener('click', () => this.shown && onChoose(this.shown.signal));
    this.cells.get('market')?.append(this.market);
    for (const name of CLASSES) {
      const bar = element('span', `bar bar-${name}`);
      this.bars.set(name, bar);
      this.cells.get('probabilities')?.append(bar);
    }
  }

  /** Shows a signal. */
  show(judged: JudgedSignal): void {
    if (judged === this.shown) return;
    this.shown = judged;
    const { signal, outcome } = judged;
    const status = outcome?.status ?? 'pending';
    this.root.dataset['type'] = signal.signalType;
    this.root.dataset['outcome'] = status;
    this.root.dataset['risk'] = signal.riskLevel;
    this.set('time', formatDayMinute(signal.timestamp));
    setText(this.market, `${signal.symbol} ${capitalized(signal.exchange)} ${signal.timeframe}`);
    this.set('type', TYPE_SIGNS[signal.signalType]);
    this.showBars(signal);
    this.set('confidence', percent(signal.confidence));
    this.set('risk', signal.riskLevel);
    const moved = outcome?.returnBps ?? null;
    this.set(
      'outcome',
      moved === null ? OUTCOME_SIGNS[status] : `${OUTCOME_SIGNS[status]} ${formatMove(moved)}`,
    );
    this.set('model', signal.modelVersion);
  }

  private showBars({ probBuy, probHold, probSell }: MlSignal): void {
    const shares = { buy: probBuy, hold: probHold, sell: probSell };
    for (const [name, bar] of this.bars) bar.style.flexGrow = String(shares[name]);
    const words = CLASSES.map((name) => `${name} ${percent(shares[name])}`).join(', ');
    const cell = this.cells.get('probabilities');
    if (cell === undefined) return;
    cell.title = words;
    cell.setAttribute('aria-label', words);
  }

  private set(field: Field, text: string): void {
    const cell = this.cells.get(field);
    if (cell === undefined) return;
    setText(cell, text);
    if (field === 'model') cell.title = text;
  }
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
