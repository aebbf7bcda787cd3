import type { QueueSpec } from '@neuraltrade/contracts';
import { type ServiceProcess, sharedRabbitMq, type SharedRabbitMq, whyNoRabbitMq } from '@neuraltrade/infra';
import { connect } from 'amqplib';
import { LateServer } from './testing/late-server';
import { nameOf } from './testing/owed-trades';
import { ProcessorRig } from './testing/processor-rig';
import { PARTITIONS } from './testing/records';
import { StaleReplica } from './testing/stale-replica';

const KILLS = Number(process.env['PROCESSOR_KILLS'] ?? 3);
const SEED = Number(process.env['PROCESSOR_SEED'] ?? 1);
/** Queue of an app that is not there, as it declares it, but small. */
const OPTIONAL: QueueSpec = {
  name: 'ml-engine.ticks',
  kind: 'optional',
  singleActiveConsumer: false,
  maxBytes: 20_000,
  bindings: [{ amqpExchange: 'market.ticks', pattern: 'tick.#' }],
};

const broker = sharedRabbitMq(process.env);
jest.setTimeout(60_000 + KILLS * 20_000);
if (broker === null) test.skip(`a processor that is killed (${whyNoRabbitMq(process.env)})`, () => undefined);
else
  describe(`a processor under load that is killed ${KILLS} times, cut off once and handed over (seed ${SEED})`, () =>
    suite(broker));

function suite(rabbitMq: SharedRabbitMq): void {
  let rig: ProcessorRig;
  let door: LateServer;
  let latest: ServiceProcess;
  let handedOver: number | null = null;

  beforeAll(async () => {
    const url = await rabbitMq.takeVirtualHost();
    rig = await ProcessorRig.on(url, SEED);
    const { bus, random, traffic } = rig;
    door = await LateServer.of(Number(new URL(url).port));
    await door.open();
    await bus.declare([OPTIONAL]);
    const gone = await bus.consume(OPTIONAL.name, { prefetch: 1 }, () => undefined);
    await gone.close();
    await rig.sink.start(bus);
    const throughDoor = url.replace(/:\d+(?=\/|$)/, `:${door.port}`);
    // Each message of ticks has room in the optional queue, however long the backlog after a kill is.
    const start = (): ServiceProcess => rig.start({ BATCH_SIZE: '20' }, throughDoor);
    let current = start();
    traffic.begin();
    await rig.works();
    const stale = await StaleReplica.watch(bus, PARTITIONS);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await rig.works();
      await stale.fence();
      await rig.works();
      await new Promise((resolve) => setTimeout(resolve, random() * 600));
      await stale.checkpoint();
      await current.stop('SIGKILL');
      current = start();
    }
    await rig.works();
    await door.close();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await door.open();
    await rig.works();
    latest = start();
    await latest.isReady();
    handedOver = await current.stop();
    await rig.works();
    await rig.end();
  });
  afterAll(async () => {
    await rig?.stop();
    await door?.close();
  });

  test('every trade comes out', () => {
    expect(rig.traffic.trades.size).toBeGreaterThan(500);
    expect(rig.missing()).toEqual([]);
    expect(rig.sink.trades.size).toBe(rig.traffic.trades.size);
  });

  test('the candle with the highest epoch and revision is the one that an undisturbed run gives, for each candle', () => {
    const expected = rig.expected();
    expect(expected.size).toBeGreaterThan(20);
    expect(rig.latest()).toEqual(expected);
    expect([...expected.values()].some(({ revision }) => revision > 0)).toBe(true);
  });

  test('no candle has two contents under one epoch and revision', () => {
    expect(rig.sink.ambiguous).toEqual([]);
  });

  test('the replica that was asked to stop left in order, and the other one has taken over', async () => {
    expect(handedOver).toBe(0);
    expect((await latest.readiness()).status).toBe(200);
  });

  test('the full queue of an optional consumer that is gone drops its oldest, and no core message was refused for it', async () => {
    expect(await latest.metric('messages_nacked_total', 'stage="processor",reason="nacked"')).toBe(0);
    const model = await connect(rig.url);
    const channel = await model.createChannel();
    const ids: string[] = [];
    let bytes = 0;
    for (;;) {
      const message = await channel.get(OPTIONAL.name, { noAck: true });
      if (message === false) break;
      bytes += message.content.length;
      ids.push(
        ...(
          JSON.parse(message.content.toString()) as { exchange: string; symbol: string; tradeId: string }[]
        ).map(nameOf),
      );
    }
    await model.close();
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(OPTIONAL.maxBytes);
    const all = [...rig.traffic.trades];
    expect(ids).not.toContain(all[0]);
    expect(ids).toContain(all.at(-1));
  });
}
