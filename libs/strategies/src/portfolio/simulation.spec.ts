import fc from 'fast-check';
import { buyAndHold, type Strategy } from '../rules';
import {
  AT_ONCE,
  barsAt,
  candlesAt,
  MIDNIGHT,
  MINUTE,
  sampleCandle,
  SERIES,
} from '../testing/sample-candles';
import { type AccountSettings, barsOfCandles, type Fill, simulate, type SimulationResult } from './index';

const FREE: AccountSettings = { cash: 1_000, feeBps: 0, slippageBps: 0, lotSize: 0 };

/** Wants what is told for each candle that it is shown, and what it wanted last from then on. */
function wanting(targets: readonly number[]): Strategy {
  let at = 0;
  return { warmUp: 1, onCandle: () => targets[Math.min(at++, targets.length - 1)] ?? 0 };
}

/** Random candles in order, some minutes missing, some of them incomplete. */
const arbitraryCandles = fc
  .array(
    fc.record({
      skip: fc.constantFrom(0, 0, 0, 0, 1, 7),
      open: fc.double({ min: 1, max: 1_000, noNaN: true }),
      change: fc.double({ min: 0.8, max: 1.25, noNaN: true }),
      complete: fc.constantFrom(true, true, true, true, false),
    }),
    { minLength: 2, maxLength: 60 },
  )
  .map((steps) => {
    let minute = -1;
    return steps.map(({ skip, open, change, complete }) => {
      minute += 1 + skip;
      return sampleCandle(minute, { open, close: open * change, complete });
    });
  });
const arbitraryTargets = fc.array(fc.constantFrom(0, 1, -1, 0.5, -0.25, 1, 0), {
  minLength: 1,
  maxLength: 60,
});
const arbitraryCosts = fc.record({
  cash: fc.constantFrom(1_000, 50),
  feeBps: fc.constantFrom(0, 10, 300),
  slippageBps: fc.constantFrom(0, 5, 200),
  lotSize: fc.constantFrom(0, 0.001),
});

describe('a simulated account', () => {
  it('fills an order at the open of the candle behind the one that it was decided on', () => {
    const candles = candlesAt([100, 110, 120, 130]);
    const bars = barsOfCandles(SERIES, AT_ONCE, candles);
    const { fills, equity } = simulate([{ bars, strategy: wanting([0, 1, 0]) }], FREE);
    expect(fills.map(({ side, at, price }) => [side, at - MIDNIGHT, price])).toEqual([
      ['buy', 2 * MINUTE, 110],
      ['sell', 3 * MINUTE, 120],
    ]);
    expect(equity.endValue).toBeCloseTo((1_000 * 120) / 110, 9);
  });

  it('sees a candle only behind its lateness, and fills only behind the latency', () => {
    const late = barsAt([100, 110, 120, 130], { latenessMs: 2_000, latencyMs: 0 });
    expect(simulate([{ bars: late, strategy: wanting([1]) }], FREE).fills[0]).toMatchObject({
      decidedAt: MIDNIGHT + MINUTE + 2_000,
      at: MIDNIGHT + 2 * MINUTE,
    });
    const slow = barsAt([100, 110, 120, 130], { latenessMs: 0, latencyMs: MINUTE + 1 });
    expect(simulate([{ bars: slow, strategy: wanting([1]) }], FREE).fills[0]).toMatchObject({
      decidedAt: MIDNIGHT + MINUTE,
      at: MIDNIGHT + 3 * MINUTE,
      price: 120,
    });
  });

  it('uses the newest of the orders that one price fills', () => {
    const bars = barsAt([100, 110, 120, 130, 140], { latenessMs: 0, latencyMs: 0 });
    bars.fillAt.fill(MIDNIGHT + 4 * MINUTE, 0, 3);
    bars.fillPrice.fill(125, 0, 3);
    const { fills } = simulate([{ bars, strategy: wanting([1, 0, -1, -1]) }], FREE);
    expect(fills.map(({ side, quantity }) => [side, quantity])).toEqual([['sell', 8]]);
  });

  it('counts an order that no later price fills', () => {
    const result = simulate([{ bars: barsAt([100, 110]), strategy: wanting([0, 1]) }], FREE);
    expect(result).toMatchObject({ fills: [], unfilled: 1 });
  });

  it('does not show a strategy a candle that lacks trades', () => {
    const candles = candlesAt([100, 110, 120]).map((candle, at) => ({ ...candle, complete: at !== 1 }));
    const seen: number[] = [];
    const strategy: Strategy = { warmUp: 1, onCandle: ({ close }) => (seen.push(close), 0) };
    const result = simulate([{ bars: barsOfCandles(SERIES, AT_ONCE, candles), strategy }], FREE);
    expect(seen).toEqual([100, 120]);
    expect(result.skippedCandles).toBe(1);
  });

  it('does not trade before it shall, though the strategy sees what was before', () => {
    const bars = barsAt([100, 110, 120, 130]);
    const { fills, equity } = simulate([{ bars, strategy: buyAndHold.create({}) }], FREE, {
      from: MIDNIGHT + 2 * MINUTE,
    });
    expect(fills.map(({ decidedAt }) => decidedAt)).toEqual([MIDNIGHT + 2 * MINUTE]);
    expect([equity.startAt, equity.length]).toEqual([MIDNIGHT + 2 * MINUTE, 2]);
  });

  it('does nothing behind its end', () => {
    const bars = barsAt([100, 110, 120, 130]);
    const window = { to: MIDNIGHT + 2 * MINUTE };
    const { fills, equity, unfilled } = simulate([{ bars, strategy: wanting([0, 0, 1]) }], FREE, window);
    expect([fills.length, equity.endAt, unfilled]).toEqual([0, MIDNIGHT + 2 * MINUTE, 0]);
    const earlier = simulate([{ bars, strategy: wanting([0, 1, 0]) }], FREE, { to: MIDNIGHT + 2.5 * MINUTE });
    expect(earlier.fills.map(({ side }) => side)).toEqual(['buy']);
  });

  it('takes fees of the amount, slippage of the price, and half the spread', () => {
    const bars = barsAt([100, 100, 100]);
    bars.fillHalfSpread[0] = 0.5;
    const settings = { ...FREE, feeBps: 100, slippageBps: 50 };
    const [buy] = simulate([{ bars, strategy: wanting([1]) }], settings).fills;
    expect(buy?.paid).toBeCloseTo(101, 12);
    expect((buy?.quantity ?? 0) * 101 * 1.01).toBeCloseTo(1_000, 9);
    expect(buy?.fee).toBeCloseTo(1_000 - 1_000 / 1.01, 9);
    expect(buy?.slippage).toBeCloseTo(buy?.quantity ?? NaN, 9);
  });

  it('buys whole lots only', () => {
    const { fills } = simulate([{ bars: barsAt([300, 300, 300]), strategy: wanting([1]) }], {
      ...FREE,
      lotSize: 0.5,
    });
    expect(fills[0]?.quantity).toBe(3);
    const none = simulate([{ bars: barsAt([300, 300, 300]), strategy: wanting([1]) }], {
      ...FREE,
      lotSize: 4,
    });
    expect(none.fills).toEqual([]);
  });

  it('of several symbols gives each an equal part and never borrows', () => {
    const other = { ...SERIES, symbol: 'ETH/USDT' };
    const one = barsAt([100, 100, 200, 200, 200]);
    const two = barsOfCandles(
      other,
      AT_ONCE,
      candlesAt([10, 10, 10, 10, 10]).map((c) => ({ ...c, symbol: 'ETH/USDT' })),
    );
    const { fills, equity } = simulate(
      [
        { bars: one, strategy: wanting([1]) },
        { bars: two, strategy: wanting([0, 0, 1]) },
      ],
      FREE,
    );
    // 500 become 1,000 in the first; half of 1,500 is more than the 500 that are left for the second.
    expect(fills.map(({ instrument, quantity, paid }) => [instrument, quantity * paid])).toEqual([
      [0, 500],
      [1, 500],
    ]);
    expect(equity.endValue).toBe(1_500);
  });

  it('ends when short selling has used up the equity', () => {
    const { ruinedAt, fills, equity } = simulate(
      [{ bars: barsAt([100, 100, 150, 250, 50, 40]), strategy: wanting([-1, -1, -1, -1, 1]) }],
      FREE,
    );
    expect(ruinedAt).toBe(MIDNIGHT + 4 * MINUTE);
    expect(fills.map(({ side }) => side)).toEqual(['sell', 'buy']);
    expect(equity.endValue).toBe(-500);
  });

  it('refuses a strategy that wants more than everything', () => {
    expect(() => simulate([{ bars: barsAt([1, 1]), strategy: wanting([1.5]) }], FREE)).toThrow(
      'between -1 and 1',
    );
    expect(() => simulate([{ bars: barsAt([1, 1]), strategy: wanting([NaN]) }], FREE)).toThrow(
      'between -1 and 1',
    );
  });

  it('without a candle is the cash that it began with', () => {
    const { equity } = simulate([{ bars: barsAt([]), strategy: wanting([1]) }], FREE);
    expect([equity.length, equity.endValue]).toEqual([0, 1_000]);
  });
});

describe('whatever the market does', () => {
  it('equity is cash and positions, as the fills alone say', () => {
    fc.assert(
      fc.property(arbitraryCandles, arbitraryTargets, arbitraryCosts, (candles, targets, settings) => {
        const bars = barsOfCandles(SERIES, AT_ONCE, candles);
        const { equity, fills, ruinedAt } = simulate([{ bars, strategy: wanting(targets) }], settings);
        let [cash, position, next] = [settings.cash, 0, 0];
        candles.forEach((candle, index) => {
          const at = candle.timestamp + MINUTE;
          for (
            let fill = fills[next];
            fill !== undefined && (fill.at < at || ruinedAt === at);
            fill = fills[++next]
          ) {
            const sign = fill.side === 'buy' ? 1 : -1;
            cash -= sign * fill.quantity * fill.paid + fill.fee;
            position += sign * fill.quantity;
            expect(fill.paid * sign).toBeGreaterThanOrEqual(fill.price * sign);
          }
          expectClose(equity.value[index] as number, cash + position * candle.close, settings.cash);
        });
      }),
    );
  });

  it('a fill never makes the account richer, and never borrows', () => {
    fc.assert(
      fc.property(arbitraryCandles, arbitraryTargets, arbitraryCosts, (candles, targets, settings) => {
        const { fills } = simulate(
          [{ bars: barsOfCandles(SERIES, AT_ONCE, candles), strategy: wanting(targets) }],
          settings,
        );
        let [cash, position] = [settings.cash, 0];
        for (const fill of fills) {
          const before = cash + position * fill.price;
          const sign = fill.side === 'buy' ? 1 : -1;
          cash -= sign * fill.quantity * fill.paid + fill.fee;
          position += sign * fill.quantity;
          const after = cash + position * fill.price;
          expect(after).toBeLessThanOrEqual(before + 1e-9 * settings.cash);
          // What is left of a closed position is but the rounding of its parts.
          if (position * fill.price > 1e-6 * settings.cash)
            expect(cash).toBeGreaterThanOrEqual(-1e-6 * settings.cash);
        }
      }),
    );
  });

  it('higher costs leave less of what only buys and sells', () => {
    fc.assert(
      fc.property(
        arbitraryCandles,
        fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 60 }),
        arbitraryCosts,
        (candles, targets, settings) => {
          const bars = barsOfCandles(SERIES, AT_ONCE, candles);
          const end = (costs: AccountSettings): number =>
            simulate([{ bars, strategy: wanting(targets) }], { ...costs, lotSize: 0 }).equity.endValue;
          const free = end({ ...settings, feeBps: 0, slippageBps: 0 });
          expect(end(settings)).toBeLessThanOrEqual(free * (1 + 1e-9));
        },
      ),
    );
  });

  it('whoever holds nothing keeps exactly what he had', () => {
    fc.assert(
      fc.property(arbitraryCandles, arbitraryCosts, (candles, settings) => {
        const bars = barsOfCandles(SERIES, AT_ONCE, candles);
        const { equity, fills } = simulate([{ bars, strategy: wanting([0]) }], settings);
        expect(fills).toEqual([]);
        expect([...equity.value]).toEqual(candles.map(() => settings.cash));
      }),
    );
  });

  it('buying and holding is the path of the price less the costs of one purchase', () => {
    fc.assert(
      fc.property(arbitraryCandles, arbitraryCosts, (candles, costs) => {
        const settings = { ...costs, lotSize: 0 };
        const bars = barsOfCandles(SERIES, AT_ONCE, candles);
        const { equity } = simulate([{ bars, strategy: buyAndHold.create({}) }], settings);
        const first = candles.findIndex(({ complete }) => complete);
        const entry = first < 0 ? undefined : candles[first + 1];
        const paid = (entry?.open ?? NaN) * (1 + settings.slippageBps / 10_000);
        const bought = settings.cash / (paid * (1 + settings.feeBps / 10_000));
        candles.forEach(({ timestamp, close }, index) => {
          const held = entry !== undefined && timestamp >= entry.timestamp;
          expectClose(equity.value[index] as number, held ? bought * close : settings.cash, settings.cash);
        });
      }),
    );
  });

  it('a change of later candles changes no earlier decision, fill or equity', () => {
    fc.assert(
      fc.property(
        arbitraryCandles,
        fc.nat(59),
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        arbitraryCosts,
        fc.constantFrom(0, 2_000, 90_000),
        fc.constantFrom(0, 250, 70_000),
        (candles, cut, factor, settings, latenessMs, latencyMs) => {
          const from = Math.min(cut, candles.length - 1);
          const changed = candles.map((candle, at) =>
            at < from
              ? candle
              : sampleCandle((candle.timestamp - MIDNIGHT) / MINUTE, {
                  open: candle.open * factor,
                  close: candle.close / factor,
                  complete: !candle.complete,
                }),
          );
          const run = (some: typeof candles): SimulationResult & { wanted: number[] } => {
            const wanted: number[] = [];
            const bars = barsOfCandles(SERIES, { latenessMs, latencyMs }, some);
            return { wanted, ...simulate([{ bars, strategy: follower(wanted) }], settings) };
          };
          // The first candle that differs opens here: whatever happened before must be the same.
          const until = (candles[from] as { timestamp: number }).timestamp;
          const early = ({ fills }: SimulationResult): Fill[] => fills.filter(({ at }) => at < until);
          const [one, two] = [run(candles), run(changed)];
          expect(early(two)).toEqual(early(one));
          expect([...two.equity.value.slice(0, from)]).toEqual([...one.equity.value.slice(0, from)]);
          // What was wanted of the candles before the changed one.
          const before = candles.slice(0, from).filter(({ complete }) => complete).length;
          expect(two.wanted.slice(0, before)).toEqual(one.wanted.slice(0, before));
          if (one.ruinedAt !== null) return;
          for (const { decidedAt, at } of one.fills) expect(at).toBeGreaterThanOrEqual(decidedAt + latencyMs);
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** Follows the last change of the close, so that every candle matters, and notes what it wants. */
function follower(wanted: number[]): Strategy {
  let previous = NaN;
  return {
    warmUp: 2,
    onCandle: ({ close }) => {
      const target = close > previous ? 1 : close < previous ? -1 : 0;
      previous = close;
      wanted.push(target);
      return target;
    },
  };
}

function expectClose(actual: number, expected: number, scale: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.max(scale, Math.abs(expected)));
}
