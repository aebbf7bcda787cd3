import type { Gap } from '@neuraltrade/contracts';
import { element } from '../dom/elements';
import { formatTimeOfDay } from '../format/time-format';
import { gapSentence } from './gap-book';

const MOST_SHOWN = 4;
const OFFSET = 14;

/** Says beside the pointer which gaps it is over. */
export class GapTooltip {
  private shown = '';

  /**
   * @param root an empty element.
   * @param box what it lies in.
   */
  constructor(
    private readonly root: HTMLElement,
    private readonly box: HTMLElement,
  ) {}

  /** Shows the gaps at a point of the box, px; hides when there are none. */
  show(gaps: readonly Gap[], x: number, y: number): void {
    this.root.hidden = gaps.length === 0;
    if (gaps.length === 0) return;
    const key = gaps.map(({ gapId, status }) => gapId + status).join();
    if (key !== this.shown) this.fill(gaps);
    this.shown = key;
    const { style } = this.root;
    // To the side where there is more room; transforms cost no layout.
    const isRight = x > this.box.clientWidth / 2;
    style.transform = `translate(${isRight ? x - OFFSET : x + OFFSET}px, ${y + OFFSET}px) translateX(${isRight ? '-100%' : '0'})`;
  }

  private fill(gaps: readonly Gap[]): void {
    const lines = gaps.slice(0, MOST_SHOWN).map((gap) => {
      const line = element('p', '', gapSentence(gap));
      line.dataset['status'] = gap.status;
      const end = gap.toTimestamp === null ? 'now' : formatTimeOfDay(gap.toTimestamp);
      line.append(element('span', 'span', `${formatTimeOfDay(gap.fromTimestamp)} to ${end} UTC`));
      return line;
    });
    const more = gaps.length - lines.length;
    this.root.replaceChildren(...lines, ...(more > 0 ? [element('p', '', `And ${more} more.`)] : []));
  }
}
