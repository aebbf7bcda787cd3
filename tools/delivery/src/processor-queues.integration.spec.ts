import { type Candle, DEFAULT_QUEUE_MAX_BYTES, rawQueue } from '@neuraltrade/contracts';
import { eventually, type ServiceProcess, sharedRabbitMq, whyNoRabbitMq } from '@neuraltrade/infra';
import type { Delivery } from '@neuraltrade/messaging';
import { ProcessorRig } from './testing/processor-rig';
import { PARTITIONS } from './testing/records';

/** How often a processor is killed whose outputs are refused. */
const FULL_QUEUE_KILLS = Number(process.env['FULL_QUEUE_KILLS'] ?? 2);
/** How often a message is given back: more often than brokers would do by themselves. */
const RETURNS = Number(process.env['RETURNS'] ?? 25);
const SEED = Number(process.env['PROCESSOR_SEED'] ?? 1);
const SMALL = 150_000;

const broker = sharedRabbitMq(process.env);
jest.setTimeout(60_000 + FULL_QUEUE_KILLS * 20_000);
if (broker === null)
  test.skip(`queues that refuse and give back (${whyNoRabbitMq(process.env)})`, () => undefined);
else {
  describe(`a processor whose outputs are refused and that is killed ${FULL_QUEUE_KILLS} times (seed ${SEED})`, () => {
    let rig: ProcessorRig;

    beforeAll(async () => {
      // Nobody takes anything out of the store's queues, which hold little.
      rig = await ProcessorRig.on(await broker.takeVirtualHost(), SEED, SMALL);
      let current = rig.start();
      rig.traffic.begin();
      for (let kill = 0; kill < FULL_QUEUE_KILLS; kill += 1) {
        await refused(current);
        // Some checkpoint intervals.
        await new Promise((resolve) => setTimeout(resolve, 400 + rig.random() * 400));
        await current.stop('SIGKILL');
        current = rig.start();
      }
      await refused(current);
      await rig.sink.start(rig.bus);
      await rig.works();
      await rig.end();
    });
    afterAll(() => rig?.stop());

    test('every trade comes out once there is room', () => {
      expect(rig.traffic.trades.size).toBeGreaterThan(500);
      expect(rig.missing()).toEqual([]);
    });

    test('each candle is the one that an undisturbed run gives', () => {
      expect(rig.latest()).toEqual(rig.expected());
    });

    test('no candle has two contents under one epoch and revision', () => {
      expect(rig.sink.ambiguous).toEqual([]);
    });
  });

  describe(`messages that are given back ${RETURNS} times and in another order`, () => {
    let rig: ProcessorRig;

    beforeAll(async () => {
      rig = await ProcessorRig.on(await broker.takeVirtualHost(), SEED);
      await rig.sink.start(rig.bus);
      // Makes no checkpoint, so that it answers nothing and all of it comes again.
      const first = rig.start({ CHECKPOINT_INTERVAL_MS: '60000', PREFETCH: '300' });
      await first.isReady();
      rig.traffic.begin();
      await eventually(() => rig.sink.latest.size > 3, 'candles');
      await rig.traffic.pause();
      await eventually(() => rig.missing().length === 0, 'every tick');
      await first.stop('SIGKILL');
      for (let partition = 0; partition < PARTITIONS; partition += 1) await giveBack(partition);
      const old = new Map(rig.sink.latest);
      rig.start();
      // What did not come is told by the facts below.
      await eventually(
        () => [...old].every(([key, { epoch }]) => (rig.sink.latest.get(key)?.epoch ?? 0) > epoch),
        'candles of the next owner',
      ).catch(() => undefined);
      // Of trades in another order there are other revisions.
      await rig.end((candle, wanted) => candle.trades === wanted.trades && candle.close === wanted.close);
    });
    afterAll(() => rig?.stop());

    test('none is set aside as one that nobody could use', async () => {
      expect(await rig.bus.depth('market.parked')).toMatchObject({ ready: 0 });
      expect(rig.missing()).toEqual([]);
    });

    test('each candle has the content that an undisturbed run gives', () => {
      expect(contents(rig.latest())).toEqual(contents(rig.expected()));
    });

    test('the order made other versions of candles, which their epoch tells apart', () => {
      expect(rig.sink.ambiguous).toEqual([]);
      expect([...rig.sink.otherContents]).not.toEqual([]);
    });

    /** Takes some messages of a partition again and again and leaves without an answer. */
    async function giveBack(partition: number): Promise<void> {
      const { name } = rawQueue(partition, DEFAULT_QUEUE_MAX_BYTES);
      let ready = 0;
      // The broker notices the end of the process a moment later.
      await eventually(async () => (ready = (await rig.bus.depth(name)).ready) > 10, 'what was not answered');
      for (let times = 0; times < RETURNS; times += 1) {
        // An odd number at last, so that what was first is not first again.
        const prefetch = times === RETURNS - 1 ? 7 : ready;
        const taken: Delivery[] = [];
        const consumer = await rig.bus.consume(name, { prefetch }, (delivery) => taken.push(delivery));
        await eventually(() => taken.length >= Math.min(prefetch, ready), 'what is in the queue');
        await consumer.close();
      }
    }
  });
}

/** Waits until a processor's outputs are refused. */
async function refused(processor: ServiceProcess): Promise<void> {
  await processor.isReady();
  await eventually(
    async () => (await processor.metric('messages_nacked_total', 'stage="processor",reason="nacked"')) > 5,
    'outputs to be refused',
  );
}

/** Candles as one version each; what the order tells, since when trades were observed, is left out. */
function contents(candles: ReadonlyMap<string, Candle>): Map<string, Candle> {
  const one = { state: 'final', revision: 0, complete: true } as const;
  return new Map([...candles].map(([key, candle]) => [key, { ...candle, ...one }]));
}
