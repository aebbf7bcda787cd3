import { type Gap, gapIdOf } from '@neuraltrade/contracts';

type Place = Pick<Gap, 'exchange' | 'symbol' | 'afterTradeId' | 'fromTimestamp'>;

/**
 * The id of a gap of one of several adapters of a venue ('' = the only one). Two that lose the venue at the same trade have
 * a gap each: one that closes its own says nothing of the other's.
 */
export function ownGapId(place: Place, instance: string): string {
  return instance === '' ? gapIdOf(place) : `${gapIdOf(place)}@${instance}`;
}

/** The id of a part of a gap that is closed in parts: it belongs to the same adapter as the whole. */
export function partGapId(part: Place, whole: Gap): string {
  return gapIdOf(part) + whole.gapId.slice(gapIdOf(whole).length);
}
