import { type Candle, type MlSignal, recordFault, type SignalOutcome } from '@neuraltrade/contracts';
import fc from 'fast-check';
import { candleOf, MINUTE, NOON, signalOf } from '../testing/records';
import { FollowedSignals, type OutcomeRules, type SavedFollowed } from './followed-signals';

const RULES: OutcomeRules = {
  horizonCandles: 3,
  holdBandBps: 10,
  allowanceMs: 10 * MINUTE,
  maxFollowed: 1_000,
};

/** The candle that opens so many minutes behind noon. */
const at = (minutes: number, changes: Partial<Candle> = {}): Candle =>
  candleOf({ timestamp: NOON + minutes * MINUTE, ...changes });
/** Three candles behind noon: in at 100, up to 104, down to 97, out at 102. */
const PATH = [
  at(0, { open: 100, high: 101, low: 99, close: 100 }),
  at(1, { open: 100, high: 104, low: 97, close: 103 }),
  at(2, { open: 103, high: 103, low: 101, close: 102 }),
];

/** What becomes of one signal when these candles come behind it. */
function outcomeOf(signal: MlSignal, candles: readonly Candle[], rules: Partial<OutcomeRules> = {}) {
  const followed = new FollowedSignals({ ...RULES, ...rules });
  followed.follow(signal);
  for (const candle of candles) followed.candle(candle);
  followed.settle();
  return followed.told[0];
}

describe('an outcome', () => {
  const judged = {
    horizonTimestamp: NOON + 3 * MINUTE,
    entryPrice: 100,
    exitPrice: 102,
    timestamp: NOON,
  };

  test('of a buy is the move from the first open to the last close, and how far it went either way', () => {
    const outcome = outcomeOf(signalOf({ signalType: 'buy' }), PATH);
    expect(outcome).toEqual({
      ...judged,
      exchange: 'binance',
      symbol: 'BTC/USDT',
      timeframe: '1m',
      modelVersion: 'trend-1',
      signalType: 'buy',
      status: 'hit',
      returnBps: 200,
      maxAdverseBps: 300,
      maxFavourableBps: 400,
    });
    expect(recordFault('outcomes', outcome)).toBeNull();
  });

  test('of a sell is the same the other way round', () => {
    expect(outcomeOf(signalOf({ signalType: 'sell' }), PATH)).toMatchObject({
      ...judged,
      status: 'miss',
      returnBps: -200,
      maxAdverseBps: 400,
      maxFavourableBps: 300,
    });
  });

  test('of a hold is hit within the band and keeps the plain move', () => {
    const hold = signalOf({ signalType: 'hold' });
    const told = { ...judged, returnBps: 200, maxAdverseBps: 400, maxFavourableBps: 0 };
    expect(outcomeOf(hold, PATH, { holdBandBps: 200 })).toMatchObject({ ...told, status: 'hit' });
    expect(outcomeOf(hold, PATH, { holdBandBps: 199 })).toMatchObject({ ...told, status: 'miss' });
  });

  test.each(['buy', 'sell'] as const)('of a %s without any move is a miss', (signalType) => {
    const flat = PATH.map((candle) => ({ ...candle, open: 100, high: 100, low: 100, close: 100 }));
    const outcome = outcomeOf(signalOf({ signalType }), flat) as SignalOutcome;
    expect(outcome).toMatchObject({ status: 'miss', returnBps: 0, maxAdverseBps: 0, maxFavourableBps: 0 });
    expect(Object.values(outcome).some((value) => Object.is(value, -0))).toBe(false);
  });

  test('begins with the candle that opens at the signal and ends with the last of the horizon', () => {
    const around = [at(-1, { high: 500, low: 1, open: 2 }), ...PATH, at(3, { high: 900, low: 1, close: 1 })];
    expect(outcomeOf(signalOf(), around)).toMatchObject({ maxAdverseBps: 300, maxFavourableBps: 400 });
  });

  test('is told when the last candle of the horizon has come, in whatever order they come', () => {
    expect(outcomeOf(signalOf(), PATH.slice(0, 2))).toBeUndefined();
    expect(outcomeOf(signalOf(), PATH.toReversed())).toMatchObject({ status: 'hit' });
  });

  test('is told of a signal that comes behind its candles', () => {
    const followed = new FollowedSignals(RULES);
    for (const candle of PATH) followed.candle(candle);
    followed.settle();
    followed.follow(signalOf());
    followed.settle();
    expect(followed.told).toMatchObject([{ status: 'hit', returnBps: 200 }]);
  });

  test('is made of the newest version of each candle', () => {
    const [first, second, third] = PATH as [Candle, Candle, Candle];
    const older = { ...second, epoch: 0, revision: 7, high: 900 };
    const revised = { ...second, state: 'revised' as const, revision: 1, high: 105 };
    const outcome = outcomeOf(signalOf(), [first, revised, second, older, third]);
    expect(outcome).toMatchObject({ maxFavourableBps: 500 });
  });

  test('waits for a candle that is missing or incomplete, and is made when a complete one comes after all', () => {
    const [first, second, third] = PATH as [Candle, Candle, Candle];
    const hole = { ...second, complete: false };
    expect(outcomeOf(signalOf(), [first, third, at(3)])).toBeUndefined();
    expect(outcomeOf(signalOf(), [first, hole, third, at(3)])).toBeUndefined();
    const filled = { ...second, state: 'revised' as const, revision: 1 };
    expect(outcomeOf(signalOf(), [first, hole, third, filled])).toMatchObject({ status: 'hit' });
  });
});

describe('a signal that lacks candles', () => {
  const [first, second, third] = PATH as [Candle, Candle, Candle];
  const lacking = (...candles: Candle[]): FollowedSignals => {
    const followed = new FollowedSignals(RULES);
    followed.follow(signalOf());
    for (const candle of candles) followed.candle(candle);
    followed.settle();
    return followed;
  };

  test('is overdue when the market has gone on for the allowance behind its horizon, and not before', () => {
    expect(lacking(first, third, at(11)).overdue(9)).toEqual([]);
    const [overdue] = lacking(first, third, at(12)).overdue(9);
    expect(overdue).toMatchObject({ from: NOON, to: NOON + 3 * MINUTE, candles: 3, symbol: 'BTC/USDT' });
  });

  test('is overdue by candles of any symbol of its venue: its own may be silent', () => {
    expect(lacking(first, at(12, { symbol: 'ETH/USDT' })).overdue(9)).toHaveLength(1);
  });

  test('waits for a venue that is behind the others, but no longer than a day', () => {
    const day = 24 * 60;
    const of = (minutes: number): Candle => at(minutes, { exchange: 'kraken' });
    expect(lacking(first, of(day + 11)).overdue(9)).toEqual([]);
    expect(lacking(first, of(day + 12)).overdue(9)).toHaveLength(1);
    expect(lacking(first, of(day + 11), second, third).told).toMatchObject([{ status: 'hit' }]);
  });

  test('ends unjudged, without any figure', () => {
    const followed = lacking(first, third, at(12));
    for (const overdue of followed.overdue(9)) followed.end(overdue);
    const [outcome] = followed.told;
    expect(outcome).toMatchObject({ status: 'unjudged', entryPrice: null, returnBps: null });
    expect(recordFault('outcomes', outcome)).toBeNull();
    expect(followed.count).toBe(0);
  });

  test('is judged when the store knew the candle', () => {
    const followed = lacking(first, third, at(12));
    const [overdue] = followed.overdue(9);
    followed.candle(second);
    if (overdue !== undefined) followed.end(overdue);
    followed.settle();
    expect(followed.told).toMatchObject([{ status: 'hit', returnBps: 200 }]);
  });

  test('beyond the bound is unjudged at once, and those that are followed go on', () => {
    const followed = new FollowedSignals({ ...RULES, maxFollowed: 2 });
    const given = [0, 1, 2].map((minutes) =>
      followed.follow(signalOf({ timestamp: NOON + minutes * MINUTE })),
    );
    expect(given).toEqual([true, true, false]);
    expect(followed.told).toMatchObject([{ status: 'unjudged', timestamp: NOON + 2 * MINUTE }]);
    for (const candle of PATH) followed.candle(candle);
    followed.settle();
    expect(followed.told).toHaveLength(2);
    followed.confirmed(2);
    expect(followed.follow(signalOf({ timestamp: NOON + 3 * MINUTE }))).toBe(true);
  });
});

const BAND = 10.123_456_789;
const SERIES = [
  { exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1m' },
  { exchange: 'kraken', symbol: 'BTC/USDT', timeframe: '1m' },
  { exchange: 'kraken', symbol: 'BTC/USDT', timeframe: '5m' },
];
const stepOf = ({ timeframe }: { readonly timeframe: string }): number =>
  (timeframe === '5m' ? 5 : 1) * MINUTE;
/** A path of candles with prices in cents; some are missing, some incomplete. */
const anyPath = (series: (typeof SERIES)[number]): fc.Arbitrary<Candle[]> =>
  fc
    .array(
      fc.record({
        prices: fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 99_000, max: 101_000 }))),
        kind: fc.constantFrom('whole', 'whole', 'whole', 'whole', 'incomplete', 'missing'),
      }),
      { minLength: 12, maxLength: 12 },
    )
    .map((steps) =>
      steps.flatMap(({ prices, kind }, index) => {
        if (kind === 'missing') return [];
        const [open = 1, close = 1, ...others] = prices;
        return candleOf({
          ...series,
          timestamp: NOON + index * stepOf(series),
          open: open / 100,
          close: close / 100,
          high: Math.max(open, close, ...others) / 100,
          low: Math.min(open, close, ...others) / 100,
          complete: kind === 'whole',
        });
      }),
    );
const anySignals = fc.uniqueArray(
  fc.record({
    series: fc.constantFrom(...SERIES),
    index: fc.nat({ max: 11 }),
    signalType: fc.constantFrom<MlSignal['signalType']>('buy', 'hold', 'sell'),
  }),
  { maxLength: 30, selector: (one) => JSON.stringify(one) },
);

/** The outcome by the words of the contract: every candle looked up on its own, in whole cents. */
function reference(signal: MlSignal, horizon: number, path: readonly Candle[]): Partial<SignalOutcome> {
  const step = stepOf(signal);
  const wanted = Array.from({ length: horizon }, (_, index) => signal.timestamp + index * step);
  const found = wanted.map((open) =>
    path.find(
      ({ exchange, symbol, timeframe, timestamp }) =>
        exchange === signal.exchange &&
        symbol === signal.symbol &&
        timeframe === signal.timeframe &&
        timestamp === open,
    ),
  );
  const candles = found.filter((candle): candle is Candle => candle?.complete === true);
  if (candles.length < horizon) return { status: 'unjudged', entryPrice: null, maxFavourableBps: null };
  const cents = (price: number): number => Math.round(price * 100);
  const entry = cents((candles[0] as Candle).open);
  const exit = cents((candles.at(-1) as Candle).close);
  const highest = Math.max(...candles.map(({ high }) => cents(high)));
  const lowest = Math.min(...candles.map(({ low }) => cents(low)));
  const sign = signal.signalType === 'sell' ? -1 : 1;
  const near = (bps: number): number => expect.closeTo(bps, 6) as number;
  const [up, down] = [((highest - entry) * 10_000) / entry, ((entry - lowest) * 10_000) / entry];
  const [away, along] = signal.signalType === 'sell' ? [up, down] : [down, up];
  const isHold = signal.signalType === 'hold';
  const isHit = isHold ? Math.abs(exit - entry) * 10_000 < BAND * entry : sign * (exit - entry) > 0;
  return {
    status: isHit ? 'hit' : 'miss',
    entryPrice: entry / 100,
    exitPrice: exit / 100,
    returnBps: near((sign * (exit - entry) * 10_000) / entry),
    maxAdverseBps: near(isHold ? Math.max(up, down) : away),
    maxFavourableBps: near(isHold ? 0 : along),
  };
}

describe('on any paths', () => {
  const rules: OutcomeRules = { ...RULES, holdBandBps: BAND };
  const keyOf = (one: Pick<SignalOutcome, 'exchange' | 'timeframe' | 'timestamp' | 'signalType'>): string =>
    [one.exchange, one.timeframe, one.timestamp, one.signalType].join();

  test('every signal has one outcome, which is that of a look at each candle, over restarts in any order of arrival', () => {
    const anyRun = fc.record({
      paths: fc.tuple(...SERIES.map(anyPath)),
      signals: anySignals,
      horizon: fc.integer({ min: 1, max: 5 }),
      order: fc.infiniteStream(fc.nat({ max: 1_000 })),
      restartEvery: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(anyRun, ({ paths, signals: drawn, horizon, order, restartEvery }) => {
        const candles = paths.flat();
        const signals = drawn.map(({ series, index, signalType }) =>
          signalOf({
            ...series,
            signalType,
            timestamp: NOON + index * stepOf(series),
          }),
        );
        // By time, but anything may be late by up to the allowance.
        const inputs = [...candles, ...signals]
          .map((input) => {
            const known = input.timestamp + ('open' in input ? stepOf(input) : 0);
            return { input, at: known + ((order.next().value as number) % 8) * MINUTE };
          })
          .sort((a, b) => a.at - b.at);
        let followed = new FollowedSignals({ ...rules, horizonCandles: horizon });
        const outcomes: SignalOutcome[] = [];
        const publish = (): void => {
          followed.settle();
          for (const overdue of followed.overdue(99)) followed.end(overdue);
          outcomes.push(...followed.told);
          followed.confirmed(followed.told.length);
        };
        inputs.forEach(({ input }, index) => {
          if ('open' in input) followed.candle(input);
          else followed.follow(input);
          publish();
          if (index % restartEvery !== 0) return;
          const saved = JSON.parse(JSON.stringify(followed.export())) as SavedFollowed;
          followed = new FollowedSignals({ ...rules, horizonCandles: horizon }, saved);
        });
        followed.candle(at(10_000, { symbol: 'OTHER/USD' }));
        publish();
        expect(outcomes).toHaveLength(signals.length);
        const byKey = new Map(outcomes.map((outcome) => [keyOf(outcome), outcome]));
        for (const signal of signals)
          expect(byKey.get(keyOf(signal))).toMatchObject(reference(signal, horizon, candles));
        expect(followed.count).toBe(0);
      }),
    );
  });
});
