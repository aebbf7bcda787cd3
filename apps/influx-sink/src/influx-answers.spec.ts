import { AMQP_EXCHANGES, encodeBatch, routingKeys } from '@neuraltrade/contracts';
import { type ScriptedAnswer, ScriptedInflux, type SeenRequest } from '@neuraltrade/infra';
import type { MessageBus } from '@neuraltrade/messaging';
import { createInfluxStore, type InfluxStore } from '@neuraltrade/storage';
import { ticksFrom } from './testing/records';
import { eventually, SinkRig } from './testing/sink-rig';

/** A server whose every write is answered by the script, in the order of the writes; when it is used up writes are taken. */
describe('a sink whose InfluxDB answers', () => {
  let influx: ScriptedInflux;
  let store: InfluxStore;
  let rig: SinkRig;

  beforeEach(async () => {
    influx = await ScriptedInflux.start();
    store = createInfluxStore({
      url: influx.url,
      token: 'test-token',
      org: 'o',
      bucket: 'b',
      timeoutMs: 5_000,
    });
    rig = await new SinkRig().open(store);
  });
  afterEach(async () => {
    await rig.dispose();
    await influx.dispose();
  });

  function script(...answers: ScriptedAnswer[]): void {
    influx.answer = (request) => (isWrite(request) ? answers.shift() : undefined) ?? { status: 204 };
  }

  test.each([429, 503])('%i with Retry-After in seconds is left alone for that long', async (status) => {
    script({ status, headers: { 'retry-after': '1' } });
    await rig.start();
    await rig.publish('ticks', ticksFrom(1, 10));
    await rig.drained('ticks');
    const [first, second, ...others] = influx.writes;
    expect(others).toEqual([]);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
    expect(second?.body).toBe(first?.body);
  });

  test('503 with Retry-After as a date is left alone until then', async () => {
    // A date has whole seconds: the one after the next is at least a second away.
    const until = (Math.ceil(Date.now() / 1_000) + 1) * 1_000;
    script({ status: 503, headers: { 'retry-after': new Date(until).toUTCString() } });
    await rig.start();
    await rig.publish('ticks', ticksFrom(1, 10));
    await eventually(() => expect(influx.writes).toHaveLength(1));
    await rig.drained('ticks');
    expect(Date.now()).toBeGreaterThanOrEqual(until - 10);
    expect(influx.writes).toHaveLength(2);
  });

  test.each([500, 502, 504])(
    '%i is asked again until it takes the batch, and nothing is lost or parked',
    async (status) => {
      script({ status }, { status }, 'cut');
      const sink = await rig.start();
      await rig.publish('ticks', ticksFrom(1, 10));
      await rig.drained('ticks');
      expect(influx.writes).toHaveLength(4);
      expect(await rig.parked()).toEqual([]);
      expect(sink.checks.every(({ probe }) => probe().ok)).toBe(true);
    },
  );

  test.each([401, 403, 404])('%i holds everything back with an alarm until somebody acts', async (status) => {
    let cured = false;
    influx.answer = (request) =>
      isWrite(request) && !cured ? { status, body: '{"message":"no"}' } : { status: 204 };
    const sink = await rig.start();
    await rig.publish('ticks', ticksFrom(1, 10));
    await eventually(() => expect(influx.writes.length).toBeGreaterThan(2));
    expect(sink.checks[0]?.probe()).toMatchObject({
      ok: false,
      reason: expect.stringContaining(`(${status}): no`) as unknown,
    });
    expect(rig.logged).toContain('error records are not stored until somebody acts');
    expect(await rig.depth('ticks')).toEqual({ ready: 0, unacked: 1 });
    expect(await rig.metrics.registry.getSingleMetricAsString('neuraltrade_messages_failed_total')).toContain(
      'reason="needs-person"',
    );
    cured = true;
    await rig.drained('ticks');
    expect(await rig.parked()).toEqual([]);
    expect(sink.checks[0]?.probe().ok).toBe(true);
  });

  test('413 splits the batch until the parts are taken, and one line that is too large alone is parked', async () => {
    const limit = 3_000;
    influx.answer = ({ body }) =>
      body.length > limit || body.includes('trade_id="7"')
        ? { status: 413, body: '{"message":"too big"}' }
        : { status: 204 };
    await rig.start();
    await rig.publish('ticks', ticksFrom(1, 40));
    await rig.drained('ticks');
    const taken = new Set(
      influx.writes
        .filter(({ body }) => body.length <= limit && !body.includes('trade_id="7"'))
        .flatMap(({ body }) => [...body.matchAll(/trade_id="(\d+)"/g)].map(([, id]) => id)),
    );
    expect(taken.size).toBe(39);
    const parked = await rig.parked();
    expect(parked).toHaveLength(1);
    expect(JSON.parse(parked[0]?.body.toString() ?? '')).toMatchObject([{ tradeId: '7' }]);
    expect(JSON.stringify(parked[0]?.headers)).toContain('too big');
  });

  test('an outage of any length holds back no more than the window, loses nothing and parks nothing', async () => {
    // Half an hour of attempts at the longest wait, with 1 % of messages that nobody can use in between.
    const attempts = (30 * 60_000) / 15_000;
    let answers = 0;
    influx.answer = (request) => ({ status: isWrite(request) && (answers += 1) <= attempts ? 503 : 204 });
    await rig.start({ WRITE_BATCH_SIZE: '100', RETRY_JITTER_MS: '1', MAX_RETRY_DELAY_MS: '1' });
    const good = encodeBatch('ticks', ticksFrom(1, 1));
    for (let message = 0; message < 300; message += 1) {
      if (message % 100 === 50) {
        await rig.send({
          ...good,
          body: Buffer.from('['),
          amqpExchange: AMQP_EXCHANGES.ticks,
          routingKey: routingKeys.tick('binance', 'BTC/USDT'),
        });
      } else await rig.publish('ticks', ticksFrom(message * 10 + 1, 10));
      if (answers < attempts) expect((await rig.depth('ticks')).unacked).toBeLessThanOrEqual(10);
    }
    await rig.drained('ticks');
    expect(answers).toBeGreaterThan(attempts);
    const stored = new Set(
      influx.writes
        .slice(attempts)
        .flatMap(({ body }) => [...body.matchAll(/trade_id="(\d+)"/g)].map(([, id]) => id)),
    );
    expect(stored.size).toBe(2_970);
    expect(await rig.parked()).toHaveLength(3);
    expect(await rig.ledger('ticks')).toEqual({
      received: 2_973,
      settled: { confirmed: 2_970, malformed: 3 },
      inFlight: 0,
    });
  });

  test('whether InfluxDB is away, held up or fine is shown as 0, 0.5 or 1', async () => {
    const status = async (): Promise<string | undefined> =>
      /connection_status\{peer="influxdb"\} (.*)/.exec(await rig.metrics.registry.metrics())?.[1];
    let answer: ScriptedAnswer = { status: 503 };
    influx.answer = () => answer;
    const peer = { name: 'influxdb', title: 'InfluxDB' };
    const sink = await rig.start({}, rig.bus, { storeReady: () => store.verify(), longestHoldMs: 200, peer });
    expect(await status()).toBe('0');
    answer = { status: 204 };
    await eventually(async () => expect(await status()).toBe('1'));
    await eventually(() => expect(sink.checks.every(({ probe }) => probe().ok)).toBe(true));
    answer = { status: 503 };
    await rig.publish('ticks', ticksFrom(1, 10));
    await eventually(async () => expect(await status()).toBe('0.5'));
    answer = { status: 204 };
    await rig.drained('ticks');
    expect(await status()).toBe('1');
    await sink.stop();
    expect(await status()).toBe('0');
  });

  test('a stop while nothing is answered leaves the messages in the queue', async () => {
    influx.answer = () => 'silence';
    const sink = await rig.start();
    await rig.publish('ticks', ticksFrom(1, 10));
    await eventually(() => expect(influx.writes).toHaveLength(1));
    const stopped = sink.stop();
    store.abort();
    await stopped;
    expect(await rig.depth('ticks')).toEqual({ ready: 1, unacked: 0 });
  });

  test('a stop does not wait for a store or a broker that keeps the start waiting', async () => {
    const silent = await rig.start({}, rig.bus, { storeReady: () => new Promise<never>(() => undefined) });
    await silent.stop();
    const away = Object.create(rig.bus) as MessageBus;
    away.declare = () => new Promise<never>(() => undefined);
    const sink = await rig.start({}, away, { storeReady: () => store.verify() });
    await sink.stop();
    expect(sink.checks[0]?.probe()).toEqual({ ok: false, reason: 'The sink has stopped.' });
  });

  test('nothing is consumed before the store is ready, and the start does not wait for it', async () => {
    influx.answer = () => ({ status: 401, body: '{"message":"unauthorized access"}' });
    const sink = await rig.start({}, rig.bus, { storeReady: () => store.verify() });
    await eventually(() => expect(sink.checks[0]?.probe().reason).toContain('refuses the token (401)'));
    await rig.publish('ticks', ticksFrom(1, 10));
    expect(await rig.depth('ticks')).toEqual({ ready: 1, unacked: 0 });
    expect(influx.writes).toEqual([]);
    influx.answer = () => ({ status: 204 });
    await rig.drained('ticks');
    expect(sink.checks.every(({ probe }) => probe().ok)).toBe(true);
  });

  test('after a long outage the messages wait in the queue until the store is ready again', async () => {
    let away = true;
    influx.answer = () => ({ status: away ? 503 : 204 });
    away = false;
    await rig.start({}, rig.bus, { storeReady: () => store.verify(), longestHoldMs: 50 });
    await eventually(async () => expect(influx.seen.length).toBeGreaterThan(0));
    await rig.publish('ticks', ticksFrom(1, 10));
    await rig.drained('ticks');
    away = true;
    await rig.publish('ticks', ticksFrom(11, 10));
    await eventually(async () => expect(await rig.depth('ticks')).toEqual({ ready: 1, unacked: 0 }));
    const written = influx.writes.length;
    await eventually(() => expect(influx.seen.filter(({ body }) => body === '').length).toBeGreaterThan(5));
    expect(influx.writes).toHaveLength(written);
    away = false;
    await rig.drained('ticks');
    expect(influx.writes.at(-1)?.body).toContain('trade_id="20"');
  });
});

function isWrite({ kind, body }: SeenRequest): boolean {
  return kind === 'write' && body !== '';
}
