import { join } from 'node:path';
import { AMQP_EXCHANGES, type Candle, decodeBatch, type MlSignal, routingKeys } from '@neuraltrade/contracts';
import { failingOnnx, loopingOnnx, notANumberOnnx, writeSampleModel } from '@neuraltrade/inference';
import type { MessageBus } from '@neuraltrade/messaging';
import { type MarketStore, openDuckDbStore } from '@neuraltrade/storage';
import { FIRST_OPEN, MINUTE, walkOf, WARM_UP } from './testing/candles';
import { EngineRig } from './testing/engine-rig';

jest.setTimeout(60_000);

let rig: EngineRig;
beforeEach(async () => {
  rig = await EngineRig.open();
});
afterEach(() => rig.dispose());
afterAll(() => EngineRig.remove());

/** Signals without what differs each time, by venue and time: signals of different symbols do not wait for each other. */
const told = (signals: readonly MlSignal[]): Omit<MlSignal, 'inferenceTimeMs'>[] =>
  signals
    .map(({ inferenceTimeMs: _, ...rest }) => rest)
    .sort((a, b) => a.exchange.localeCompare(b.exchange) || a.timestamp - b.timestamp);

describe('signals', () => {
  test('each closed candle behind the warm-up gives one, with the close of its candle', async () => {
    await rig.start();
    await rig.publish(walkOf(WARM_UP + 2));
    await rig.settled();
    expect(rig.signals.map(({ timestamp }) => timestamp)).toEqual(
      [0, 1, 2].map((more) => FIRST_OPEN + (WARM_UP + more) * MINUTE),
    );
    expect(rig.signals[0]).toMatchObject({
      ...{ exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1m', modelVersion: 'sample-1' },
    });
    expect(await rig.account()).toEqual({ received: WARM_UP + 2, confirmed: 3, 'warming-up': WARM_UP - 1 });
    expect(await rig.metric('inference_seconds_count{role="primary"}')).toBe(3);
  });

  test('many candles in one message, other timeframes and unknown venues are told apart', async () => {
    await rig.start();
    await rig.publishBatch(walkOf(WARM_UP));
    await rig.publishBatch(walkOf(3, { timeframe: '5m', timestamp: FIRST_OPEN }));
    await rig.publishBatch(walkOf(WARM_UP, { exchange: 'nowhere' }));
    await rig.settled();
    expect(rig.signals).toHaveLength(1);
    expect(await rig.account()).toMatchObject({ confirmed: 1, 'no-model': 3, 'unknown-venue': WARM_UP });
  });

  test('a candle that comes again gives nothing again here, and the same signal from an engine that does not know it', async () => {
    const candles = walkOf(WARM_UP + 1);
    const stored: Pick<MarketStore, 'candles'> = {
      candles: ({ exchange, before = Infinity }) =>
        Promise.resolve(exchange === 'binance' ? candles.filter(({ timestamp }) => timestamp < before) : []),
    };
    const first = await rig.start({ store: stored });
    await rig.publish([...candles, candles.at(-1) as Candle, candles.at(-2) as Candle]);
    await rig.settled();
    expect(rig.signals).toHaveLength(2);
    expect(await rig.account()).toMatchObject({ repeated: 2 });
    await first.stop(10_000);
    await rig.start({ store: stored });
    await rig.publish(candles.slice(-2));
    await rig.settled();
    expect(rig.signals).toHaveLength(4);
    expect(told(rig.signals.slice(2))).toEqual(told(rig.signals.slice(0, 2)));
  });

  test('shadow models run beside the primary one, each under its own name, and a stuck one holds nobody up', async () => {
    const shadow = await writeSampleModel(join(rig.directory, 'shadow'), { modelVersion: 'shadow-1' });
    const stuck = await writeSampleModel(
      join(rig.directory, 'stuck'),
      { modelVersion: 'stuck-1' },
      loopingOnnx(1e15),
    );
    await rig.start(
      {},
      {
        MODEL_PATH: [rig.model, shadow, stuck].join(),
        INFERENCE_BUDGET_MS: '60000',
        INFERENCE_STUCK_MS: '600000',
      },
    );
    await rig.publish(walkOf(WARM_UP));
    await rig.until('two signals', () => rig.signals.length === 2);
    expect(rig.signals.map(({ modelVersion }) => modelVersion).sort()).toEqual(['sample-1', 'shadow-1']);
    expect(rig.signals[1]?.probBuy).toBe(rig.signals[0]?.probBuy);
  });
});

describe('candles that give no signal', () => {
  test('a partial and an incomplete candle never reach a model, whatever queue they come by', async () => {
    await rig.start();
    const candles = walkOf(2 * WARM_UP);
    const at = (index: number, changes: Partial<Candle>): Candle => ({
      ...(candles[index] as Candle),
      ...changes,
    });
    await rig.publish(candles.slice(0, WARM_UP - 1));
    await rig.publish([
      at(WARM_UP - 1, { state: 'partial', revision: -1 }),
      at(WARM_UP - 1, { complete: false }),
    ]);
    await rig.publish(candles.slice(WARM_UP, 2 * WARM_UP - 1));
    await rig.settled();
    expect(rig.signals).toEqual([]);
    expect(await rig.account()).toMatchObject({ partial: 1, incomplete: 1, 'warming-up': 2 * WARM_UP - 2 });
    await rig.publish([candles[2 * WARM_UP - 1] as Candle]);
    await rig.settled();
    expect(rig.signals).toHaveLength(1);
  });

  test('a backfill of two hours gives no signal, and the next live candle gives one that rests on it', async () => {
    const now = FIRST_OPEN + 200 * MINUTE;
    await rig.start({ replay: false, now: () => now }, { MAX_CANDLE_AGE_MS: String(MINUTE) });
    const candles = walkOf(120, {}, now - 121 * MINUTE);
    await rig.publish(candles.slice(0, -1));
    await rig.settled();
    expect(rig.signals).toEqual([]);
    expect(await rig.account()).toMatchObject({ 'too-old': 119 - (WARM_UP - 1), 'warming-up': WARM_UP - 1 });
    await rig.publish([candles.at(-1) as Candle]);
    await rig.settled();
    expect(rig.signals.map(({ timestamp }) => timestamp)).toEqual([now - MINUTE]);
  });

  test('records with no number in them are counted and left out, messages that cannot be read set aside', async () => {
    await rig.start();
    const candles = walkOf(WARM_UP);
    await rig.publishBatch([
      ...candles.slice(0, -1),
      { ...(candles[0] as Candle), timestamp: FIRST_OPEN - MINUTE, close: Number.NaN },
    ]);
    await rig.bus.publish({
      amqpExchange: AMQP_EXCHANGES.ohlcv,
      routingKey: routingKeys.candle('final', '1m', 'binance', 'BTC/USDT'),
      messageId: 'short',
      body: Buffer.from('[{"exchange":'),
      contentType: 'application/json',
      headers: { schema: 'candles', schemaVersion: 1 },
    });
    await rig.publish(candles.slice(-1));
    await rig.settled();
    expect(rig.signals).toHaveLength(1);
    expect(await rig.account()).toMatchObject({ malformed: 1, confirmed: 1 });
    expect((await rig.bus.depth('market.parked')).ready).toBe(1);
  });

  test.each([
    ['says no number', notANumberOnnx, 'invalid-output'],
    ['fails', failingOnnx, 'failed'],
    ['is late', () => loopingOnnx(1e15), 'late'],
  ])('a model that %s costs its signals and nothing else', async (_, onnx, reason) => {
    const bad = await writeSampleModel(join(rig.directory, 'bad'), { modelVersion: 'bad-1' }, onnx());
    const engine = await rig.start(
      {},
      { MODEL_PATH: `${bad},${rig.model}`, INFERENCE_BUDGET_MS: '100', INFERENCE_STUCK_MS: '600000' },
    );
    await rig.publish(walkOf(WARM_UP + 3));
    await rig.settled();
    expect(rig.signals.map(({ modelVersion }) => modelVersion)).toEqual(Array(4).fill('sample-1'));
    expect(await rig.metric(`signals_withheld_total{role="primary",reason="${reason}"}`)).toBe(4);
    expect(await rig.account()).toMatchObject({ confirmed: 4 });
    expect(engine.checks[0]?.probe()).toEqual({ ok: true, reason: '' });
  });
});

describe('the store', () => {
  let store: MarketStore;
  beforeEach(async () => {
    store = await openDuckDbStore({ directory: join(rig.directory, 'store') });
  });
  afterEach(() => store.close());

  test('lets an engine that starts anew judge its first candle, as one that ran all along', async () => {
    const binance = walkOf(60);
    const kraken = walkOf(60, { exchange: 'kraken' }).map((candle) => ({
      ...candle,
      high: candle.high + 1,
      close: candle.high + 1,
    }));
    const first = await rig.start();
    for (const [at, candle] of binance.entries()) await rig.publish([candle, kraken[at] as Candle]);
    await rig.settled();
    await first.stop(10_000);
    const ran = rig.signals.splice(0).filter(({ timestamp }) => timestamp === FIRST_OPEN + 60 * MINUTE);
    await store.writeCandles([...binance.slice(0, 59), ...kraken.slice(0, 59)]);
    await rig.start({ store });
    await rig.publish([binance[59] as Candle, kraken[59] as Candle]);
    await rig.settled();
    expect(ran).toHaveLength(2);
    expect(told(rig.signals)).toEqual(told(ran));
  });

  test('stands in for an incomplete candle that was mended meanwhile, and for a venue whose candle comes late', async () => {
    const candles = walkOf(60);
    await rig.start({ store });
    await rig.publish(candles.slice(0, 40));
    await rig.publish([{ ...(candles[40] as Candle), complete: false }]);
    await rig.settled();
    rig.signals.length = 0;
    await store.writeCandles(
      candles.slice(0, 41).map((candle) => ({ ...candle, state: 'revised', revision: 1 })),
    );
    await rig.publish([candles[41] as Candle]);
    await rig.settled();
    expect(rig.signals.map(({ timestamp }) => timestamp)).toEqual([FIRST_OPEN + 42 * MINUTE]);
    // Kraken is first heard of with a candle that was stored before the engine came to it.
    const kraken = walkOf(60, { exchange: 'kraken' });
    await store.writeCandles(kraken.slice(0, 42));
    await rig.publish([kraken[41] as Candle]);
    await rig.settled();
    expect(rig.signals.map(({ exchange }) => exchange)).toEqual(['binance', 'kraken']);
  });

  test('is read again for what had to be let go: no room costs no signal', async () => {
    const walks = ['BTC/USDT', 'ETH/USDT'].map((symbol) => walkOf(WARM_UP + 2, { symbol }));
    await store.writeCandles(walks.flat());
    await rig.start({ store }, { MAX_SERIES: '1' });
    for (const at of [-3, -2, -1])
      for (const candles of walks) await rig.publish(candles.slice(at).slice(0, 1));
    await rig.settled();
    expect(rig.signals).toHaveLength(3 * 2);
    expect(await rig.metric('feature_series ')).toBe(1);
    expect(await rig.metric('feature_series_evicted_total')).toBe(3 * 2 - 1);
  });
});

test('what is not confirmed before the stop is not acknowledged, and the next engine judges it', async () => {
  const refusing = Object.create(rig.bus) as MessageBus;
  let refused = 0;
  refusing.publish = (message) => {
    if (message.amqpExchange !== AMQP_EXCHANGES.signals) return rig.bus.publish(message);
    refused += 1;
    return Promise.resolve('nacked');
  };
  const first = await rig.start({ bus: refusing });
  await rig.publish(walkOf(WARM_UP));
  await rig.until('a refusal', () => refused > 0);
  await first.stop(50);
  expect((await rig.bus.depth('ml-engine.ohlcv')).ready).toBeGreaterThan(0);
  expect(await rig.account()).toMatchObject({ 'returned-to-queue': 1 });
  await rig.start({ store: { candles: () => Promise.resolve(walkOf(WARM_UP - 1)) } });
  await rig.settled();
  expect(rig.signals.map(({ timestamp }) => timestamp)).toEqual([FIRST_OPEN + WARM_UP * MINUTE]);
});

test('a stop does not wait for a model, and the candle that it was busy with is judged by the next engine', async () => {
  const stuck = await writeSampleModel(join(rig.directory, 'stuck'), {}, loopingOnnx(1e15));
  const first = await rig.start(
    {},
    { MODEL_PATH: stuck, INFERENCE_BUDGET_MS: '60000', INFERENCE_STUCK_MS: '600000' },
  );
  await rig.publish(walkOf(WARM_UP));
  await rig.until('the last candle at the model', async () => (await rig.account())['in_flight'] === 1);
  await first.stop(50);
  expect((await rig.bus.depth('ml-engine.ohlcv')).ready).toBeGreaterThan(0);
  await rig.start({ store: { candles: () => Promise.resolve(walkOf(WARM_UP - 1)) } });
  await rig.settled();
  expect(rig.signals.map(({ modelVersion }) => modelVersion)).toEqual(['sample-1']);
});

test('two models of one name are refused: their signals could not be told apart', async () => {
  const twin = await writeSampleModel(join(rig.directory, 'twin'));
  await expect(rig.start({}, { MODEL_PATH: `${rig.model},${twin}` })).rejects.toMatchObject({
    name: 'ModelRefusedError',
    message: `The models in ${rig.model} and ${twin} are both called sample-1: give each a modelVersion of its own.`,
  });
});

test('the engine tells how it is', async () => {
  const statuses: unknown[] = [];
  await rig.bus.declare([
    {
      ...{ name: 'statuses', kind: 'exclusive', singleActiveConsumer: false, maxBytes: 100_000 },
      bindings: [{ amqpExchange: AMQP_EXCHANGES.events, pattern: 'status.ml-engine' }],
    },
  ]);
  await rig.bus.consume('statuses', { prefetch: 10 }, (delivery) => {
    statuses.push(...decodeBatch('status', delivery).records);
  });
  await rig.start();
  await rig.until('a status', () => statuses.length > 0);
  expect(statuses[0]).toMatchObject({
    ...{ component: 'ml-engine', state: 'up', detail: '' },
    figures: { models: 1, signals: 0, series: 0, waitingMessages: 0 },
  });
});
