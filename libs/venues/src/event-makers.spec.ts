import { refusedEvent } from './event-makers';

const NOTHING = { requestId: null, topics: null };

test('a refusal without words is told as one', () => {
  expect(refusedEvent('', NOTHING).reason).toBe('no reason given');
});

test("a venue's long words are cut", () => {
  expect(refusedEvent('x'.repeat(1_000), NOTHING).reason).toBe('x'.repeat(200));
});
