import { type RabbitMq, sharedRabbitMq, startRabbitMq, whyNoRabbitMq } from '@neuraltrade/infra';
import { ProcessorRig } from './testing/processor-rig';

/** How often the broker ends under load: killed, then stopped in order, in turn. None in the ordinary run: each takes long. */
const RESTARTS = Number(process.env['BROKER_RESTARTS'] ?? 0);
const SEED = Number(process.env['PROCESSOR_SEED'] ?? 1);
/**
 * RabbitMQ 3.10 writes down lazily that it has streams at all: killed within seconds of its very first one, it takes that one
 * for unreachable for ever.
 */
const FIRST_STREAM_KNOWN_MS = 5_000;

jest.setTimeout(120_000 + RESTARTS * 60_000);
if (RESTARTS === 0)
  test.skip('a broker that ends under the load of the processor (BROKER_RESTARTS=1 runs it)', () =>
    undefined);
else if (sharedRabbitMq(process.env) === null)
  test.skip(`a broker that ends under the processor's load (${whyNoRabbitMq(process.env)})`, () => undefined);
else
  describe(`a processor under load whose broker ends ${RESTARTS} times, killed and stopped in turn (seed ${SEED})`, () => {
    // A broker of its own: others share the one of the test run.
    let broker: RabbitMq;
    let rig: ProcessorRig;

    beforeAll(async () => {
      broker = await startRabbitMq({ env: process.env });
      const [url = ''] = broker.urls;
      rig = await ProcessorRig.on(url, SEED);
      await rig.sink.start(rig.bus);
      rig.start();
      rig.traffic.begin();
      await rig.works();
      await new Promise((resolve) => setTimeout(resolve, FIRST_STREAM_KNOWN_MS));
      for (let restart = 0; restart < RESTARTS; restart += 1) {
        await rig.works();
        await new Promise((resolve) => setTimeout(resolve, rig.random() * 500));
        await (restart % 2 === 0 ? broker.kill() : broker.stop());
        await broker.start();
        await rig.works();
      }
      await rig.end();
    });
    afterAll(async () => {
      await rig?.stop();
      await broker?.dispose();
    });

    test('every trade comes out', () => {
      expect(rig.traffic.trades.size).toBeGreaterThan(300);
      expect(rig.missing()).toEqual([]);
    });

    test('the candle with the highest epoch and revision is the one that an undisturbed run gives, for each candle', () => {
      expect(rig.latest()).toEqual(rig.expected());
    });

    test('no candle has two contents under one epoch and revision', () => {
      expect(rig.sink.ambiguous).toEqual([]);
    });

    test('no batch that was confirmed is missing', async () => {
      for (const processor of rig.processors)
        for (const exchange of ['kraken', 'binance', 'bybit'])
          expect(await processor.metric('raw_batches_missing_total', `exchange="${exchange}"`)).toBe(0);
    });
  });
