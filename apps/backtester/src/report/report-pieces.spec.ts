import { barsOfCandles, buyAndHold, simulate } from '@neuraltrade/strategies';
import type { BacktestResult } from '../backtest/result';
import { chartData } from './chart-data';
import { change, duration, instant, number, percent, quantity } from './format';
import { html } from './html';
import { monthlyTable } from './returns';

describe('texts of the report', () => {
  it('group thousands, keep signs of what is not zero, and say how much', () => {
    expect([number(1_234_567.891), number(-0.001), number(-12.345, 1), number(0, 0)]).toEqual([
      '1\u202f234\u202f567.89',
      '0.00',
      '−12.3',
      '0',
    ]);
    expect([percent(0.1234), change(0.1234), change(-0.5), change(0.000001)]).toEqual([
      '12.34\u202f%',
      '+12.34\u202f%',
      '−50.00\u202f%',
      '0.00\u202f%',
    ]);
    expect([quantity(0.19707977), quantity(52_364.096), quantity(3), quantity(0)]).toEqual([
      '0.19707977',
      '52\u202f364.096',
      '3',
      '0',
    ]);
  });

  it('tell times by their two largest units and instants in UTC', () => {
    const hour = 3_600_000;
    expect([duration(155 * hour), duration(90_000), duration(48 * hour), duration(12), duration(0)]).toEqual([
      '6\u202fd 11\u202fh',
      '1\u202fmin 30\u202fs',
      '2\u202fd',
      '12\u202fms',
      '0',
    ]);
    expect([instant(Date.UTC(2024, 0, 5, 10)), instant(Date.UTC(2024, 0, 5, 10, 0, 7))]).toEqual([
      '2024-01-05 10:00',
      '2024-01-05 10:00:07',
    ]);
  });

  it('escape what is no markup', () => {
    expect(html`<p title="${'"&'}">${['<b>', html`<i>${1}</i>`, null]}</p>`.text).toBe(
      '<p title="&quot;&amp;">&lt;b&gt;<i>1</i></p>',
    );
  });

  it('compound months to years', () => {
    const month = (from: number, part: number): { from: number; return: number; equity: number } => ({
      from,
      return: part,
      equity: 0,
    });
    const text = monthlyTable([
      month(Date.UTC(2023, 11), 0.1),
      month(Date.UTC(2024, 0), 0.1),
      month(Date.UTC(2024, 2), -0.5),
    ]).text.replace(/[ \n]+/g, ' ');
    expect(text.match(/<th scope="row">\d+<\/th>/g)).toEqual([
      '<th scope="row">2023</th>',
      '<th scope="row">2024</th>',
    ]);
    expect(text).toContain('−45.0\u202f%');
  });
});

describe('the charts of the report', () => {
  it('draw few candles of many, with their extremes, and the deepest fall in each stretch', () => {
    const minutes = 20_000;
    const candles = Array.from({ length: minutes }, (_, index) => {
      const close = 100 + (index === 7_001 ? -60 : 0) + (index === 9_001 ? 60 : 0);
      return {
        ...{ exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1m', timestamp: index * 60_000 },
        ...{ open: 100, high: Math.max(100, close), low: Math.min(100, close), close, volume: 1, trades: 1 },
        ...{ vwap: 100, state: 'final' as const, revision: 0, epoch: 0, complete: true },
      };
    });
    const bars = barsOfCandles(
      { exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1m' },
      { latenessMs: 0, latencyMs: 0 },
      candles,
    );
    const account = { cash: 1_000, feeBps: 0, slippageBps: 0, lotSize: 0 };
    const run = { simulation: simulate([{ bars, strategy: buyAndHold.create({}) }], account) };
    const { symbols, equity } = chartData(
      {
        subject: { symbols: ['BTC/USDT'] },
        histories: [{ bars }],
        run,
        benchmark: run,
        split: null,
      } as unknown as BacktestResult,
      'USDT',
    );
    const [symbol] = symbols;
    expect(symbol?.lengthMs).toBe(10 * 60_000);
    expect(symbol?.candles).toHaveLength(2_000);
    expect(symbol?.candles[700]?.slice(2, 4)).toEqual([100, 40]);
    expect(symbol?.candles[900]?.slice(2, 4)).toEqual([160, 100]);
    expect(symbol?.marks).toEqual([[0, 1, 100]]);
    expect(equity.at.length).toBeLessThanOrEqual(2_501);
    expect(Math.min(...equity.drawdown)).toBeCloseTo(-60, 6);
    expect(equity.strategy).toEqual(equity.benchmark);
  });
});
