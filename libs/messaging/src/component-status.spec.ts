import { type ComponentStatus, decodeBatch } from '@neuraltrade/contracts';
import { sendStatus, type StatusWord, tellStatus, wordOfChecks } from './component-status';
import type { OutgoingMessage } from './message-bus';

const up: StatusWord = { state: 'up', detail: '', figures: { stored: 3 } };
let sent: OutgoingMessage[];
const bus = { send: (message: OutgoingMessage): void => void sent.push(message) };

beforeEach(() => {
  sent = [];
  jest.useFakeTimers();
});
afterEach(() => jest.useRealTimers());

function told(): ComponentStatus[] {
  return sent.flatMap((message) => decodeBatch('status', message).records);
}

test('a status is a batch of its own under the component’s name, with a detail that a message can hold', () => {
  const status = { component: 'processor', ...up, detail: 'x'.repeat(600), timestamp: 5 };
  sendStatus(bus, status, 'r1');
  expect(sent).toMatchObject([
    { routingKey: 'status.processor', headers: { schema: 'status', schemaVersion: 1, replica: 'r1' } },
  ]);
  expect(told()).toEqual([{ ...status, detail: 'x'.repeat(512) }]);
});

test('a component tells of itself at once and each second, and that it is down when it stops', async () => {
  const stop = tellStatus({ bus, component: 'signals', read: () => up, now: () => 7 });
  await jest.advanceTimersByTimeAsync(2_100);
  stop();
  await jest.advanceTimersByTimeAsync(5_000);
  expect(told().map(({ state }) => state)).toEqual(['up', 'up', 'up', 'down']);
  expect(told()[0]).toEqual({ component: 'signals', ...up, timestamp: 7 });
});

test('while figures cannot be had nothing is told, and it goes on afterwards', async () => {
  const answers: (() => StatusWord | Promise<StatusWord>)[] = [
    () => Promise.reject(new Error('away')),
    () => new Promise((resolve) => setTimeout(() => resolve(up), 3_500)),
  ];
  const read = (): StatusWord | Promise<StatusWord> => (answers.shift() ?? (() => up))();
  const stop = tellStatus({ bus, component: 'signals', read, now: () => 7 });
  await jest.advanceTimersByTimeAsync(4_400);
  expect(sent).toEqual([]);
  await jest.advanceTimersByTimeAsync(700);
  expect(told()).toHaveLength(2);
  stop();
});

test('checks come to up, or to the first reason why not', () => {
  const ok = { name: 'a', probe: () => ({ ok: true, reason: '' }) };
  const bad = { name: 'b', probe: () => ({ ok: false, reason: 'The disk is full.' }) };
  expect(wordOfChecks([ok], { stored: 3 })).toEqual(up);
  expect(wordOfChecks([ok, bad], { stored: 3 })).toEqual({
    ...up,
    state: 'degraded',
    detail: 'The disk is full.',
  });
});
