import {
  AMQP_EXCHANGES,
  type ComponentStatus,
  decodeBatch,
  encodeBatch,
  PermanentError,
  type ProcessedTick,
  type QueueSpec,
  RetryableError,
  routingKeys,
} from '@neuraltrade/contracts';
import type { MessageBus, Subscription } from '@neuraltrade/messaging';
import type { Sink } from './sink';
import { candleOf, gapOf, MINUTE, outcomeOf, signalOf, tickOf, ticksFrom } from './testing/records';
import { eventually, SinkRig, storedCandles } from './testing/sink-rig';

jest.setTimeout(30_000);

let rig: SinkRig;

beforeEach(async () => {
  rig = await new SinkRig().open();
});
afterEach(() => rig.dispose());

function faultsOf(sink: Sink): string[] {
  return sink.checks.map(({ probe }) => probe().reason).filter((reason) => reason !== '');
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** A gate that waits for `open`. */
function barrier(): { wait: () => Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { wait: () => opened, open: () => open() };
}

describe('the path to the store', () => {
  test('ticks, candles and gaps arrive, and their queues are empty afterwards', async () => {
    const sink = await rig.start();
    await rig.publish('ticks', ticksFrom(1, 100));
    await rig.publish('ticks', ticksFrom(101, 50));
    await rig.publish('candles', [candleOf(), candleOf({ timestamp: MINUTE + 60_000 })]);
    await rig.publish('gaps', [gapOf()]);
    await Promise.all([rig.drained('ticks'), rig.drained('ohlcv'), rig.drained('events')]);
    expect(await storedCandles(rig.store)).toEqual([
      candleOf({ complete: false }),
      candleOf({ timestamp: MINUTE + 60_000 }),
    ]);
    expect(faultsOf(sink)).toEqual([]);
    expect(await rig.storedTradeIds()).toEqual(upTo(150));
    expect(await rig.parked()).toEqual([]);
  });

  test('a message that comes twice is stored once', async () => {
    await rig.start();
    await rig.publish('ticks', ticksFrom(1, 10));
    await rig.drained('ticks');
    await rig.publish('ticks', ticksFrom(1, 10));
    await rig.drained('ticks');
    expect(await rig.storedTradeIds()).toEqual(upTo(10));
  });

  test('several publications of a candle in one batch are one record, the largest (epoch, revision)', async () => {
    const sink = await rig.start({ WRITE_FLUSH_MS: '60000' });
    const last = candleOf({ epoch: MINUTE + 1, close: 99.5 });
    await rig.publish('candles', [last]);
    await rig.publish('candles', [candleOf({ revision: 4, state: 'revised' }), candleOf()]);
    await eventually(async () => expect((await rig.depth('ohlcv')).unacked).toBe(2));
    await sink.stop();
    expect(await rig.depth('ohlcv')).toEqual({ ready: 0, unacked: 0 });
    expect(rig.store.taken).toEqual([{ kind: 'candles', records: [last] }]);
    expect(await storedCandles(rig.store)).toEqual([last]);
  });

  test('signals arrive, a repeat once, and a malformed one is parked', async () => {
    await rig.start();
    await rig.publish('signals', [signalOf(), signalOf({ signalType: 'sell', timestamp: MINUTE + 60_000 })]);
    await rig.drained('signals');
    await rig.publish('signals', [signalOf(), signalOf({ confidence: 2 })]);
    await rig.drained('signals');
    expect(await rig.store.signalPerformance({ from: 0, to: MINUTE + 60_001 })).toEqual([
      expect.objectContaining({ modelVersion: 'trend-1', buy: 1, sell: 1, hold: 0 }),
    ]);
    expect((await rig.parked()).map(({ routingKey }) => routingKey)).toEqual(['malformed']);
  });
});

describe('outcomes', () => {
  test('they arrive beside the signals, a repeat once, and a malformed one is parked', async () => {
    await rig.start();
    await rig.publish('outcomes', [outcomeOf(), outcomeOf({ signalType: 'sell', status: 'miss' })]);
    await rig.drained('outcomes');
    await rig.publish('outcomes', [outcomeOf({ returnBps: 51 }), outcomeOf({ horizonTimestamp: MINUTE })]);
    await rig.drained('outcomes');
    expect(await rig.store.outcomes({ from: 0, to: MINUTE + 1, limit: 9 })).toEqual([
      outcomeOf({ returnBps: 51 }),
      outcomeOf({ signalType: 'sell', status: 'miss' }),
    ]);
    expect(await rig.ledger('outcomes')).toEqual({
      received: 4,
      settled: { confirmed: 3, malformed: 1 },
      inFlight: 0,
    });
    expect((await rig.parked()).map(({ routingKey }) => routingKey)).toEqual(['malformed']);
  });
});

test('the sink tells each second how it does, what it has stored, and what waits in its queues and is parked', async () => {
  const queue: QueueSpec = {
    name: 'watcher',
    kind: 'exclusive',
    singleActiveConsumer: false,
    maxBytes: 1_000_000,
    bindings: [{ amqpExchange: AMQP_EXCHANGES.events, pattern: 'status.influx-sink' }],
  };
  await rig.bus.declare([queue]);
  const told: ComponentStatus[] = [];
  await rig.bus.consume(queue.name, { prefetch: 100 }, (delivery) => {
    told.push(...decodeBatch('status', delivery).records);
  });
  const sink = await rig.start();
  await rig.publish('ticks', ticksFrom(1, 10));
  await eventually(() => expect(told.at(-1)?.figures['recordsStored']).toBe(10));
  expect(told.at(-1)).toMatchObject({ component: 'influx-sink', state: 'up', detail: '' });
  await eventually(() =>
    expect(told.at(-1)?.figures).toMatchObject({ queuedMessages: 0, parkedMessages: 0 }),
  );
  rig.store.gate = () => Promise.reject(new RetryableError('The disk is full.'));
  await rig.publish('ticks', ticksFrom(11, 1));
  await eventually(() =>
    expect(told.at(-1)).toMatchObject({ state: 'degraded', detail: 'The disk is full.' }),
  );
  rig.store.heal();
  await sink.stop();
  await eventually(() => expect(told.at(-1)?.state).toBe('down'));
});

describe('batches', () => {
  test('whole messages are written together up to WRITE_BATCH_SIZE records', async () => {
    const { wait, open } = barrier();
    rig.store.gate = wait;
    await rig.start({ WRITE_BATCH_SIZE: '100' });
    for (let message = 0; message < 10; message += 1)
      await rig.publish('ticks', ticksFrom(message * 30 + 1, 30));
    open();
    await rig.drained('ticks');
    expect(Math.max(...rig.store.taken.map(({ records }) => records.length))).toBeLessThanOrEqual(100);
    expect(await rig.storedTradeIds()).toEqual(upTo(300));
  });

  test('a batch that does not fill is written after WRITE_FLUSH_MS', async () => {
    await rig.start({ WRITE_FLUSH_MS: '30' });
    await rig.publish('ticks', ticksFrom(1, 1));
    await rig.drained('ticks');
    expect(rig.store.taken).toHaveLength(1);
  });

  test('messages of one record each fill a batch before the window of unanswered messages closes', async () => {
    await rig.start({ WRITE_FLUSH_MS: '60000', WRITE_BATCH_SIZE: '100' });
    for (let id = 1; id <= 20; id += 1) await rig.publish('ticks', ticksFrom(id, 1));
    await rig.drained('ticks');
    expect(await rig.storedTradeIds()).toEqual(upTo(20));
  });

  test('one batch of a queue is written at a time, in order', async () => {
    let running = 0;
    let most = 0;
    rig.store.gate = async () => {
      most = Math.max(most, (running += 1));
    };
    rig.store.afterwards = async () => void (running -= 1);
    await rig.start({ WRITE_BATCH_SIZE: '10' });
    for (let message = 0; message < 20; message += 1)
      await rig.publish('ticks', ticksFrom(message * 10 + 1, 10));
    await rig.drained('ticks');
    expect(most).toBe(1);
    const order = rig.store.taken.flatMap(({ records }) => records as ProcessedTick[]);
    expect(order.map(({ tradeId }) => Number(tradeId))).toEqual(upTo(200));
  });
});

describe('acknowledgement', () => {
  test('a message is answered only after the store has resolved', async () => {
    const stored = barrier();
    rig.store.afterwards = stored.wait;
    await rig.start();
    await rig.publish('ticks', ticksFrom(1, 5));
    await eventually(async () => expect(await rig.store.lastPrices({ since: 0 })).toHaveLength(1));
    expect(await rig.depth('ticks')).toEqual({ ready: 0, unacked: 1 });
    stored.open();
    await rig.drained('ticks');
  });

  test('a store that is away is asked until it is back; nothing is lost, and health tells why', async () => {
    const sink = await rig.start({ WRITE_BATCH_SIZE: '100' });
    rig.store.gate = async ({ kind }) => {
      if (kind === 'ticks') throw new RetryableError('The disk is full.');
    };
    for (let message = 0; message < 40; message += 1)
      await rig.publish('ticks', ticksFrom(message * 50 + 1, 50));
    await rig.publish('candles', [candleOf()]);
    await eventually(() => expect(rig.store.begun.length).toBeGreaterThan(5));
    await rig.drained('ohlcv');
    expect(sink.checks.map(({ name, probe }) => [name, probe()])).toEqual([
      ['sink-ticks', { ok: false, reason: 'The disk is full.' }],
      ['sink-candles', { ok: true, reason: '' }],
      ['sink-gaps', { ok: true, reason: '' }],
      ['sink-signals', { ok: true, reason: '' }],
      ['sink-outcomes', { ok: true, reason: '' }],
    ]);
    // The window is two batches: the rest waits in the queue, not here.
    expect(await rig.depth('ticks')).toEqual({ ready: 30, unacked: 10 });
    expect(rig.logged.filter((line) => line.startsWith('warn'))).toEqual(['warn records are not stored now']);

    rig.store.heal();
    await rig.drained('ticks');
    expect(faultsOf(sink)).toEqual([]);
    const failed = await rig.metrics.messagesFailed.get();
    expect(failed.values).toEqual([
      expect.objectContaining({ labels: { stage: 'store', reason: 'retryable' } }),
    ]);
    expect(await rig.storedTradeIds()).toEqual(upTo(2_000));
  });

  test('a write that failed after the store had taken it leaves one row a trade', async () => {
    let failures = 0;
    rig.store.afterwards = async () => {
      failures += 1;
      if (failures <= 3) throw new Error('The answer was lost.');
    };
    await rig.start();
    await rig.publish('ticks', ticksFrom(1, 25));
    await rig.drained('ticks');
    expect(failures).toBe(4);
    expect(await rig.storedTradeIds()).toEqual(upTo(25));
  });
});

describe('what cannot be stored', () => {
  const good = encodeBatch('ticks', ticksFrom(1, 1));
  const route = {
    amqpExchange: AMQP_EXCHANGES.ticks,
    routingKey: routingKeys.tick('binance', 'BTC/USDT'),
  };

  test.each([
    ['malformed', { ...good, body: Buffer.from('[{') }],
    ['malformed', { ...good, body: Buffer.from('{}') }],
    ['unknown-kind', { ...good, headers: { ...good.headers, schema: 'candles' } }],
    ['unknown-schema', { ...good, headers: { ...good.headers, schemaVersion: 2 } }],
    ['unknown-schema', { ...good, contentType: 'text/csv' }],
  ])('a message is parked as %s, and the ones around it are stored', async (reason, message) => {
    await rig.start();
    await rig.publish('ticks', ticksFrom(1, 2));
    await rig.send({ ...message, ...route });
    await rig.publish('ticks', ticksFrom(3, 2));
    await rig.drained('ticks');
    const [parked, ...others] = await rig.parked();
    expect(others).toEqual([]);
    expect(parked).toMatchObject({ routingKey: reason, body: message.body, headers: message.headers });
    expect(parked?.headers['x-source-queue']).toBe('influx-sink.ticks');
    expect(await rig.storedTradeIds()).toEqual([1, 2, 3, 4]);
  });

  test('a batch of nothing but bad messages empties the queue', async () => {
    await rig.start();
    for (let index = 0; index < 3; index += 1) await rig.send({ ...good, body: Buffer.from('['), ...route });
    await rig.drained('ticks');
    expect(await rig.parked()).toHaveLength(3);
    expect(rig.store.begun).toEqual([]);
  });

  test('bad records are parked as a message of their own, and the rest of their message is stored', async () => {
    await rig.start();
    const bad = [
      { ...tickOf({ tradeId: '3' }), last: -1 },
      { ...tickOf({ tradeId: '4' }), mid: 0 },
    ];
    const body = Buffer.from(JSON.stringify([...ticksFrom(1, 2), ...bad, ...ticksFrom(5, 1)]));
    await rig.send({ ...good, body, ...route });
    await rig.drained('ticks');
    const [parked, ...others] = await rig.parked();
    expect(others).toEqual([]);
    expect(JSON.parse(String(parked?.body))).toEqual(bad);
    expect(parked).toMatchObject({
      routingKey: 'malformed',
      contentType: 'application/json',
      headers: {
        schema: 'ticks',
        schemaVersion: 1,
        'x-park-reason': 'malformed',
        'x-park-detail': 'last is not a finite number above zero; mid is not a finite number above zero',
        'x-source-queue': 'influx-sink.ticks',
        'x-original-amqp-exchange': 'market.ticks',
      },
    });
    expect((await rig.metrics.parked.get()).values).toEqual([
      expect.objectContaining({ value: 2, labels: { reason: 'malformed' } }),
    ]);
    expect(await rig.storedTradeIds()).toEqual([1, 2, 5]);
  });

  test('a record that the store refuses is parked with the reason, and every other one is stored', async () => {
    const sink = await rig.start();
    const partial = candleOf({ timestamp: MINUTE + 120_000, state: 'partial', revision: -1 });
    const others = [0, 1, 3, 4].map((index) => candleOf({ timestamp: MINUTE + index * 60_000 }));
    await rig.publish('candles', [...others.slice(0, 2), partial]);
    await rig.publish('candles', others.slice(2));
    await rig.drained('ohlcv');
    expect(await storedCandles(rig.store)).toEqual(others);
    const [parked] = await rig.parked();
    expect(parked?.routingKey).toBe('store-refused');
    expect(JSON.parse(String(parked?.body))).toEqual([partial]);
    expect(faultsOf(sink)).toEqual([]);
  });

  test('refused records are found while the store is also away now and then', async () => {
    let writes = 0;
    rig.store.gate = async ({ records }) => {
      writes += 1;
      if (writes % 3 === 0) throw new RetryableError('away');
      const refused = (records as ProcessedTick[]).find(({ tradeId }) => Number(tradeId) % 40 === 7);
      if (refused) throw new PermanentError('store-refused', `No trade ${refused.tradeId} here.`);
    };
    await rig.start();
    await rig.publish('ticks', ticksFrom(1, 60));
    await rig.publish('ticks', ticksFrom(61, 40));
    await rig.drained('ticks');
    const ids = (await rig.parked()).flatMap(({ body }) =>
      (JSON.parse(String(body)) as ProcessedTick[]).map(({ tradeId }) => tradeId),
    );
    expect(ids.sort()).toEqual(['47', '7', '87']);
    expect(await rig.storedTradeIds()).toEqual(upTo(100).filter((id) => id % 40 !== 7));
  });
});

describe('stopping', () => {
  test('what is held is written and answered before the sink ends', async () => {
    const sink = await rig.start({ WRITE_FLUSH_MS: '60000' });
    for (let message = 0; message < 5; message += 1)
      await rig.publish('ticks', ticksFrom(message * 10 + 1, 10));
    await eventually(async () => expect((await rig.depth('ticks')).unacked).toBe(5));
    await sink.stop();
    expect(await rig.depth('ticks')).toEqual({ ready: 0, unacked: 0 });
    await sink.stop();
    expect(faultsOf(sink)).toEqual(Array(5).fill('The sink has stopped.'));
    expect(await rig.storedTradeIds()).toEqual(upTo(50));
  });

  test('what comes while it stops is left in the queue', async () => {
    const { wait, open } = barrier();
    rig.store.gate = wait;
    const sink = await rig.start();
    await rig.publish('ticks', ticksFrom(1, 10));
    await eventually(() => expect(rig.store.begun).toHaveLength(1));
    const stopped = sink.stop();
    await rig.publish('ticks', ticksFrom(11, 10));
    await eventually(async () => expect((await rig.depth('ticks')).unacked).toBe(2));
    open();
    await stopped;
    expect(await rig.depth('ticks')).toEqual({ ready: 1, unacked: 0 });
    expect(await rig.storedTradeIds()).toEqual(upTo(10));
  });

  test('a store that is away does not keep the sink: the messages stay for the next one', async () => {
    rig.store.gate = async () => {
      throw new RetryableError('away');
    };
    const sink = await rig.start({ RETRY_JITTER_MS: '60000', MAX_RETRY_DELAY_MS: '60000' });
    await rig.publish('ticks', ticksFrom(1, 10));
    await rig.publish('ticks', ticksFrom(11, 10));
    await eventually(() => expect(rig.store.begun).toHaveLength(1));
    await sink.stop();
    expect(await rig.depth('ticks')).toEqual({ ready: 2, unacked: 0 });
    rig.store.heal();
    await rig.start();
    await rig.drained('ticks');
    expect(await rig.storedTradeIds()).toEqual(upTo(20));
  });
});

test('a lost subscription is taken up again, and what it held comes again', async () => {
  const losable = new LosableBus(rig.bus);
  const held = barrier();
  rig.store.gate = held.wait;
  const sink = await rig.start({}, losable.bus);
  await rig.publish('ticks', ticksFrom(1, 10));
  await eventually(() => expect(rig.store.begun).toHaveLength(1));
  await rig.publish('ticks', ticksFrom(11, 10));
  losable.refusals = 2;
  await losable.lose('influx-sink.ticks');
  await eventually(() => expect(faultsOf(sink).join()).toMatch(/influx-sink.ticks/));
  held.open();
  await eventually(() => expect(faultsOf(sink)).toEqual([]));
  await rig.drained('ticks');
  expect(losable.refusals).toBe(0);
  expect(await rig.storedTradeIds()).toEqual(upTo(20));
});

test('every record that came is accounted for: stored, set aside with a reason, replaced, back in the queue, or held', async () => {
  const losable = new LosableBus(rig.bus);
  const held = barrier();
  rig.store.gate = ({ kind }) => (kind === 'ticks' ? held.wait() : Promise.resolve());
  await rig.start({}, losable.bus);
  const good = encodeBatch('ticks', ticksFrom(1, 1));
  const route = {
    amqpExchange: AMQP_EXCHANGES.ticks,
    routingKey: routingKeys.tick('binance', 'BTC/USDT'),
  };
  await rig.publish('ticks', ticksFrom(1, 10));
  await eventually(() => expect(rig.store.begun).toHaveLength(1));
  const mixed = [...ticksFrom(11, 5), { ...tickOf({ tradeId: '16' }), last: -1 }];
  await rig.send({ ...good, body: Buffer.from(JSON.stringify(mixed)), ...route });
  await rig.send({ ...good, body: Buffer.from('['), ...route });
  await eventually(async () => expect((await rig.depth('ticks')).unacked).toBe(3));
  expect(await rig.ledger('ticks')).toEqual({ received: 17, settled: { confirmed: 0 }, inFlight: 17 });
  await losable.lose('influx-sink.ticks');
  held.open();
  await rig.drained('ticks');
  // The batch under way when the subscription was lost is stored, and comes again.
  await eventually(async () =>
    expect(await rig.ledger('ticks')).toEqual({
      received: 34,
      settled: { confirmed: 25, malformed: 2, 'returned-to-queue': 7 },
      inFlight: 0,
    }),
  );
  await rig.publish('candles', [candleOf(), candleOf({ revision: 1, state: 'revised' })]);
  await rig.drained('ohlcv');
  expect(await rig.ledger('candles')).toEqual({
    received: 2,
    settled: { confirmed: 1, replaced: 1 },
    inFlight: 0,
  });
  await rig.publish('candles', [candleOf({ timestamp: MINUTE + 60_000, state: 'partial', revision: -1 })]);
  await rig.drained('ohlcv');
  expect((await rig.ledger('candles')).settled).toEqual({ confirmed: 1, replaced: 1, 'store-refused': 1 });
});

test('a store that answers nothing is told before a request is given up', async () => {
  jest.useFakeTimers({
    doNotFake: ['setTimeout', 'setImmediate', 'setInterval', 'nextTick', 'queueMicrotask', 'Date'],
  });
  const held = barrier();
  try {
    rig.store.gate = held.wait;
    const sink = await rig.start();
    await rig.publish('ticks', ticksFrom(1, 10));
    await eventually(() => expect(rig.store.begun).toHaveLength(1));
    expect(faultsOf(sink)).toEqual([]);
    jest.advanceTimersByTime(7_000);
    expect(faultsOf(sink)).toEqual(['A write of ticks has had no answer for 7 s.']);
    held.open();
    await rig.drained('ticks');
    expect(faultsOf(sink)).toEqual([]);
  } finally {
    held.open();
    jest.useRealTimers();
  }
});

test('a queue that cannot be consumed at the start fails the start', async () => {
  const losable = new LosableBus(rig.bus);
  losable.refusals = 1;
  await expect(rig.start({}, losable.bus)).rejects.toThrow('no channel');
});

test('the time from receipt to the store and the size of each batch are measured', async () => {
  await rig.start();
  await rig.publish('ticks', [tickOf({ receivedAt: MINUTE + 4_000 }), tickOf({ tradeId: '2' })]);
  await rig.drained('ticks');
  const text = await rig.metrics.registry.metrics();
  // The clock of the test stands at 5,020 ms after the minute, and the older tick came 20 ms after it.
  expect(text).toMatch(/neuraltrade_receive_to_stored_seconds_sum 5\n/);
  expect(text).toMatch(/neuraltrade_receive_to_stored_seconds_count 1\n/);
  expect(text).toMatch(/neuraltrade_batch_size_sum\{kind="ticks"\} 2\n/);
});

/** A real bus whose subscriptions can be lost as a broker's are: ended by the other side, everything held given back. */
class LosableBus {
  readonly bus: MessageBus;
  /** How many times to refuse to consume. */
  refusals = 0;
  readonly #lost = new Map<string, () => Promise<void>>();

  constructor(real: MessageBus) {
    this.bus = new Proxy(real, {
      get: (target, name: keyof MessageBus) => {
        if (name === 'consume') return this.#consume.bind(this, target);
        const value = target[name] as (...args: unknown[]) => unknown;
        return value.bind(target);
      },
    });
  }

  async lose(queue: string): Promise<void> {
    await this.#lost.get(queue)?.();
  }

  async #consume(real: MessageBus, ...args: Parameters<MessageBus['consume']>): Promise<Subscription> {
    if (this.refusals > 0) {
      this.refusals -= 1;
      throw new Error('no channel');
    }
    const subscription = await real.consume(...args);
    let lose = (): void => undefined;
    const lost = new Promise<'lost'>((resolve) => (lose = () => resolve('lost')));
    this.#lost.set(args[0], async () => {
      lose();
      await subscription.close();
    });
    return {
      ack: (tag) => subscription.ack(tag),
      ackThrough: (tag) => subscription.ackThrough(tag),
      requeue: (tag) => subscription.requeue(tag),
      park: (...of) => subscription.park(...of),
      close: () => subscription.close(),
      ended: Promise.race([lost, subscription.ended]),
    };
  }
}
