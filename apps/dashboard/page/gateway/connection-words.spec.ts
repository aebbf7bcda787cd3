import { CLOSE_CODES } from '../protocol';
import { linkWord, lossSentence } from './connection-words';

const LOST_AT = Date.UTC(2026, 2, 1, 12, 5, 9);

test.each([
  [1006, null, 'The gateway does not answer. Trying again.'],
  [1006, LOST_AT, 'Everything stands still since 12:05:09 UTC. Trying to reconnect.'],
  [CLOSE_CODES.tooSlow, LOST_AT, 'Cut off at 12:05:09 UTC: this page read too slowly. Connecting again.'],
  [
    CLOSE_CODES.tooManyMessages,
    LOST_AT,
    'Cut off at 12:05:09 UTC: this page sent too many messages. Connecting again.',
  ],
])('a connection that ended with %p, the last one at %p, is told as %p', (code, lostAt, sentence) =>
  expect(lossSentence(code, lostAt)).toBe(sentence),
);

test('each state has a word', () => {
  expect(linkWord({ kind: 'connecting' })).toBe('Connecting');
  expect(linkWord({ kind: 'open' })).toBe('Connected');
  expect(linkWord({ kind: 'lost', code: 1006 })).toBe('Disconnected');
  expect(linkWord({ kind: 'unauthorized', refused: true })).toBe('Token needed');
});
