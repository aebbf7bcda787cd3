import { emaCross } from './ema-cross';
import { buyAndHold } from './buy-and-hold';
import { readGrid } from './parameter-grid';
import { readParameters } from './parameters';
import { rsiReversion } from './rsi-reversion';

describe('parameters of a strategy', () => {
  it('are read by name, the others have their defaults', () => {
    expect(readParameters(emaCross, 'slow=50, fast=5')).toEqual({
      values: { fast: 5, slow: 50, short: 0 },
      fault: null,
    });
    expect(readParameters(rsiReversion, 'low=22.5')).toMatchObject({ values: { low: 22.5, period: 14 } });
    expect(readParameters(buyAndHold, '')).toEqual({ values: {}, fault: null });
  });

  it.each([
    ['fsat=5', "Strategy ema-cross has no parameter 'fsat'; it takes fast, slow, short."],
    ['fast=0', "The parameter fast takes a whole number from 1 to 5000, not '0'."],
    ['fast=2.5', "The parameter fast takes a whole number from 1 to 5000, not '2.5'."],
    ['fast=', "The parameter fast takes a whole number from 1 to 5000, not ''."],
    ['fast=1e3', "The parameter fast takes a whole number from 1 to 5000, not '1e3'."],
    ['fast', "'fast' is no parameter: write name=value, for example fast=12."],
    ['fast=3,fast=4', 'The parameter fast is given twice; it takes one value.'],
    ['fast=30,slow=30', 'Strategy ema-cross: fast=30 must be less than slow=30.'],
  ])('%s is refused in a sentence', (text, fault) => {
    expect(readParameters(emaCross, text)).toEqual({ fault });
  });

  it('are none where a strategy has none', () => {
    expect(readParameters(buyAndHold, 'fast=3')).toEqual({
      fault: "Strategy buy-and-hold takes no parameters, so there is no 'fast'.",
    });
  });
});

describe('a grid of parameters', () => {
  it('is every combination, the last axis fastest, without those that cannot be', () => {
    const grid = readGrid(emaCross, 'fast=5..20/5,slow=10|20');
    expect(grid).toMatchObject({
      axes: [
        { name: 'fast', values: [5, 10, 15, 20] },
        { name: 'slow', values: [10, 20] },
      ],
      impossible: 4,
    });
    expect(typeof grid === 'string' ? [] : grid.points.map(({ fast, slow }) => [fast, slow])).toEqual([
      [5, 10],
      [5, 20],
      [10, 20],
      [15, 20],
    ]);
  });

  it('steps by decimals without drifting', () => {
    const grid = readGrid(rsiReversion, 'low=0.1..0.5/0.1');
    expect(grid).toMatchObject({ axes: [{ values: [0.1, 0.2, 0.3, 0.4, 0.5] }] });
  });

  it('keeps the values that do not vary', () => {
    const grid = readGrid(emaCross, 'fast=2|3', 'slow=40,short=1');
    expect(grid).toMatchObject({ points: [{ fast: 2, slow: 40, short: 1 }, { fast: 3 }] });
  });

  it.each([
    ['', 'The grid names no parameter: write name=from..to/step, such as fast=5..20/5.'],
    ['fast=5..20/0', "The grid of fast goes from..to/step with a step above zero, not '5..20/0'."],
    ['fast=20..5/5', "The grid of fast goes from..to/step with a step above zero, not '20..5/5'."],
    ['fast=1..5/0.5', "The grid of fast goes from..to/step with a step above zero, not '1..5/0.5'."],
    ['fast=1..9000/1', "The parameter fast takes a whole number from 1 to 5000, not '9000'."],
    ['fast=3|3', 'The grid of fast names a value twice.'],
    ['slow=1..1000/1', "The parameter slow takes a whole number from 2 to 20000, not '1'."],
    ['fast=1..200/1,slow=201..400/1', 'The grid has 40000 combinations; at most 10000 are run at once.'],
    ['fast=30|40,slow=20', 'No combination of the grid can be run: fast=30 must be less than slow=20.'],
    ['slow=20|30', 'The parameter slow is fixed and in the grid: leave it out of one.'],
    [
      'fast=5..20',
      "The parameter fast takes a whole number from 1 to 5000, not '5..20'. A grid takes from..to/step, or values with | between.",
    ],
  ])('%s is refused in a sentence', (text, fault) => {
    expect(readGrid(emaCross, text, text === 'slow=20|30' ? 'slow=20' : '')).toBe(fault);
  });
});
