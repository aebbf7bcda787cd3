import { type Gap, type RawTick, timeframeMs } from '@neuraltrade/contracts';
import { ExpectedError } from '@neuraltrade/service';
import type { TickHistory, TickSymbol } from '@neuraltrade/storage';
import { BoundaryClock } from '../replay/boundary-clock';
import { MarketReplay, type ReplayPlan, type SymbolHistory } from '../replay/market-replay';
import { watchedFrom } from '../replay/watched-from';
import type { OnProgress } from './history';

/** Stored trades, and what is known to be missing of them. */
export interface StoredTrades {
  /** The trades. */
  readonly ticks: TickHistory;
  /** What a person calls it: 'The store in data/simulated'. */
  readonly title: string;
  /** Gaps of a symbol that overlap [from, to), in any order. */
  gaps(symbol: TickSymbol, from: number, to: number): Promise<readonly Gap[]>;
  /** For one symbol: tells the gap in front of each trade, where ids show one. Absent = nothing is looked for. */
  gapsByIds?(): (tick: RawTick) => Gap | null;
}

/**
 * Replays stored trades in order of time, with the gaps that were recorded and with the clock that trades alone do not tell, so
 * that a candle is complete where it was, closes when it would have closed, and holds what it holds after all revisions.
 */
export async function replayStored(
  trades: StoredTrades,
  plan: ReplayPlan,
  onProgress: OnProgress,
): Promise<SymbolHistory[]> {
  const histories: SymbolHistory[] = [];
  for (const [index, symbol] of plan.symbols.entries()) {
    const own = (part: number): void => onProgress((index + part) / plan.symbols.length);
    histories.push(await replaySymbol(trades, { ...plan, symbols: [symbol] }, symbol, own));
  }
  return histories;
}

async function replaySymbol(
  trades: StoredTrades,
  plan: ReplayPlan,
  symbol: string,
  onProgress: OnProgress,
): Promise<SymbolHistory> {
  const { exchange, timeframe, timing } = plan;
  const place: TickSymbol = { exchange, symbol };
  const lengthMs = timeframeMs(timeframe) as number;
  const span = await trades.ticks.tickSpan(place);
  if (span === null) throw await unknownSymbol(trades, place);
  // Whole candles alone: a part of one would be another candle.
  const from = Math.max(plan.from ?? 0, Math.floor(span.from / lengthMs) * lengthMs);
  const to = Math.min(plan.to ?? Infinity, span.to + 1);
  // Whatever was stored has passed the processor's own look at its time, with a clock that is not stored.
  const replay = new MarketReplay({ ...plan, maxFutureSkewMs: Number.MAX_SAFE_INTEGER });
  const clock = new BoundaryClock(from, lengthMs, timing.latenessMs, (at) =>
    replay.take({ exchange, symbols: [symbol], timestamp: at, offsetMs: 0 }),
  );
  const gaps = (await trades.gaps(place, from, Math.max(from, to))).toSorted(inOrder);
  // Trades before the range say that the venue was watched when it began.
  if (span.from < from) replay.take(watchedFrom(place, from));
  const gapBefore = trades.gapsByIds?.() ?? ((): null => null);
  let next = 0;
  const gapsUpTo = (instant: number): void => {
    for (; next < gaps.length && (gaps[next] as Gap).fromTimestamp <= instant; next++) {
      const gap = gaps[next] as Gap;
      clock.advance(gap.fromTimestamp);
      replay.take(gap);
    }
  };
  await trades.ticks.readTicks({ ...place, from, to: Math.max(from, to) }, (ticks) => {
    for (const tick of ticks) {
      gapsUpTo(tick.timestamp);
      clock.advance(tick.timestamp);
      const gap = gapBefore(tick);
      if (gap !== null) replay.take(gap);
      replay.take(tick);
    }
    onProgress(((ticks.at(-1)?.timestamp ?? from) - from) / Math.max(1, to - from));
  });
  // What is stored behind the range shows that the venue was watched to its end; without it the last candle may lack trades.
  const watchedTo = Math.min(span.to, (plan.to ?? Infinity) + timing.latenessMs);
  gapsUpTo(Math.min(watchedTo, to - 1));
  clock.advance(watchedTo);
  return replay.finish()[0] as SymbolHistory;
}

function inOrder(a: Gap, b: Gap): number {
  return a.fromTimestamp - b.fromTimestamp || (a.gapId < b.gapId ? -1 : 1);
}

async function unknownSymbol(
  { ticks, title }: StoredTrades,
  { exchange, symbol }: TickSymbol,
): Promise<ExpectedError> {
  const known = await ticks.tickSymbols();
  const ofVenue = known.filter((each) => each.exchange === exchange).map((each) => each.symbol);
  const venues = [...new Set(known.map((each) => each.exchange))];
  const holds =
    ofVenue.length > 0
      ? `of ${exchange} it holds ${ofVenue.join(', ')}`
      : venues.length > 0
        ? `it holds trades of ${venues.join(', ')}`
        : 'it holds no trades at all';
  return new ExpectedError(`${title} holds no trades of ${exchange} ${symbol}: ${holds}.`);
}
