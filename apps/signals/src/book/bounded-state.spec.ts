import { encodeState } from '../session/saved-state';
import { candleOf, MINUTE, NOON, signalOf } from '../testing/records';
import { SignalBook } from './signal-book';

/** Minutes in each of which every stream has a signal; 34 fill every bound. */
const MINUTES = Number(process.env['STRANGE_MINUTES'] ?? 2);
/** What one record of a log takes, bytes. */
const LOG_RECORD_BYTES = 16_777_216;
/** So many streams are remembered; a few more come. */
const STREAMS = 5_000;

/** Names as long as the schema lets them be, of more venues than are kept. */
const nameOf = (i: number): Parameters<typeof signalOf>[0] => ({
  exchange: `venue${String(i % 300).padStart(19, 'x')}`,
  symbol: `SYMBOL${String(i).padStart(18, '0')}/QUOTE${'X'.repeat(19)}`,
  modelVersion: `model-${'m'.repeat(58)}`,
});

test('the state has room in one record of the log, whatever comes, with every bound as large as it can be set', () => {
  const day = 86_400_000;
  const book = new SignalBook(
    {
      ...{ models: [], types: ['buy', 'sell', 'hold'], riskLevels: ['low'], minConfidence: 0 },
      ...{ maxAgeMs: day, minVenues: 1, agreementMs: day, cooldownMs: day },
    },
    { horizonCandles: 12, holdBandBps: 10, allowanceMs: day, maxFollowed: 10_000 },
  );
  for (let minute = 0; minute < MINUTES; minute += 1) {
    const timestamp = NOON + minute * MINUTE;
    book.reached(timestamp);
    for (let i = 0; i < STREAMS; i += 1) {
      const signal = signalOf({ ...nameOf(i), timestamp });
      const { exchange, symbol } = signal;
      if (minute < 7)
        book.candle(candleOf({ exchange, symbol, timestamp, open: 100.123456, close: 100.65432 }));
      book.signal(signal);
    }
    // As the service does at each of its saves; the last outcomes stay unpublished.
    if (minute < MINUTES - 1) book.outcomes.confirmed(book.outcomes.told.length);
  }
  for (let i = STREAMS; i < STREAMS + 500; i += 1)
    book.signal(signalOf({ ...nameOf(i), signalType: 'sell' }));
  const { seen, filter, followed } = book.export();
  expect(seen).toHaveLength(STREAMS);
  expect(Math.max(...seen.map(([, remembered]) => remembered.length))).toBe(Math.min(MINUTES, 32));
  expect(filter.votes).toHaveLength(STREAMS);
  expect(followed.venueTimes).toHaveLength(256);
  expect(followed.followed.length).toBeLessThanOrEqual(10_000);
  const deliveries = Array.from({ length: 2_000 }, () => signalOf(nameOf(0)));
  const text = encodeState({ book: book.export(), deliveries, lookedUpTo: NOON });
  expect(text.length).toBeLessThan(LOG_RECORD_BYTES);
});
