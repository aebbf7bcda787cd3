import type { Instrument } from './instrument';
import { saveInstrument } from './opening';
import type { SavedInstrument, SavedMarket } from './saved-market';

/** Trades of this long before the save are saved, as long as they are no more than {@link SAVED_TRADES} together. */
const SAVED_US = 60e6;
/** Most trades that are saved because of their age: 30 s at 2,200 a second. */
const SAVED_TRADES = 66_000;
/** Trades that are saved of every instrument however old they are: what a venue sends on a subscription or as newest. */
const SAVED_ALWAYS = 100;

/**
 * All instruments with their newest trades: those of the last minute, of a shorter time where they would be more
 * than 66,000 of all instruments, and 100 of each at least.
 */
export function saveInstruments(instruments: readonly Instrument[], timeUs: number): SavedInstrument[] {
  const counts = instruments.map(({ recent }) => recent.size - recent.positionOfTime(timeUs - SAVED_US));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const share = Math.min(1, SAVED_TRADES / Math.max(1, total));
  return instruments.map((instrument, at) =>
    saveInstrument(instrument, Math.max(SAVED_ALWAYS, Math.floor((counts[at] ?? 0) * share))),
  );
}

/** The number of ids to leave out beyond those that the rate accounts for. */
const ID_RESERVE = 1_000;
/** Ids that a trade uses at most on average, and how far chance may exceed the rate. */
const IDS_PER_TRADE = 4;
/** Changes of the book's top and steps of its sequence for each trade at most on average. */
const CHANGES_PER_TRADE = 20;
const SEQUENCE_PER_TRADE = 200;

/**
 * Leaves out every id, change id and sequence number that the market may have used after it was saved: whoever ran it
 * was killed at a time that nobody knows, at the latest now. One instrument's trades are at most those of all.
 * @param nowUs the present, microseconds UTC.
 * @returns how many trade ids each instrument left out.
 */
export function skipUnsavedIds(
  instruments: readonly Instrument[],
  saved: SavedMarket,
  nowUs: number,
): number {
  const seconds = Math.max(0, nowUs - saved.timeUs) / 1e6;
  const ids = ID_RESERVE + Math.ceil(IDS_PER_TRADE * saved.tradesPerSecond * seconds);
  for (const instrument of instruments) {
    instrument.nextTradeId += ids;
    instrument.changeId += CHANGES_PER_TRADE * ids;
    instrument.sequence += SEQUENCE_PER_TRADE * ids;
  }
  return ids;
}
