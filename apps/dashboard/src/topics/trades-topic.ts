import type { ProcessedTick } from '@neuraltrade/contracts';
import type { MarketName, TapeTrade } from '../../page/protocol';
import type { Tape, Tapes } from '../tapes';
import { Topic } from './topic';

const MOST_TRADES = 100;

/** The tape of one symbol; whoever falls behind is told how many trades are left out. */
export class TradesTopic extends Topic {
  private tape: Tape | undefined;

  /**
   * @param tapes where the tape is, or will be: who subscribes makes no state of it.
   * @param name the symbol.
   */
  constructor(
    private readonly tapes: Tapes,
    private readonly name: MarketName,
  ) {
    super({ channel: 'trades', ...name });
  }

  protected newestVersion(): number {
    this.tape ??= this.tapes.find(this.name.exchange, this.name.symbol);
    return this.tape?.version ?? 0;
  }

  protected holdsAfter(): boolean {
    return true;
  }

  protected fieldsAfter(from: number | null): string {
    const last = this.version;
    const first = Math.max((from ?? 0) + 1, last - MOST_TRADES + 1, this.tape?.oldest ?? 1);
    const trades = this.tape?.between(first, last).map(tapeTrade) ?? [];
    const skipped = from === null ? 0 : last - from - trades.length;
    return `"skipped":${skipped},"trades":${JSON.stringify(trades)}`;
  }
}

function tapeTrade({ tradeId, last, volume, takerSide, timestamp, backfilled }: ProcessedTick): TapeTrade {
  return { id: tradeId, price: last, size: volume, side: takerSide, timestamp, backfilled };
}
