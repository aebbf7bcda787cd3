import { prefetchOf, sinkConfig } from './config';

test('an empty environment gives the defaults', () => {
  expect(sinkConfig({})).toEqual({
    QUEUE_MAX_BYTES: 268_435_456,
    WRITE_BATCH_SIZE: 5_000,
    WRITE_FLUSH_MS: 1_000,
    MAX_RETRY_DELAY_MS: 15_000,
    RETRY_JITTER_MS: 200,
  });
});

test('every fault is told at once', () => {
  expect(() => sinkConfig({ WRITE_BATCH_SIZE: '0', WRITE_FLUSH_MS: 'soon' })).toThrow(
    /WRITE_BATCH_SIZE.*\n.*WRITE_FLUSH_MS/,
  );
});

test('the window of unanswered messages is two batches', () => {
  expect(prefetchOf(sinkConfig({}))).toBe(500);
  expect(prefetchOf(sinkConfig({ WRITE_BATCH_SIZE: '1' }))).toBe(2);
});
