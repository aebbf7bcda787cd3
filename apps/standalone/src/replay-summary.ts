import type { Captures, ReplayedVenue } from '@neuraltrade/exchange';
import type { Logger } from '@neuraltrade/service';

interface VenueTotals {
  frames: number;
  trades: number;
  candles: number;
  readonly events: Record<string, number>;
}

/** What a replay came to, over all its sessions. */
export class ReplaySummary {
  private readonly totals = new Map<string, VenueTotals>();
  private sessions = 0;

  /** @param captures what the files held. */
  constructor(private readonly captures: Captures) {}

  /**
   * Adds a session.
   * @param results what its frames held, by venue.
   * @param candles its final candles, by venue.
   */
  add(results: readonly ReplayedVenue[], candles: ReadonlyMap<string, number>): void {
    this.sessions += 1;
    for (const { exchange, frames, trades, events } of results) {
      const total = this.totalOf(exchange);
      total.frames += frames;
      total.trades += trades;
      total.candles += candles.get(exchange) ?? 0;
      for (const [kind, count] of Object.entries(events))
        total.events[kind] = (total.events[kind] ?? 0) + count;
    }
  }

  /** A line per venue, for people on stderr and for machines in the log; lines that could not be used are named. */
  tell(log: Logger): void {
    const { malformed, faults, otherVenues, events } = this.captures;
    for (const fault of faults) say(fault);
    if (malformed > faults.length)
      say(`${malformed - faults.length} more lines are no capture lines: skipped.`);
    if (otherVenues > 0) say(`${otherVenues} frames of venues that are not known here: skipped.`);
    log.info({ sessions: this.sessions, malformed, otherVenues, otherEvents: events }, 'replay finished');
    for (const [exchange, total] of this.totals) {
      log.info({ exchange, ...total }, 'replayed');
      say(describe(exchange, total));
    }
    say(`Replayed ${this.sessions} sessions. The page stays up until Ctrl-C.`);
  }

  private totalOf(exchange: string): VenueTotals {
    let total = this.totals.get(exchange);
    if (total === undefined)
      this.totals.set(exchange, (total = { frames: 0, trades: 0, candles: 0, events: {} }));
    return total;
  }
}

function describe(exchange: string, { frames, trades, candles, events }: VenueTotals): string {
  const kinds = Object.entries(events)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${kind} ${count}`);
  return `${exchange}: ${trades} trades, ${candles} candles; ${frames} frames: ${kinds.join(', ')}`;
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
