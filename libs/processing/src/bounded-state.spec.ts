import { DEFAULT_PROCESSING } from './config';
import { createProcessing } from './processing';
import { Collected, MIDNIGHT, sampleClock, sampleGap, sampleTick } from './sample-records';

/** Names that a stranger may make up: 100,000 in the long run. */
const NAMES = Number(process.env['STRANGE_SYMBOLS'] ?? 3_000);
const CONFIG = { ...DEFAULT_PROCESSING, timeframes: ['1m'], maxSymbols: 10 };

const symbolOf = (index: number): string => `N${index}/USDT`;
const strangers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => sampleTick({ symbol: symbolOf(from + index) }));

describe('names without end', () => {
  it('leave the state as large as the bound, are set aside with a reason each, and disturb no known symbol', () => {
    const processing = createProcessing(CONFIG, 0);
    const outputs = new Collected();
    processing.apply(strangers(0, 10), outputs);
    const full = processing.exportState().length;
    processing.apply(strangers(10, NAMES), outputs);
    expect(processing.exportState().length).toBeLessThan(full * 1.1);
    expect(outputs.ticks).toHaveLength(10);
    expect(outputs.refused).toHaveLength(NAMES - 10);
    expect(outputs.refused[0]).toMatchObject({
      reason: 'too-many-symbols',
      detail: 'There is no room for binance N10/USDT: state of 10 symbols of 1 venues is kept.',
    });
    expect(processing.counters.get('binance')?.refused).toEqual({ 'too-many-symbols': NAMES - 10 });
    processing.apply([sampleTick({ symbol: symbolOf(3), tradeId: '2' })], outputs);
    expect(outputs.ticks).toHaveLength(11);
  });

  it('are set aside as gaps too, and clocks of them change nothing', () => {
    const processing = createProcessing(CONFIG, 0);
    const outputs = new Collected();
    processing.apply(strangers(0, 10), outputs);
    const before = processing.exportState();
    processing.apply(
      [sampleGap({ symbol: 'NEW/USDT' }), sampleClock(MIDNIGHT + 1, { symbols: ['NEW/USDT'] })],
      outputs,
    );
    expect(outputs.refused).toMatchObject([{ reason: 'too-many-symbols' }]);
    expect(processing.exportState()).toBe(before);
  });

  it('of venues end in one account, and no two of them share a state', () => {
    const processing = createProcessing({ ...CONFIG, maxSymbols: 1_000 }, 0);
    const outputs = new Collected();
    const venues = Array.from({ length: 200 }, (_, index) => `venue${index}`);
    processing.apply(
      venues.map((exchange) => sampleTick({ exchange })),
      outputs,
    );
    expect(processing.counters.size).toBe(65);
    expect(outputs.ticks).toHaveLength(64);
    expect(processing.counters.get('other')?.refused).toEqual({ 'too-many-symbols': 136 });
  });

  it('that a state of before holds are all kept, and no further one beside them', () => {
    const first = createProcessing(CONFIG, 0);
    first.apply(strangers(0, 10), new Collected());
    const next = createProcessing({ ...CONFIG, maxSymbols: 5 }, 1, first.exportState());
    const outputs = new Collected();
    next.apply(
      [sampleTick({ symbol: symbolOf(9), tradeId: '2' }), sampleTick({ symbol: 'NEW/USDT' })],
      outputs,
    );
    expect(outputs.ticks).toHaveLength(1);
    expect(outputs.refused).toHaveLength(1);
  });
});
