import type { GapsMessage } from '../protocol';
import { Subscriptions } from './subscriptions';

const BTC = { channel: 'gaps', exchange: 'kraken', symbol: 'BTC/USD' } as const;
const ETH = { ...BTC, symbol: 'ETH/USD' } as const;

function gapsOf(
  { exchange, symbol }: typeof BTC | typeof ETH,
  from: number | null,
  seq: number,
): GapsMessage {
  return { type: 'gaps', exchange, symbol, from, seq, gaps: [] };
}

/** Subscriptions to BTC, greeted by session s and told everything up to version 7. */
function upToSeven(): Subscriptions {
  const subscriptions = new Subscriptions();
  subscriptions.add(BTC);
  subscriptions.begin('s');
  expect(subscriptions.accept(gapsOf(BTC, null, 7))).toBe('taken');
  return subscriptions;
}

test('what is wanted is asked for at the greeting', () => {
  const subscriptions = new Subscriptions();
  subscriptions.add(BTC);
  subscriptions.add(ETH);
  subscriptions.remove(ETH);
  expect(subscriptions.begin('s')).toEqual([{ op: 'subscribe', ...BTC }]);
});

test('after a reconnect to the same run of the gateway it goes on behind the last message', () => {
  const subscriptions = upToSeven();
  expect(subscriptions.accept(gapsOf(BTC, 7, 9))).toBe('taken');
  expect(subscriptions.begin('s')).toEqual([{ op: 'subscribe', resume: { session: 's', seq: 9 }, ...BTC }]);
  expect(subscriptions.accept(gapsOf(BTC, 9, 12))).toBe('taken');
});

test('after a restart of the gateway everything is asked for anew', () => {
  const subscriptions = upToSeven();
  expect(subscriptions.begin('t')).toEqual([{ op: 'subscribe', ...BTC }]);
  expect(subscriptions.accept(gapsOf(BTC, null, 1))).toBe('taken');
  expect(subscriptions.begin('t')).toEqual([{ op: 'subscribe', resume: { session: 't', seq: 1 }, ...BTC }]);
});

test('a version of the run before is never taken for one of this run', () => {
  const subscriptions = upToSeven();
  subscriptions.begin('t');
  expect(subscriptions.accept(gapsOf(BTC, 7, 9))).not.toBe('taken');
});

test('a message that skips a version is left, and what was missed is asked for once', () => {
  const subscriptions = upToSeven();
  expect(subscriptions.accept(gapsOf(BTC, 8, 9))).toEqual({
    op: 'subscribe',
    resume: { session: 's', seq: 7 },
    ...BTC,
  });
  expect(subscriptions.accept(gapsOf(BTC, 9, 10))).toBeNull();
  expect(subscriptions.accept(gapsOf(BTC, 7, 10))).toBe('taken');
});

test('a snapshot is taken at any time', () => {
  expect(upToSeven().accept(gapsOf(BTC, null, 400))).toBe('taken');
});

test('a late message of a channel that nobody wants any more is left', () => {
  const subscriptions = upToSeven();
  expect(subscriptions.remove(BTC)).toEqual({ op: 'unsubscribe', ...BTC });
  expect(subscriptions.accept(gapsOf(BTC, 7, 8))).toBe('unwanted');
});

test('channels of the same kind are told apart by market, timeframe and filter', () => {
  const subscriptions = upToSeven();
  subscriptions.add(ETH);
  expect(subscriptions.accept(gapsOf(ETH, null, 3))).toBe('taken');
  expect(subscriptions.accept(gapsOf(BTC, 7, 8))).toBe('taken');
});
