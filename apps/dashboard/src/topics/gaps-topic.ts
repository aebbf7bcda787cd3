import type { MarketName } from '../../page/protocol';
import type { GapBook, SymbolGaps } from '../gap-book';
import { Topic } from './topic';

/** The gaps of one symbol that were heard of since the gateway's start. */
export class GapsTopic extends Topic {
  private gaps: SymbolGaps | undefined;

  /**
   * @param book where the gaps are, or will be: who subscribes makes no state of it.
   * @param name the symbol.
   */
  constructor(
    private readonly book: GapBook,
    private readonly name: MarketName,
  ) {
    super({ channel: 'gaps', ...name });
  }

  protected newestVersion(): number {
    this.gaps ??= this.book.find(this.name.exchange, this.name.symbol);
    return this.gaps?.version ?? 0;
  }

  protected holdsAfter(version: number): boolean {
    return this.gaps?.holdsAfter(version) ?? true;
  }

  protected fieldsAfter(from: number | null): string {
    return `"gaps":${JSON.stringify(this.gaps?.after(from ?? 0) ?? [])}`;
  }
}
