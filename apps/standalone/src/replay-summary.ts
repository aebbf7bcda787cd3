import type { Captures, ReplayedVenue } from '@neuraltrade/exchange';
import type { Logger } from '@neuraltrade/service';

interface VenueTotals {
  frames: number;
  trades: number;
  candles: number;
  readonly events: Record<string, number>;
  unlistedFrames: number;
  readonly unlistedSymbols: Set<string>;
  strays: number;
}

const NAMED_SYMBOLS = 5;

/** What a replay came to, over all its sessions. */
export class ReplaySummary {
  private readonly totals = new Map<string, VenueTotals>();
  private readonly refused = new Map<string, number>();
  private sessions = 0;

  /** @param captures what the files held. */
  constructor(private readonly captures: Captures) {}

  /**
   * Adds a session.
   * @param results what its frames held, by venue.
   * @param candles its final candles, by venue.
   * @param refused records that the processor parked, by reason.
   */
  add(
    results: readonly ReplayedVenue[],
    candles: ReadonlyMap<string, number>,
    refused: ReadonlyMap<string, number>,
  ): void {
    for (const [reason, count] of refused) this.refused.set(reason, (this.refused.get(reason) ?? 0) + count);
    this.sessions += 1;
    for (const { exchange, frames, trades, events, unlisted, strays } of results) {
      const total = this.totalOf(exchange);
      total.frames += frames;
      total.strays += strays;
      total.trades += trades;
      total.candles += candles.get(exchange) ?? 0;
      total.unlistedFrames += unlisted.frames;
      for (const symbol of unlisted.symbols) total.unlistedSymbols.add(symbol);
      for (const [kind, count] of Object.entries(events))
        total.events[kind] = (total.events[kind] ?? 0) + count;
    }
  }

  /** A line per venue, for people on stderr and for machines in the log; lines that could not be used are named. */
  tell(log: Logger): void {
    const { malformed, faults, otherVenues, events, unreadable } = this.captures;
    for (const fault of faults) say(fault);
    if (malformed > faults.length)
      say(`${malformed - faults.length} more lines are no capture lines: skipped.`);
    if (otherVenues > 0) say(`${otherVenues} frames of venues that are not known here: skipped.`);
    if (unreadable > 0)
      say(`${unreadable} recordings were made by another version: only their frames are replayed.`);
    log.info({ sessions: this.sessions, malformed, otherVenues, otherEvents: events }, 'replay finished');
    for (const [reason, count] of this.refused)
      say(`${count} records could not be used (${reason}) and are parked.`);
    for (const [exchange, total] of this.totals) {
      const { unlistedSymbols, ...figures } = total;
      log.info({ exchange, ...figures }, 'replayed');
      say(describe(exchange, total));
      if (total.strays > 0) say(describeStrays(exchange, total.strays));
      if (total.unlistedFrames > 0) say(describeUnlisted(exchange, total.unlistedFrames, unlistedSymbols));
    }
    say(`Replayed ${this.sessions} sessions. The page stays up until Ctrl-C.`);
  }

  private totalOf(exchange: string): VenueTotals {
    let total = this.totals.get(exchange);
    if (total === undefined) this.totals.set(exchange, (total = emptyTotals()));
    return total;
  }
}

function describe(exchange: string, { frames, trades, candles, events }: VenueTotals): string {
  const kinds = Object.entries(events)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${kind} ${count}`);
  return `${exchange}: ${trades} trades, ${candles} candles; ${frames} frames: ${kinds.join(', ')}`;
}

function describeUnlisted(exchange: string, frames: number, symbols: ReadonlySet<string>): string {
  const named = [...symbols].slice(0, NAMED_SYMBOLS).join(', ');
  const example = named === '' ? '' : `, the first are ${named}`;
  return `${exchange}: ${frames} frames are of symbols that were not asked for${example}; --symbols names what is read.`;
}

function describeStrays(exchange: string, strays: number): string {
  return (
    `${exchange}: ${strays} recorded inputs have no place in this version's adapter: ` +
    `its candles may differ from those of the recorded run.`
  );
}

function emptyTotals(): VenueTotals {
  return {
    frames: 0,
    trades: 0,
    candles: 0,
    events: {},
    unlistedFrames: 0,
    unlistedSymbols: new Set(),
    strays: 0,
  };
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
