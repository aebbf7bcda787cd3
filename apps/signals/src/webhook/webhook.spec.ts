import { createHmac, timingSafeEqual } from 'node:crypto';
import type { MlSignal } from '@neuraltrade/contracts';
import { eventually } from '@neuraltrade/infra';
import { createMetrics } from '@neuraltrade/metrics';
import { Receiver, type ReceiverAnswer } from '../testing/receiver';
import { MINUTE, NOON, signalOf } from '../testing/records';
import { type GivenUp, Webhook, type WebhookTarget } from './webhook';
import { deliveryId } from './signed-request';

const SECRET = 'canary-webhook-secret-"x';

describe('a webhook', () => {
  let receiver: Receiver;
  let webhook: Webhook;
  let done: { readonly signal: MlSignal; readonly givenUp: GivenUp | null }[];
  let log: unknown[];

  const open = (changes: Partial<WebhookTarget> = {}): void => {
    done = [];
    log = [];
    webhook = new Webhook({
      target: {
        url: receiver.url,
        timeoutMs: 20_000,
        retryBaseMs: 1,
        retryMaxMs: 1,
        maxWaiting: 100,
        ...changes,
      },
      secret: () => SECRET,
      onDone: (signal, givenUp) => done.push({ signal, givenUp }),
      log: { info: (...line: unknown[]) => log.push(line), warn: (...line: unknown[]) => log.push(line) },
      metrics: createMetrics(),
      now: Date.now,
    });
  };
  /** Signals of one symbol, one a minute. */
  const some = (count: number, changes: Partial<MlSignal> = {}): MlSignal[] =>
    Array.from({ length: count }, (_, i) => signalOf({ timestamp: NOON + i * MINUTE, ...changes }));
  const allDone = (count: number): Promise<void> =>
    eventually(
      () => done.length >= count,
      () => `${count} deliveries; there are ${done.length}`,
    );

  beforeEach(async () => {
    receiver = await Receiver.start();
    open();
  });
  afterEach(async () => {
    await webhook.stop(0);
    await receiver.dispose();
  });

  test('posts the signal with its key, signed over timestamp and body', async () => {
    const signal = signalOf();
    webhook.add(signal);
    await allDone(1);
    const [{ headers, body }] = receiver.seen as [Receiver['seen'][number]];
    expect(JSON.parse(body)).toEqual({ version: 1, id: deliveryId(signal), signal });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': deliveryId(signal),
      'content-length': String(Buffer.byteLength(body)),
    });
    // What docs/signals.md tells receivers to do.
    const timestamp = headers['x-neuraltrade-timestamp'] as string;
    const expected = createHmac('sha256', SECRET).update(`${timestamp}.${body}`).digest('hex');
    const given = String(headers['x-neuraltrade-signature']).replace(/^v1=/, '');
    expect(timingSafeEqual(Buffer.from(given), Buffer.from(expected))).toBe(true);
    expect(Math.abs(Number(timestamp) - Date.now() / 1_000)).toBeLessThan(30);
    expect(done).toEqual([{ signal, givenUp: null }]);
  });

  test.each<[string, ReceiverAnswer]>([
    ['answers 408', { status: 408 }],
    ['answers 425', { status: 425 }],
    ['answers 429', { status: 429 }],
    ['answers 500', { status: 500 }],
    ['answers 503 with a Retry-After that says nothing', { status: 503, headers: { 'retry-after': 'soon' } }],
    ['answers no HTTP', 'garbage'],
    ['cuts the connection', 'cut'],
    ['does not answer', 'silence'],
  ])('tries again with the same key and body while the receiver %s', async (_, answer) => {
    await webhook.stop(0);
    // On a busy machine a good answer may be late, too.
    open({ timeoutMs: answer === 'silence' ? 200 : 10_000 });
    receiver.answer = () => (receiver.seen.length < 2 ? answer : { status: 200, text: '}not json{' });
    webhook.add(signalOf());
    await eventually(() => !webhook.health().ok || done.length > 0, 'a fault');
    await allDone(1);
    expect(receiver.seen.length).toBeGreaterThanOrEqual(3);
    expect(new Set(receiver.seen.map(({ key, body }) => `${key} ${body}`)).size).toBe(1);
    expect(done).toMatchObject([{ givenUp: null }]);
    expect(webhook.health()).toEqual({ ok: true, reason: '' });
  });

  test.each([400, 401, 404, 410, 422])(
    'gives up what is refused with %i, in its words, and goes on',
    async (status) => {
      const [first, second] = some(2) as [MlSignal, MlSignal];
      receiver.answer = ({ key }) =>
        key === deliveryId(first) ? { status, text: `no\nsuch ${'x'.repeat(1_000)}` } : { status: 200 };
      webhook.add(first);
      webhook.add(second);
      await allDone(2);
      expect(done).toMatchObject([
        { signal: first, givenUp: { reason: 'webhook-refused' } },
        { signal: second, givenUp: null },
      ]);
      const { detail = '' } = done[0]?.givenUp ?? {};
      expect(detail).toContain(`refuses it with ${status}: no such xxx`);
      expect(detail.length).toBeLessThan(450);
      expect(receiver.seen).toHaveLength(2);
    },
  );

  test('waits as long as Retry-After asks, with every symbol', async () => {
    const [busy, other] = [signalOf(), signalOf({ symbol: 'ETH/USDT' })];
    receiver.answer = () =>
      receiver.seen.length === 0 ? { status: 429, headers: { 'retry-after': '1' } } : { status: 200 };
    webhook.add(busy);
    await eventually(() => receiver.seen.length === 1, 'the first attempt');
    await eventually(() => !webhook.health().ok, 'its answer');
    webhook.add(other);
    await allDone(2);
    const [first = 0, ...later] = receiver.seen.map(({ at }) => at);
    for (const at of later) expect(at - first).toBeGreaterThan(990);
  });

  test('follows no redirect, loses nothing by it and says what to set', async () => {
    const elsewhere = await Receiver.start();
    const location = elsewhere.url;
    receiver.answer = () => ({ status: 307, headers: { location } });
    webhook.add(signalOf());
    await eventually(() => receiver.seen.length >= 2, 'another attempt');
    expect(webhook.health().reason).toContain(
      'redirects (307) instead of answering: set WEBHOOK_URL to the address that it means. 1 delivery waits.',
    );
    expect([elsewhere.seen, done]).toEqual([[], []]);
    await elsewhere.dispose();
  });

  test('delivers a symbol in order, whatever fails between, and holds up no other symbol by it', async () => {
    const slow = some(5);
    const quick = some(5, { symbol: 'ETH/USDT' });
    const stuck = some(1, { symbol: 'SOL/USDT' });
    receiver.answer = ({ key }) => {
      if (key === deliveryId(stuck[0] as MlSignal)) return 'silence';
      const attempts = receiver.seen.filter((other) => other.key === key).length;
      return { status: body(key).includes('BTC') && attempts < 2 ? 500 : 200 };
    };
    const body = (key: string): string =>
      [...slow, ...quick].find((s) => deliveryId(s) === key)?.symbol ?? '';
    for (const signal of [...stuck, ...slow, ...quick]) webhook.add(signal);
    await allDone(10);
    for (const signals of [slow, quick])
      expect(done.map(({ signal }) => signal).filter(({ symbol }) => symbol === signals[0]?.symbol)).toEqual(
        signals,
      );
    expect(webhook.waiting).toEqual(stuck);
  });

  test('takes a signal that waits already once', async () => {
    for (const signal of [...some(2), ...some(2)]) webhook.add(signal);
    await allDone(2);
    await webhook.stop(0);
    expect(receiver.seen).toHaveLength(2);
  });

  test('gives up the delivery that has waited longest when more wait than may, never the one under way', async () => {
    await webhook.stop(0);
    open({ maxWaiting: 3, timeoutMs: 60_000 });
    receiver.answer = () => 'silence';
    const [underWay, oldest, ...rest] = some(5) as [MlSignal, MlSignal, ...MlSignal[]];
    webhook.add(underWay);
    await eventually(() => receiver.seen.length === 1, 'the first attempt');
    for (const signal of [oldest, ...rest]) webhook.add(signal);
    expect(done.map(({ signal, givenUp }) => [signal, givenUp?.reason])).toEqual([
      [oldest, 'webhook-overflow'],
      [rest[0], 'webhook-overflow'],
    ]);
    expect(webhook.waiting).toEqual([underWay, ...rest.slice(1)]);
  });

  test('stops amid an attempt and amid a wait, and still tells what waits', async () => {
    receiver.answer = ({ key }) => (key === deliveryId(signalOf()) ? 'silence' : { status: 500 });
    const waiting = [signalOf(), signalOf({ symbol: 'ETH/USDT' })];
    for (const signal of waiting) webhook.add(signal);
    await eventually(() => receiver.seen.length >= 2, 'the attempts');
    await webhook.stop(0);
    const attempts = receiver.seen.length;
    webhook.add(signalOf({ symbol: 'SOL/USDT' }));
    expect(webhook.waiting).toHaveLength(3);
    expect(receiver.seen).toHaveLength(attempts);
  });

  test('tells its secret and the path of its address to nobody', async () => {
    receiver.answer = () => (receiver.seen.length < 2 ? { status: 500 } : { status: 404, text: 'unknown' });
    webhook.add(signalOf());
    await allDone(1);
    const told = JSON.stringify([log, done]);
    expect(told).toContain(`${new URL(receiver.url).origin} answers 500`);
    expect(told).not.toMatch(/canary|\/hook/);
  });
});
