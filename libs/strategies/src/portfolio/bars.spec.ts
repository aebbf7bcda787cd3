import { AT_ONCE, candlesAt, MIDNIGHT, MINUTE, sampleCandle, SERIES } from '../testing/sample-candles';
import { BarCollector, barsOfCandles, candleAt, firstBars } from './bars';

describe('bars', () => {
  it('of trades are filled by the first one behind the millisecond at which the order is at the venue', () => {
    const collector = new BarCollector(SERIES, { latenessMs: 2_000, latencyMs: 300 });
    collector.candle(sampleCandle(0), -Infinity);
    collector.trade(MIDNIGHT + MINUTE + 2_300, 101, 0.1);
    collector.trade(MIDNIGHT + MINUTE + 2_301, 102, 0.2);
    collector.trade(MIDNIGHT + MINUTE + 2_302, 103, 0.3);
    const bars = collector.finish();
    expect(bars.visibleAt[0]).toBe(MIDNIGHT + MINUTE + 2_000);
    expect([bars.fillAt[0], bars.fillPrice[0], bars.fillHalfSpread[0]]).toEqual([
      MIDNIGHT + MINUTE + 2_301,
      102,
      0.2,
    ]);
  });

  it('of a candle that becomes known later are visible only then, and never earlier than the one before', () => {
    const collector = new BarCollector(SERIES, AT_ONCE);
    collector.candle(sampleCandle(0), MIDNIGHT + 60 * MINUTE);
    collector.candle(sampleCandle(1), -Infinity);
    const { visibleAt } = collector.finish();
    expect([...visibleAt]).toEqual([MIDNIGHT + 60 * MINUTE, MIDNIGHT + 60 * MINUTE]);
  });

  it('leave out what does not lie behind the candle before', () => {
    const collector = new BarCollector(SERIES, AT_ONCE);
    expect(collector.candle(sampleCandle(3), -Infinity)).toBe(true);
    expect(collector.candle(sampleCandle(3), -Infinity)).toBe(false);
    expect(collector.candle(sampleCandle(2), -Infinity)).toBe(false);
    expect(collector.finish().length).toBe(1);
  });

  it('have no fill where no later price is', () => {
    expect(barsOfCandles(SERIES, AT_ONCE, candlesAt([1, 2])).fillAt[1]).toBe(Infinity);
  });

  it('of long candles are filled by the opens of shorter ones', () => {
    const hour = { ...SERIES, timeframe: '1h' };
    const bars = barsOfCandles(
      hour,
      { latenessMs: 2_000, latencyMs: 0 },
      [sampleCandle(0, { timeframe: '1h' }), sampleCandle(60, { timeframe: '1h' })],
      [sampleCandle(60, { open: 7 }), sampleCandle(61, { open: 8 }), sampleCandle(62, { open: 9 })],
    );
    expect([bars.fillAt[0], bars.fillPrice[0]]).toEqual([MIDNIGHT + 61 * MINUTE, 8]);
  });

  it('give back the candles that they were made of, however many', () => {
    const candles = candlesAt(Array.from({ length: 3_000 }, (_, index) => 100 + (index % 7)));
    const bars = barsOfCandles(SERIES, AT_ONCE, candles);
    expect(candles.map((_, index) => candleAt(bars, index))).toEqual(candles);
    const first = firstBars(bars, 10);
    expect([first.length, first.close.length, candleAt(first, 9)]).toEqual([10, 10, candles[9]]);
  });

  it('are of a timeframe', () => {
    expect(() => new BarCollector({ ...SERIES, timeframe: '7m' }, AT_ONCE)).toThrow('7m is no timeframe');
  });
});
