import { retryDelay } from './backoff';

test('waits for a reconnect grow up to a cap and are spread over it', () => {
  expect([retryDelay(0, () => 0), retryDelay(0, () => 1)]).toEqual([250, 500]);
  expect([retryDelay(3, () => 0), retryDelay(3, () => 1)]).toEqual([250, 4_000]);
  expect(retryDelay(1_000, () => 1)).toBe(15_000);
});
