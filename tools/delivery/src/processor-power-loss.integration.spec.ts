import { type Candle, candleKey, decodeBatch, logNames, type QueueSpec } from '@neuraltrade/contracts';
import {
  bundles,
  eventually,
  type Influx,
  ServiceProcess,
  sharedRabbitMq,
  startInflux,
  whyNoInflux,
  whyNoRabbitMq,
} from '@neuraltrade/infra';
import type { StoredLogRecord } from '@neuraltrade/messaging';
import { createInfluxStore, type InfluxStore } from '@neuraltrade/storage';
import { connect } from 'amqplib';
import { keptRecords, writeLog } from './testing/checkpoint-log';
import { ProcessorRig } from './testing/processor-rig';
import { PARTITIONS } from './testing/records';

const SEED = Number(process.env['PROCESSOR_SEED'] ?? 1);
const MARKETS = 4;
/** Every version of every candle, beside the store's own queue. */
const VERSIONS: QueueSpec = {
  name: 'versions',
  kind: 'optional',
  singleActiveConsumer: false,
  maxBytes: 50_000_000,
  bindings: [
    { amqpExchange: 'market.ohlcv', pattern: 'ohlcv.final.#' },
    { amqpExchange: 'market.ohlcv', pattern: 'ohlcv.revised.#' },
  ],
};
const broker = sharedRabbitMq(process.env);
const why = broker === null ? whyNoRabbitMq(process.env) : whyNoInflux(process.env);

jest.setTimeout(180_000);
if (broker === null || why !== '') test.skip(`checkpoints that are lost (${why})`, () => undefined);
else
  describe('the newest checkpoints, lost with the power of a broker that keeps the acknowledgements', () => {
    let rig: ProcessorRig;
    let influx: Influx;
    let store: InfluxStore;
    let sink: ServiceProcess;
    let next: ServiceProcess;
    let handedOver: number | null;
    const versions: Candle[] = [];

    beforeAll(async () => {
      const [url, database] = await Promise.all([
        broker.takeVirtualHost(),
        startInflux({ env: process.env }),
        bundles(['apps/influx-sink']),
      ]);
      influx = database;
      rig = await ProcessorRig.on(url, SEED);
      store = createInfluxStore(influx);
      const env = {
        INFLUX_URL: influx.url,
        INFLUX_TOKEN: influx.token,
        INFLUX_ORG: influx.org,
        INFLUX_BUCKET: influx.bucket,
      };
      sink = new ServiceProcess('dist/apps/influx-sink/main.cjs', {
        ...env,
        AMQP_URLS: url,
        HTTP_PORT: '0',
        WRITE_FLUSH_MS: '50',
      });
      await rig.bus.declare([VERSIONS]);
      const watching = await rig.bus.consume(VERSIONS.name, { prefetch: 100 }, (delivery) => {
        versions.push(...decodeBatch('candles', delivery).records);
        watching.ack(delivery.tag);
      });
      const first = rig.start(env);
      rig.traffic.begin();
      await eventually(() => versions.length > 8, 'candles of the first owner');
      let kept: StoredLogRecord[][] = [];
      await eventually(async () => {
        kept = await Promise.all(
          Array.from({ length: PARTITIONS }, (_, partition) =>
            keptRecords(rig.bus, logNames.checkpoint(partition)),
          ),
        );
        return kept.reduce((count, records) => count + marketsOf(records), 0) === MARKETS;
      }, 'a checkpoint of each market');
      const before = versions.length;
      await eventually(
        () => versions.length > before + 8,
        'candles that will be behind the lost checkpoints',
      );
      await rig.traffic.pause();
      // Leaves in order: everything that came is answered.
      handedOver = await first.stop();
      const model = await connect(url);
      const channel = await model.createChannel();
      for (const [partition, records] of kept.entries()) {
        const name = logNames.checkpoint(partition);
        await channel.deleteQueue(name);
        await writeLog(url, name, records);
      }
      await model.close();
      next = rig.start(env);
      rig.traffic.begin();
      await eventually(() => told('did not come') > 0, 'the hole to be told');
      const shown = versions.length;
      await eventually(() => versions.length > shown + 16, 'candles of the next owner');
      await rig.traffic.end();
      await eventually(
        () => told('whole again') === MARKETS,
        () => `mended candles: ${next.stdout.slice(-2_000)}`,
        60_000,
      );
      await eventually(async () => (await differing()).length === 0, 'right candles').catch(() => undefined);
    });
    afterAll(async () => {
      await store?.close();
      await Promise.all([rig?.stop(), sink?.stop('SIGKILL')]);
      await influx?.dispose();
    });

    test('show themselves by the batches left out', async () => {
      expect(handedOver).toBe(0);
      let missing = 0;
      for (const exchange of ['kraken', 'binance', 'bybit'])
        missing += await next.metric('raw_batches_missing_total', `exchange="${exchange}"`);
      expect(missing).toBeGreaterThan(0);
    });

    test('make candles incomplete until the stored trades are merged', () => {
      expect(versions.filter(({ complete }) => !complete).length).toBeGreaterThan(MARKETS);
    });

    test('leave every candle in the store as an undisturbed run gives it, complete', async () => {
      expect(rig.expected().size).toBeGreaterThan(20);
      expect(await differing()).toEqual([]);
    });

    /** Lines of the next owner that hold a text. */
    function told(text: string): number {
      return next.log.filter(({ msg }) => String(msg).includes(text)).length;
    }

    /** Candles of an undisturbed run that the store has otherwise. */
    async function differing(): Promise<object[]> {
      const found = new Map<string, Candle>();
      const expected = rig.expected();
      const series = new Map(
        [...expected.values()].map((candle) => [candleKey({ ...candle, timestamp: 0 }), candle]),
      );
      for (const { exchange, symbol, timeframe } of series.values())
        for (const candle of await store.candles({ exchange, symbol, timeframe, limit: 5_000 }))
          found.set(candleKey(candle), candle);
      return [...expected]
        .filter(([key, candle]) => content(found.get(key)) !== content(candle))
        .map(([key, candle]) => ({ expected: candle, stored: found.get(key) }));
    }
  });

/** How many markets the newest checkpoint of a log holds. */
function marketsOf(records: readonly StoredLogRecord[]): number {
  const newest = records.findLast(({ headers }) => headers['type'] === 'checkpoint');
  return newest?.body.toString().match(/\\?"eventTime\\?":\d/g)?.length ?? 0;
}

function content(candle: Candle | undefined): string {
  if (candle === undefined) return '';
  const { open, high, low, close, volume, vwap, trades, complete } = candle;
  return JSON.stringify([open, high, low, close, volume, vwap, trades, complete]);
}
