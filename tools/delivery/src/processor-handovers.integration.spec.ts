import { eventually, type ServiceProcess, sharedRabbitMq, whyNoRabbitMq } from '@neuraltrade/infra';
import { ProcessorRig } from './testing/processor-rig';
import { PARTITIONS } from './testing/records';
import { RoleProxy } from './testing/role-proxy';
import { StaleReplica } from './testing/stale-replica';

/** How often the work changes hands: frozen, cut off, and asked to leave, in turn. */
const HANDOVERS = Number(process.env['HANDOVERS'] ?? 3);
const SEED = Number(process.env['PROCESSOR_SEED'] ?? 1);
/** The broker gives a frozen process up after two to three of these. */
const IMPATIENT = { AMQP_HEARTBEAT_S: '1' };

const broker = sharedRabbitMq(process.env);
jest.setTimeout(60_000 + HANDOVERS * 30_000);
if (broker === null) test.skip(`replicas that take over (${whyNoRabbitMq(process.env)})`, () => undefined);
else
  describe(`two replicas between which the work changes hands ${HANDOVERS} times (seed ${SEED})`, () => {
    let rig: ProcessorRig;
    let stale: StaleReplica;
    const proxies: RoleProxy[] = [];
    const replicas: Replica[] = [];
    const told = { frozen: 0, cut: 0, left: 0 };
    const exits: (number | null)[] = [];

    const join = async (): Promise<void> => {
      const proxy = await RoleProxy.start(rig.url);
      proxies.push(proxy);
      const process = rig.start(IMPATIENT, proxy.url);
      replicas.push({ process, proxy });
      await process.isReady();
    };
    const any = (): Replica => replicas[Math.floor(rig.random() * replicas.length)] as Replica;
    /** Frozen for longer than the broker waits, thawed when others have taken its work over. */
    const freeze = async ({ process: frozen, proxy }: Replica): Promise<void> => {
      process.kill(frozen.pid, 'SIGSTOP');
      await eventually(() => proxy.open('consume') === 0, 'the broker to give the frozen process up');
      await rig.works();
      await stale.fence();
      process.kill(frozen.pid, 'SIGCONT');
      told.frozen += 1;
      await rig.works();
    };
    /** Its consumers are gone for the broker, while it publishes and does not know yet. */
    const cut = async ({ proxy }: Replica): Promise<void> => {
      proxy.loseAtBroker('consume');
      await rig.works();
      await stale.fence();
      await stale.checkpoint();
      told.cut += 1;
      await rig.works();
    };
    /** It is asked to leave, and another one comes. */
    const leave = async (replica: Replica): Promise<void> => {
      replicas.splice(replicas.indexOf(replica), 1);
      const [exit] = await Promise.all([replica.process.stop(), join()]);
      exits.push(exit);
      told.left += 1;
      await rig.works();
    };

    beforeAll(async () => {
      rig = await ProcessorRig.on(await broker.takeVirtualHost(), SEED);
      await rig.sink.start(rig.bus);
      stale = await StaleReplica.watch(rig.bus, PARTITIONS);
      await Promise.all([join(), join()]);
      rig.traffic.begin();
      await rig.works();
      for (let handover = 0; handover < HANDOVERS; handover += 1) {
        await [freeze, cut, leave][handover % 3]?.(any());
        // Everyone is back before the next one goes.
        await Promise.all(replicas.map(({ process }) => process.isReady()));
      }
      await rig.end();
    });
    afterAll(async () => {
      await rig?.stop();
      await Promise.all(proxies.map((proxy) => proxy.stop()));
    });

    test('each way of changing hands took place', () => {
      expect(told.frozen + told.cut + told.left).toBe(HANDOVERS);
      expect(exits.every((exit) => exit === 0)).toBe(true);
    });

    test('every trade comes out', () => {
      expect(rig.traffic.trades.size).toBeGreaterThan(500);
      expect(rig.missing()).toEqual([]);
      expect(rig.sink.trades.size).toBe(rig.traffic.trades.size);
    });

    test('the candle with the highest epoch and revision is the one that an undisturbed run gives, for each candle', () => {
      expect(rig.latest()).toEqual(rig.expected());
    });

    test('no candle has two contents under one epoch and revision', () => {
      expect(rig.sink.ambiguous).toEqual([]);
    });
  });

interface Replica {
  readonly process: ServiceProcess;
  readonly proxy: RoleProxy;
}
