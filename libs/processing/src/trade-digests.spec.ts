import { sampleTick } from './sample-records';
import { TradeDigests } from './trade-digests';

const SEED = 0xdeadbeef;

describe('digests of trades', () => {
  it('tell another price, size, time or side from the same content', () => {
    const digests = new TradeDigests();
    const tick = sampleTick();
    digests.remember(SEED, 1, tick);
    expect(digests.contradicts(SEED, 1, { ...tick, receivedAt: 5, backfilled: true })).toBe(false);
    for (const other of [
      { last: 50_000.01 },
      { volume: 1.1 },
      { timestamp: 1 },
      { takerSide: 'sell' as const },
    ])
      expect(digests.contradicts(SEED, 1, { ...tick, ...other })).toBe(true);
  });

  it('of an id that is not remembered, or whose place a newer trade took, contradict nothing', () => {
    const digests = new TradeDigests();
    const tick = sampleTick();
    expect(digests.contradicts(SEED, 1, tick)).toBe(false);
    for (let id = 0; id < 200_000; id++) digests.remember(SEED, id, sampleTick({ last: id + 1 }));
    const contradicted = (from: number, to: number) => {
      let count = 0;
      for (let id = from; id < to; id++) if (digests.contradicts(SEED, id, tick)) count++;
      return count;
    };
    expect(contradicted(0, 200_000 - 32_768)).toBe(0);
    expect(contradicted(200_000 - 32_768, 200_000)).toBeGreaterThan(32_768 - 20);
  });

  it('of many symbols share one table', () => {
    const digests = new TradeDigests();
    digests.remember(1, 500, sampleTick({ last: 1 }));
    digests.remember(2, 500, sampleTick({ last: 2 }));
    expect(digests.contradicts(1, 500, sampleTick({ last: 1 }))).toBe(false);
    expect(digests.contradicts(2, 500, sampleTick({ last: 2 }))).toBe(false);
    expect(digests.contradicts(2, 500, sampleTick({ last: 1 }))).toBe(true);
  });

  it('continue from their exported state; an empty table takes no room', () => {
    expect(new TradeDigests().export()).toBeNull();
    const digests = new TradeDigests();
    digests.remember(SEED, 7, sampleTick());
    const continued = TradeDigests.restore(digests.export());
    expect(continued.contradicts(SEED, 7, sampleTick({ last: 1 }))).toBe(true);
    expect(continued.contradicts(SEED, 7, sampleTick())).toBe(false);
  });
});
