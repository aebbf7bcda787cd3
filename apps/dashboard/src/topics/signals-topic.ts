import type { SignalFilter } from '../../page/protocol';
import type { SignalBook } from '../signal-book';
import { Topic } from './topic';

/** Signals and outcomes of what a filter takes. Its version moves only when something that it takes has changed. */
export class SignalsTopic extends Topic {
  private seen = 0;
  private newest = 0;

  /**
   * @param book what is told.
   * @param filter of which venue and symbol.
   */
  constructor(
    private readonly book: SignalBook,
    private readonly filter: SignalFilter,
  ) {
    super({ channel: 'signals', ...filter });
  }

  protected newestVersion(): number {
    if (this.seen !== this.book.version) {
      this.seen = this.book.version;
      this.newest = Math.max(this.newest, this.book.newestVersion(this.filter));
    }
    return this.newest;
  }

  protected holdsAfter(version: number): boolean {
    return this.book.holdsAfter(version);
  }

  protected fieldsAfter(from: number | null): string {
    const { signals, outcomes } = this.book.after(from ?? 0, this.filter);
    return `"signals":${JSON.stringify(signals)},"outcomes":${JSON.stringify(outcomes)}`;
  }
}
