import type { Venue } from '@neuraltrade/venues';

/**
 * How many symbols one connection may carry.
 * @param wanted most symbols that the configuration wants on one; absent = as many as the venue allows.
 */
export function symbolsPerConnection(venue: Venue, wanted = Infinity): number {
  const { topicsPerConnection } = venue.limits;
  if (topicsPerConnection === null) return wanted;
  // Every symbol of a venue needs the same number of topics.
  const topicsPerSymbol = venue.topics('BASE/QUOTE').length;
  return Math.min(wanted, Math.max(1, Math.floor(topicsPerConnection / topicsPerSymbol)));
}

/**
 * Spreads symbols over connections: those that stay keep their place, a new one goes where the fewest are, and a new
 * connection begins only when all are full. Neighbours of a list, which are often alike in traffic, are dealt out in turn.
 * @param present the symbols of each connection now.
 * @param wanted all symbols that shall be carried, without repeats.
 * @param perConnection most symbols of one connection, >= 1.
 * @returns the symbols of each connection; the first ones belong to those of `present`, and a list may be empty.
 */
export function shardSymbols(
  present: readonly (readonly string[])[],
  wanted: readonly string[],
  perConnection: number,
): string[][] {
  const remaining = new Set(wanted);
  const shards = present.map((symbols) => symbols.filter((symbol) => remaining.delete(symbol)));
  const room = shards.reduce((sum, symbols) => sum + Math.max(0, perConnection - symbols.length), 0);
  const homeless = Math.max(0, remaining.size - room);
  const more = homeless === 0 ? 0 : Math.max(1, Math.ceil(homeless / perConnection));
  for (let added = 0; added < more; added += 1) shards.push([]);
  for (const symbol of remaining) {
    const smallest = shards.reduce((best, shard) => (shard.length < best.length ? shard : best));
    smallest.push(symbol);
  }
  return shards;
}
