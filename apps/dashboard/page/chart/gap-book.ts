import type { Gap } from '@neuraltrade/contracts';

const MOST_GAPS = 1_000;

/** The gaps of one series, each in its latest status. Bounded: the oldest are forgotten. */
export class GapBook {
  private readonly byId = new Map<string, Gap>();

  /** Takes gaps, live or from history; of two for one id the closed one counts, else the one that came later. */
  take(gaps: readonly Gap[]): void {
    for (const gap of gaps) {
      const known = this.byId.get(gap.gapId);
      if (known === undefined || known.status === 'open' || gap.status !== 'open')
        this.byId.set(gap.gapId, gap);
    }
    if (this.byId.size > MOST_GAPS)
      for (const { gapId } of this.ascending().slice(0, this.byId.size - MOST_GAPS)) this.byId.delete(gapId);
  }

  /** All gaps by their beginning. */
  ascending(): Gap[] {
    return [...this.byId.values()].sort((a, b) => a.fromTimestamp - b.fromTimestamp);
  }
}

/** A gap in words ('Open gap: 12 trades missing, after a disconnect'). */
export function gapSentence({ status, missing, cause }: Gap): string {
  const trades =
    missing === null ? 'trades' : missing === 1 ? '1 trade' : `${missing.toLocaleString('en-US')} trades`;
  const why = CAUSES[cause];
  switch (status) {
    case 'open':
      return `Gap being closed: ${missing === null ? 'an unknown number of trades' : trades} missing, ${why}.`;
    case 'unfillable':
      return `Unfillable gap: ${missing === null ? 'an unknown number of trades' : trades} missing for good, ${why}.`;
    case 'filled':
      return `Filled gap: ${trades} fetched afterwards, ${why}.`;
  }
}

const CAUSES: Readonly<Record<Gap['cause'], string>> = {
  disconnect: 'after a lost connection',
  sequence: 'after a jump of trade ids',
  heartbeat: 'after a missed heartbeat',
  dropped: 'after trades were dropped',
  backpressure: 'after a pause for backpressure',
  restart: 'after a restart',
};
