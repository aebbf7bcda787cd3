/** A gap as it is stored. */
export interface StoredGap {
  /** Its id. */
  readonly gapId: string;
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** Id of the last trade seen before; null when there was none. */
  readonly afterTradeId: string | null;
  /** Where it begins, ms UTC, included. */
  readonly from: number;
  /** Where it ends, ms UTC, included; null while that is not known. */
  readonly to: number | null;
  /** What was noticed. */
  readonly cause: string;
  /** Its latest status. */
  readonly status: 'open' | 'filled' | 'unfillable';
}

/** A fault that was carried out. */
export interface InjectedFault {
  /** What was done. */
  readonly name: string;
  /** The venue that it befell; null = all of them. */
  readonly exchange: string | null;
  /** When it began, ms UTC. */
  readonly from: number;
  /** When it was over, ms UTC. */
  readonly to: number;
}

/** How the stored gaps stand to the faults. */
export interface GapAccounts {
  /** Gaps that are still open. */
  readonly open: number;
  /** Gaps whose trades were all delivered. */
  readonly filled: number;
  /** Gaps that were closed with trades missing. */
  readonly unfillable: number;
  /** Unfillable ones that overlap a fault: trades in them may be excused. */
  readonly excusing: readonly StoredGap[];
  /** A sentence for each open gap, and for each unfillable one that nothing explains. */
  readonly faults: readonly string[];
}

/** Trades carry the venue's time, faults the clock of who caused them; and what a fault cuts may have been under way. */
const SLACK_MS = 2_000;

/**
 * Holds the stored gaps against the faults. An unfillable gap is explained by a fault that it overlaps, or by beginning
 * before the run: of its past a venue serves what it likes.
 * @param startedAt the first instant of the run, ms UTC.
 */
export function accountForGaps(
  gaps: readonly StoredGap[],
  faults: readonly InjectedFault[],
  startedAt: number,
): GapAccounts {
  const of = (status: StoredGap['status']): StoredGap[] => gaps.filter((gap) => gap.status === status);
  const unfillable = of('unfillable');
  const excusing = unfillable.filter((gap) => faults.some((fault) => overlaps(gap, fault)));
  const explained = new Set(excusing);
  const open = of('open');
  return {
    open: open.length,
    filled: of('filled').length,
    unfillable: unfillable.length,
    excusing,
    faults: [
      ...open.map((gap) => `${nameOf(gap)} is still open`),
      ...unfillable
        .filter((gap) => !explained.has(gap) && gap.from >= startedAt)
        .map((gap) => `${nameOf(gap)} is unfillable and overlaps no fault`),
    ],
  };
}

function overlaps(gap: StoredGap, { exchange, from, to }: InjectedFault): boolean {
  if (exchange !== null && exchange !== gap.exchange) return false;
  return gap.from <= to + SLACK_MS && (gap.to ?? Infinity) >= from - SLACK_MS;
}

function nameOf({ gapId, cause, from, to }: StoredGap): string {
  return `gap ${gapId} (${cause}, ${from} to ${to ?? 'no end'})`;
}
