import { AMQP_EXCHANGES, logNames, type MlSignal, signalsQueue } from '@neuraltrade/contracts';
import { PARK_HEADERS } from '@neuraltrade/messaging';
import { Receiver } from './testing/receiver';
import { candleOf, MINUTE, NOON, signalOf } from './testing/records';
import { SignalsRig, until } from './testing/signals-rig';
import { deliveryId } from './webhook/signed-request';

/** The candle that opens so many minutes behind noon. */
const at = (minutes: number, changes: Parameters<typeof candleOf>[0] = {}) =>
  candleOf({ timestamp: NOON + minutes * MINUTE, ...changes });
const some = (count: number): MlSignal[] =>
  Array.from({ length: count }, (_, i) => signalOf({ timestamp: NOON + i * MINUTE }));

describe('the signals service', () => {
  let rig: SignalsRig;
  let receiver: Receiver;

  beforeEach(async () => {
    [rig, receiver] = await Promise.all([SignalsRig.open(), Receiver.start()]);
  });
  afterEach(async () => {
    await rig.dispose();
    await receiver.dispose();
  });

  test('delivers what the filters accept and publishes one outcome of every signal', async () => {
    rig.now = NOON + 3 * MINUTE;
    await rig.start({ WEBHOOK_URL: receiver.url, SIGNAL_MIN_CONFIDENCE: '0.6' });
    const weak = signalOf({ confidence: 0.55, modelVersion: 'trend-2' });
    await rig.signals(signalOf(), weak);
    await rig.candles(at(0, { close: 100 }), at(1, { close: 101 }));
    await until(() => expect(rig.outcomes).toHaveLength(2));
    await until(() => expect(receiver.taken).toEqual([deliveryId(signalOf())]));
    expect(rig.outcomes).toMatchObject([
      { modelVersion: 'trend-1', status: 'hit', returnBps: 100 },
      { modelVersion: 'trend-2', status: 'hit', returnBps: 100 },
    ]);
  });

  test('goes on behind a restart: what was followed has its outcome, what waited is delivered, nothing comes twice', async () => {
    rig.now = NOON + 10 * MINUTE;
    receiver.answer = () => ({ status: 503 });
    const first = await rig.start({ WEBHOOK_URL: receiver.url });
    await rig.signals(...some(3));
    await rig.candles(at(0), at(1));
    await until(() => expect(rig.outcomes).toHaveLength(1));
    await first.stop(0);
    receiver.answer = () => ({ status: 204 });
    await rig.start({ WEBHOOK_URL: receiver.url });
    // Another copy, as a broker gives that has lost an acknowledgement.
    await rig.signals(...some(3));
    await rig.candles(at(2), at(3));
    await until(() => expect(rig.outcomes).toHaveLength(3));
    await until(() => expect(receiver.taken).toEqual(some(3).map(deliveryId)));
    await rig.answered();
    expect(new Set(rig.outcomes.map(({ timestamp }) => timestamp)).size).toBe(3);
    expect(receiver.taken).toHaveLength(3);
  });

  test('publishes, delivers and answers nothing before the state that knows of it is saved', async () => {
    rig.now = NOON + 10 * MINUTE;
    await rig.start({ WEBHOOK_URL: receiver.url });
    await rig.candles(at(0), at(1));
    await rig.answered();
    const saves = rig.holdSaves();
    // Accepted, and judged at once: its candles are there.
    await rig.signals(signalOf());
    await until(() => expect(saves.waiting()).toBe(1));
    // Whatever would go out without the save has its time to do so.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { unacked } = await rig.bus.depth(signalsQueue(1).name);
    expect([receiver.seen, rig.outcomes, unacked]).toEqual([[], [], 1]);
    saves.release();
    await until(() => expect([receiver.taken.length, rig.outcomes.length]).toEqual([1, 1]));
    await rig.answered();
  });

  test('a second one takes the state over at its start, and the first one takes it again when that has left', async () => {
    rig.now = NOON + 10 * MINUTE;
    receiver.answer = () => ({ status: 503 });
    const first = await rig.start({ WEBHOOK_URL: receiver.url });
    await rig.signals(signalOf());
    await until(() => expect(receiver.seen.length).toBeGreaterThan(0));
    const second = await rig.start({ WEBHOOK_URL: receiver.url });
    await until(() => expect(rig.logged.join()).toContain('has taken the state in signals.state over'));
    receiver.answer = () => ({ status: 204 });
    await until(() => expect(receiver.taken).toEqual([deliveryId(signalOf())]));
    await rig.signals(signalOf({ timestamp: NOON + MINUTE }));
    await rig.candles(at(0), at(1), at(2));
    await until(() => expect(rig.outcomes).toHaveLength(2));
    await rig.answered();
    await second.stop(0);
    await rig.signals(signalOf({ timestamp: NOON + 5 * MINUTE }));
    await until(() => expect(receiver.taken).toHaveLength(3));
    expect(rig.outcomes).toHaveLength(2);
    expect(first.checks.map(({ probe }) => probe().ok)).toEqual([true, true, true]);
  });

  test('an outcome that was made and could not be published is published by the next one', async () => {
    rig.now = NOON + 10 * MINUTE;
    const first = await rig.start();
    await rig.refuseOutcomes();
    await rig.signals(...some(2));
    await rig.candles(at(0), at(1), at(2));
    await until(async () => {
      const page = await rig.metrics.registry.metrics();
      expect(page).toMatch(/messages_nacked_total\{stage="signals",reason="nacked"\} \d/);
    });
    // As a kill would: what was saved is all that is left of it.
    await rig.start();
    await first.stop(0);
    await rig.collectOutcomes();
    await until(() => expect(rig.outcomes.map(({ timestamp }) => timestamp)).toEqual([NOON, NOON + MINUTE]));
    await rig.answered();
    expect(rig.outcomes).toHaveLength(2);
  });

  test('refuses a state of another release in a sentence, and leaves it as it is', async () => {
    const log = await rig.bus.openLog(logNames.signalsState);
    const body = Buffer.from(JSON.stringify({ version: 2, book: {} }));
    await log.append({ headers: { type: 'checkpoint', epoch: 0, epochBase: 0, sequence: 1 }, body });
    for (let attempt = 0; attempt < 2; attempt += 1)
      await expect(rig.start()).rejects.toThrow(
        'The state in the log signals.state is of version 2; this release reads version 1. Run the release that wrote it',
      );
  });

  test('parks what cannot be used with its reason, and goes on', async () => {
    await rig.start();
    const wrong = { ...signalOf(), probBuy: 5 };
    const far = signalOf({ timestamp: NOON + 90 * MINUTE });
    const odd = signalOf({ timestamp: NOON + 1 });
    await rig.signals(wrong, far, signalOf(), odd);
    await rig.send({
      amqpExchange: AMQP_EXCHANGES.signals,
      routingKey: 'signal.binance.BTC-USDT',
      body: Buffer.from('nonsense'),
      contentType: 'application/json',
      headers: { schema: 'signals', schemaVersion: 1 },
    });
    await rig.candles(at(90));
    await rig.candles({ ...at(0), low: 400 });
    await rig.candles(at(0));
    rig.now = NOON + 2 * MINUTE;
    await rig.candles(at(1));
    await until(() => expect(rig.outcomes).toHaveLength(1));
    await rig.answered();
    const parked = await rig.parked();
    const told = parked.map(({ headers, body }) => [headers[PARK_HEADERS.reason], body.toString()]);
    expect(told).toEqual([
      ['malformed', JSON.stringify([wrong, odd])],
      ['future-timestamp', JSON.stringify([far])],
      ['malformed', 'nonsense'],
      ['future-timestamp', JSON.stringify([at(90)])],
      ['malformed', JSON.stringify([{ ...at(0), low: 400 }])],
    ]);
    expect(parked.every(({ headers }) => headers[PARK_HEADERS.queue] === signalsQueue(1).name)).toBe(true);
  });

  test('a delivery that the receiver refuses is parked, and delivered when a person sends it back', async () => {
    receiver.answer = () => ({ status: 410, text: 'gone' });
    await rig.start({ WEBHOOK_URL: receiver.url });
    await rig.signals(signalOf());
    await until(async () => expect(await rig.parked()).toHaveLength(1));
    const [copy] = await rig.parked();
    expect(copy?.headers).toMatchObject({
      [PARK_HEADERS.reason]: 'webhook-refused',
      [PARK_HEADERS.queue]: 'signals',
    });
    expect(copy?.headers[PARK_HEADERS.detail]).toContain('refuses it with 410: gone.');
    receiver.answer = () => ({ status: 200 });
    const { body = Buffer.alloc(0), contentType = '', headers = {} } = copy ?? {};
    const replayed = { ...headers, [PARK_HEADERS.replays]: 1 };
    await rig.send({
      ...{ amqpExchange: AMQP_EXCHANGES.signals, routingKey: 'signal.binance.BTC-USDT' },
      ...{ body, contentType, headers: replayed },
    });
    await until(() => expect(receiver.taken).toEqual([deliveryId(signalOf())]));
    expect(new Set(receiver.seen.map((request) => request.body)).size).toBe(1);
  });

  test('judges by the store what the queue has dropped, and leaves unjudged what the store has not either', async () => {
    await rig.store.writeCandles([at(1, { close: 103, high: 103 })]);
    await rig.start();
    rig.now = NOON + 20 * MINUTE;
    await rig.signals(signalOf(), signalOf({ timestamp: NOON + MINUTE }));
    await rig.candles(at(0));
    await rig.candles(at(15));
    await until(() => expect(rig.outcomes).toHaveLength(2));
    expect(rig.outcomes).toMatchObject([
      { timestamp: NOON, status: 'hit', returnBps: 300 },
      { timestamp: NOON + MINUTE, status: 'unjudged' },
    ]);
  });

  test('takes signals from the store that the queue has dropped, but none from before its first start', async () => {
    await rig.store.writeSignals([signalOf({ timestamp: NOON - MINUTE })]);
    await rig.start({ WEBHOOK_URL: receiver.url });
    await rig.signals(signalOf());
    await until(() => expect(receiver.taken).toHaveLength(1));
    rig.now = NOON + 5 * MINUTE;
    const dropped = signalOf({ timestamp: NOON + MINUTE });
    await rig.store.writeSignals([signalOf(), dropped]);
    await until(() => expect(receiver.taken).toEqual([signalOf(), dropped].map(deliveryId)));
    await rig.candles(at(0), at(1), at(2));
    await until(() => expect(rig.outcomes).toHaveLength(2));
  });

  test('says what it has done, and accounts for every record that came', async () => {
    rig.now = NOON + 3 * MINUTE;
    await rig.start({ WEBHOOK_URL: receiver.url });
    await rig.signals(
      signalOf(),
      signalOf(),
      signalOf({ signalType: 'hold' }),
      signalOf({ timestamp: NOON + 7 }),
    );
    await rig.candles(at(0), at(1));
    await until(() => expect(rig.outcomes).toHaveLength(2));
    await rig.answered();
    const lines = [
      'signal_decisions_total{decision="accepted"} 1',
      'signal_decisions_total{decision="signal-type"} 1',
      'signal_outcomes_total{status="hit"} 1',
      'signal_outcomes_total{status="miss"} 1',
      'webhook_attempts_total{result="delivered"} 1',
      'records_received_total{stage="signals"} 6',
      'records_confirmed_total{stage="signals"} 5',
      'records_rejected_total{stage="signals",reason="malformed"} 1',
      'records_in_flight{stage="signals"} 0',
      'buffer_depth{buffer="signals-followed"} 0',
    ];
    await until(async () => {
      const page = await rig.metrics.registry.metrics();
      for (const line of lines) expect(page).toContain(`neuraltrade_${line}\n`);
    });
  });
});
