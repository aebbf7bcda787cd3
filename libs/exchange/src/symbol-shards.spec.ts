import { venues } from '@neuraltrade/venues';
import fc from 'fast-check';
import { shardSymbols, symbolsPerConnection } from './symbol-shards';

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `C${index}/USDT`);

describe('symbols', () => {
  it('share one connection while it has room', () => {
    expect(shardSymbols([], names(3), 3)).toEqual([names(3)]);
    expect(shardSymbols([], names(3), Infinity)).toEqual([names(3)]);
    expect(shardSymbols([], [], 3)).toEqual([]);
  });

  it('are dealt out in turn over as many connections as they need', () => {
    expect(shardSymbols([], ['a', 'b', 'c', 'd', 'e'], 2)).toEqual([['a', 'd'], ['b', 'e'], ['c']]);
  });

  it('that stay keep their connection, and a new one goes where the fewest are', () => {
    expect(shardSymbols([['a', 'b'], ['c']], ['a', 'b', 'c', 'd'], 3)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(shardSymbols([['a'], ['b']], ['b'], 3)).toEqual([[], ['b']]);
  });

  it('are never doubled, lost, moved or more than fit, whatever the change', () => {
    const symbols = fc.uniqueArray(fc.integer({ min: 0, max: 40 }).map(String));
    fc.assert(
      fc.property(symbols, symbols, fc.integer({ min: 1, max: 7 }), (before, after, perConnection) => {
        const present = shardSymbols([], before, perConnection);
        const shards = shardSymbols(present, after, perConnection);
        expect(shards.flat().sort()).toEqual([...after].sort());
        expect(shards.every((shard) => shard.length <= perConnection)).toBe(true);
        present.forEach((symbolsBefore, index) => {
          const stayed = symbolsBefore.filter((symbol) => after.includes(symbol));
          expect(shards[index]?.slice(0, stayed.length)).toEqual(stayed);
        });
      }),
    );
  });

  it.each(venues)('of $name stay within the topics that a connection may carry', (venue) => {
    const { topicsPerConnection } = venue.limits;
    const most = symbolsPerConnection(venue);
    if (topicsPerConnection === null) expect(most).toBe(Infinity);
    else expect(most * venue.topics('BTC/USDT').length).toBeLessThanOrEqual(topicsPerConnection);
    expect(symbolsPerConnection(venue, 10)).toBe(10);
  });
});
