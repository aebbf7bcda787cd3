import type { MlSignal } from '@neuraltrade/contracts';
import { byId, setSentence } from '../dom/elements';
import { atNextFrame } from '../dom/frame';
import type { JudgedSignal } from './signal-book';
import { SignalRow } from './signal-row';

const MOST_ROWS = 100;

/** The list of signals with what became of them, the newest on top. */
export class SignalList {
  private readonly body = byId('signals-body', HTMLElement);
  private readonly sentence = byId('signals-state', HTMLElement);
  private readonly rows: SignalRow[] = [];
  private signals: readonly JudgedSignal[] = [];
  private isEngineHere = false;
  private readonly paint = (): void => this.draw();

  /** @param onChoose told which signal was chosen, to show its series. */
  constructor(private readonly onChoose: (signal: MlSignal) => void) {}

  /** Shows these signals, the newest first. */
  show(signals: readonly JudgedSignal[]): void {
    this.signals = signals;
    atNextFrame(this.paint);
  }

  /** Takes whether an ML engine has reported: what an empty list means depends on it. */
  tellEngine(isHere: boolean): void {
    if (isHere === this.isEngineHere) return;
    this.isEngineHere = isHere;
    atNextFrame(this.paint);
  }

  private draw(): void {
    const shown = this.signals.slice(0, MOST_ROWS);
    while (this.rows.length < shown.length) {
      const row = new SignalRow(this.onChoose);
      this.rows.push(row);
      this.body.append(row.root);
    }
    for (const row of this.rows.splice(shown.length)) row.root.remove();
    for (const [index, judged] of shown.entries()) this.rows[index]?.show(judged);
    setSentence(this.sentence, shown.length > 0 ? '' : this.emptySentence());
  }

  private emptySentence(): string {
    return this.isEngineHere
      ? 'No signal yet: the ML engine judges each candle when it closes.'
      : 'No signals: no ML engine has reported. Once one runs, its signals and what became of them stand here.';
  }
}
