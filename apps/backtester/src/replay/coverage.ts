import type { Gap } from '@neuraltrade/contracts';
import type { BarSeries } from '@neuraltrade/strategies';

/** What a history holds of one symbol, and what it lacks. */
export interface Coverage {
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** Open of the first candle, ms UTC; null when there is none. */
  readonly firstOpen: number | null;
  /** Close of the last candle, ms UTC; null when there is none. */
  readonly lastClose: number | null;
  /** Candles. */
  readonly candles: number;
  /** Candles of which trades are known to be missing: no decision rests on them. */
  readonly incomplete: number;
  /** Intervals between the first and the last candle in which nothing was traded, or nothing of it is known. */
  readonly empty: number;
  /** Candles that were published again after they had closed: decisions rest on what was published first. */
  readonly revised: number;
  /** Trades that were replayed; 0 where stored candles were read. */
  readonly ticks: number;
  /** Of these, trades that came from the venue's history afterwards. */
  readonly backfilled: number;
  /** Of these, trades with a quote of the venue. */
  readonly quoted: number;
  /** Trades that could not be used: a time or a number that cannot be. */
  readonly refused: number;
  /** Gaps that were never filled: stretches of which trades are missing. */
  readonly gaps: number;
  /** Their length, ms; an open one counts up to the last candle. */
  readonly gapMs: number;
}

/** Counts of one symbol while its history is read. */
export class CoverageCounts {
  /** Trades. */
  ticks = 0;
  /** Trades that came afterwards. */
  backfilled = 0;
  /** Trades with a quote. */
  quoted = 0;
  /** Candles that were published again. */
  revised = 0;
  /** Trades that were not used. */
  refused = 0;
  private readonly gaps = new Map<string, Gap>();

  /** Takes note of a gap's status. */
  gap(gap: Gap): void {
    if (gap.status === 'filled') this.gaps.delete(gap.gapId);
    else this.gaps.set(gap.gapId, gap);
  }

  /** The coverage of the candles that were made. */
  of(bars: BarSeries): Coverage {
    const { ticks, backfilled, quoted, revised, refused } = this;
    const firstOpen = bars.length === 0 ? null : (bars.openAt[0] as number);
    const lastClose = bars.length === 0 ? null : (bars.openAt[bars.length - 1] as number) + bars.lengthMs;
    const intervals = firstOpen === null || lastClose === null ? 0 : (lastClose - firstOpen) / bars.lengthMs;
    let gapMs = 0;
    for (const { fromTimestamp, toTimestamp } of this.gaps.values())
      gapMs += Math.max(0, (toTimestamp ?? lastClose ?? fromTimestamp) - fromTimestamp);
    return {
      symbol: bars.symbol,
      firstOpen,
      lastClose,
      candles: bars.length,
      incomplete: bars.complete.reduce((count, complete) => count + (complete === 1 ? 0 : 1), 0),
      empty: intervals - bars.length,
      ...{ revised, ticks, backfilled, quoted, refused },
      gaps: this.gaps.size,
      gapMs,
    };
  }
}
