import { PermanentError } from '@neuraltrade/contracts';
import fc from 'fast-check';
import { refuseBadCandles, refuseBadNames, refuseBadOutcomes, refuseBadSignals } from '../storable';
import { parseLine } from '../testing/line-parser';
import { candleOf, gapOf, outcomeOf, signalOf, tickOf } from '../testing/records';
import { candleLine, gapLine, outcomeLine, signalLine, tickLine } from './points';
import { MEASUREMENTS } from './schema';

/** Records of each kind with hostile texts; POINT_RUNS=100000 is the long run. */
const RUNS = Number(process.env['POINT_RUNS'] ?? 300);

const hostile = fc.oneof(
  fc.constantFrom(
    '1\nevil,t=1 v=666 2',
    'BTC/USDT',
    'x,evil=1',
    'x evil=1 2',
    'x\\',
    'x\\ v=1',
    '"',
    '\\"',
    '" 1\nevil v=1',
    '__proto__',
    'binance\n',
    'x\u2028y',
    '\ud800',
    '',
  ),
  fc.string({ unit: fc.constantFrom('"', '\\', ',', '=', ' ', '\n', '\r', '/', 'A', '1', 'é') }),
  fc.string({ unit: 'binary' }),
);

type Changes = Readonly<Record<string, string>>;
/** What the store does with a record of each kind: it looks at the names, then writes the line. */
const KINDS = {
  tick: {
    texts: ['exchange', 'symbol', 'tradeId', 'takerSide'],
    write: (changes: Changes): string => {
      const tick = { ...tickOf(), ...changes };
      refuseBadNames([tick]);
      return tickLine(tick);
    },
  },
  candle: {
    texts: ['exchange', 'symbol', 'timeframe'],
    write: (changes: Changes): string => {
      const candle = { ...candleOf(), ...changes };
      refuseBadCandles([candle]);
      return candleLine(candle);
    },
  },
  gap: {
    texts: ['exchange', 'symbol', 'gapId', 'afterTradeId', 'beforeTradeId', 'status', 'cause'],
    write: (changes: Changes): string => {
      const gap = { ...gapOf(), ...changes };
      refuseBadNames([gap]);
      return gapLine(gap);
    },
  },
  signal: {
    texts: ['exchange', 'symbol', 'timeframe', 'signalType', 'riskLevel', 'modelVersion'],
    write: (changes: Changes): string => {
      const signal = { ...signalOf(), ...changes };
      refuseBadSignals([signal]);
      return signalLine(signal);
    },
  },
  outcome: {
    texts: ['exchange', 'symbol', 'timeframe', 'signalType', 'modelVersion'],
    write: (changes: Changes): string => {
      const outcome = { ...outcomeOf(), ...changes };
      refuseBadOutcomes([outcome]);
      return outcomeLine(outcome);
    },
  },
};

describe.each(Object.entries(KINDS))('a %s with hostile texts', (_kind, { texts, write }) => {
  test('is refused, or one point of its own measurement with the same tags and fields as any other', () => {
    const plain = parseLine(write({}));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...texts), hostile, { minKeys: 1 }), (changes) => {
        let line: string;
        try {
          line = write(changes);
        } catch (error) {
          expect(error).toBeInstanceOf(PermanentError);
          return;
        }
        const point = parseLine(line);
        expect(point.measurement).toBe(plain.measurement);
        expect(Object.keys(point.tags)).toEqual(Object.keys(plain.tags));
        expect(Object.keys(point.fields)).toEqual(Object.keys(MEASUREMENTS[plain.measurement] ?? {}));
        const values = [...Object.values(point.tags), ...Object.values(point.fields)];
        for (const [name, text] of Object.entries(changes))
          expect(values).toContain(name === 'symbol' ? text.replace('/', '_') : text);
      }),
      { numRuns: RUNS },
    );
  });

  test('of 200 KB takes no more than linear work', () => {
    // Backtracking would take minutes here; the suite's own limit is the only clock.
    for (const name of texts)
      for (const piece of ['A', 'A/', '1', '\\', '"', ' ', 'é']) {
        try {
          write({ [name]: piece.repeat(200_000) });
        } catch (error) {
          expect(error).toBeInstanceOf(PermanentError);
        }
      }
  });
});
