import type { MlSignal, SignalOutcome } from '@neuraltrade/contracts';
import { outcomeOf, signalOf } from '../../src/testing/market-samples';
import { SignalBook } from './signal-book';

const told = (book: SignalBook) =>
  book.newestFirst().map(({ signal, outcome }) => [signal.timestamp, outcome?.status ?? 'pending']);

test('the newest signal is first, and pending until its outcome comes', () => {
  const book = new SignalBook();
  book.takeSignals([signalOf({ timestamp: 1 }), signalOf({ timestamp: 2 })]);
  expect(told(book)).toEqual([
    [2, 'pending'],
    [1, 'pending'],
  ]);
  book.takeOutcomes([outcomeOf({ timestamp: 1, status: 'hit' })]);
  expect(told(book)).toEqual([
    [2, 'pending'],
    [1, 'hit'],
  ]);
});

test('an outcome that comes before its signal is not lost', () => {
  const book = new SignalBook();
  book.takeOutcomes([outcomeOf({ timestamp: 1, status: 'miss' })]);
  expect(told(book)).toEqual([]);
  book.takeSignals([signalOf({ timestamp: 1 })]);
  expect(told(book)).toEqual([[1, 'miss']]);
});

test.each<Partial<MlSignal & SignalOutcome>>([
  { exchange: 'kraken' },
  { symbol: 'ETH/USD' },
  { timeframe: '5m' },
  { modelVersion: 'other' },
  { timestamp: 2 },
  { signalType: 'sell' },
])('the outcome of another signal, %p, is none of its own', (other) => {
  const book = new SignalBook();
  book.takeSignals([signalOf({ timestamp: 1 })]);
  book.takeOutcomes([outcomeOf({ timestamp: 1, ...other })]);
  expect(told(book)).toEqual([[1, 'pending']]);
});

test('a repeat is one signal, and of very many the oldest are forgotten', () => {
  const book = new SignalBook();
  const many = Array.from({ length: 700 }, (_, index) => signalOf({ timestamp: index }));
  book.takeSignals(many);
  book.takeSignals(many.slice(600));
  expect(book.newestFirst()).toHaveLength(500);
  expect(book.newestFirst().at(-1)?.signal.timestamp).toBe(200);
});
