import { type CandleCounts, compareCandles } from './compare-candles';
import { compareTicks, type TickCounts, unnamedHoles } from './compare-ticks';
import type { Timeframe } from './expected-candles';
import { accountForGaps, type InjectedFault, type StoredGap } from './gap-accounts';
import { ScratchDatabase } from './scratch-database';
import type { StoredMarket, StoredRelations } from './stored-market';
import { loadTruth } from './truth-tables';

/** What is compared. */
export interface ComparisonInput {
  /** The simulator's log of what it sent or served, and of its faults. */
  readonly truthFile: string;
  /** What the pipeline stored; it has stopped. */
  readonly stored: StoredMarket;
  /** The candle lengths that it was told to build. */
  readonly timeframes: readonly Timeframe[];
  /** Faults that the log does not know, such as kills. */
  readonly faults: readonly InjectedFault[];
  /** When which fault was asked for: from then on it may show, though the log tells only of its effect. */
  readonly commanded: readonly InjectedFault[];
  /** First instant of the run, ms UTC. */
  readonly startedAt: number;
  /** Candles that close by then must be stored, ms UTC. */
  readonly closedBy: number;
  /** Venues whose trade ids rise by exactly one. */
  readonly consecutive: readonly string[];
  /** All other venues. */
  readonly withoutIds: readonly string[];
  /** Folder for the comparison's own files. */
  readonly scratch: string;
}

/** How the gaps stand. */
export interface GapCounts {
  /** Still open. */
  readonly open: number;
  /** Closed with every trade delivered. */
  readonly filled: number;
  /** Closed with trades missing. */
  readonly unfillable: number;
  /** Open ones, unfillable ones without a fault, and missing trades without a gap. */
  readonly unaccounted: number;
}

/** The result of a verification: what it prints. */
export interface Comparison {
  /** Trades. */
  readonly ticks: TickCounts;
  /** Candles. */
  readonly candles: CandleCounts;
  /** Gaps. */
  readonly gaps: GapCounts;
  /** How often each fault was carried out, by name. */
  readonly faults: readonly FaultCount[];
}

/** How often a fault was carried out. */
export interface FaultCount {
  /** Its name. */
  readonly name: string;
  /** How often. */
  readonly count: number;
}

/** {@link Comparison}, and what a person may want to know beside it. */
export interface Findings {
  /** The result. */
  readonly result: Comparison;
  /** Trades of venues without ids that were never sent and for which no gap could be noticed. */
  readonly unseen: number;
}

/** Compares what was stored with the truth; `named` is told the first differences of each kind in plain sentences. */
export async function compare(input: ComparisonInput, named: (sentence: string) => void): Promise<Findings> {
  const database = await ScratchDatabase.open(input.scratch);
  try {
    const logged = await loadTruth(database, input.truthFile);
    const faults = [...input.faults, ...input.commanded, ...logged.faults];
    const stored = await input.stored.attach(database);
    const gaps = accountForGaps(await readGaps(database, stored), faults, input.startedAt);
    const { counts: ticks, unseen } = await compareTicks(
      database,
      stored,
      gaps.excusing,
      input.withoutIds,
      named,
    );
    const holes = await unnamedHoles(database, stored, input.consecutive);
    const candles = await compareCandles(database, stored, input.timeframes, input.closedBy, named);
    for (const sentence of [...gaps.faults.slice(0, 20), ...holes.sentences]) named(sentence);
    const { open, filled, unfillable } = gaps;
    const result = {
      ticks,
      candles,
      gaps: { open, filled, unfillable, unaccounted: gaps.faults.length + holes.count },
      faults: tally(logged.counts, input.faults),
    };
    return { result, unseen };
  } finally {
    await database.close();
  }
}

async function readGaps(database: ScratchDatabase, stored: StoredRelations): Promise<StoredGap[]> {
  const rows = await database.rows(`
    SELECT gap_id, exchange, symbol, after_trade_id, from_timestamp::DOUBLE AS begins, to_timestamp::DOUBLE AS ends,
      cause, status FROM ${stored.gaps} ORDER BY from_timestamp, gap_id`);
  return rows.map((row) => ({
    gapId: row['gap_id'] as string,
    exchange: row['exchange'] as string,
    symbol: row['symbol'] as string,
    afterTradeId: row['after_trade_id'] as string | null,
    from: row['begins'] as number,
    to: row['ends'] as number | null,
    cause: row['cause'] as string,
    status: row['status'] as StoredGap['status'],
  }));
}

function tally(logged: ReadonlyMap<string, number>, others: readonly InjectedFault[]): FaultCount[] {
  const counts = new Map(logged);
  for (const { name } of others) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => (a.name < b.name ? -1 : 1));
}
