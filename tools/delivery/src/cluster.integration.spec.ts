import { dashboardQueue, logNames, type QueueSpec } from '@neuraltrade/contracts';
import {
  eventually,
  type RabbitMq,
  type RabbitMqCluster,
  type ServiceProcess,
  startRabbitMqCluster,
} from '@neuraltrade/infra';
import { createRabbitMqBus, type MessageBus } from '@neuraltrade/messaging';
import { ProcessorRig } from './testing/processor-rig';
import { rawMessage } from './testing/records';

/** How often the node that leads the queues is killed; 0 = no cluster is started, which takes longer than an ordinary run has. */
const ROUNDS = Number(process.env['CLUSTER_ROUNDS'] ?? 0);
const SEED = Number(process.env['CLUSTER_SEED'] ?? 1);
const QUEUE = 'processor.raw.0';
/** A node that is started again catches up with its replicas, one after the other. */
const WHOLE_WITHIN_MS = 90_000;
/** Queue of an app that is not there. */
const OPTIONAL: QueueSpec = {
  name: 'ml-engine.ticks',
  kind: 'optional',
  singleActiveConsumer: false,
  maxBytes: 20_000,
  bindings: [{ amqpExchange: 'market.ticks', pattern: 'tick.#' }],
};

jest.setTimeout(300_000 + ROUNDS * 120_000);
if (ROUNDS === 0)
  test.skip('a cluster of three nodes (some minutes: CLUSTER_ROUNDS=1 runs it)', () => undefined);
else describe(`a processor under load on a cluster of three nodes (seed ${SEED})`, suite);

function suite(): void {
  const buses: MessageBus[] = [];
  let cluster: RabbitMqCluster;
  let rig: ProcessorRig;
  let processor: ServiceProcess;

  beforeAll(async () => {
    const startedAt = performance.now();
    cluster = await startRabbitMqCluster({ env: process.env });
    process.stdout.write(`The cluster was up after ${Math.round(performance.now() - startedAt)} ms.\n`);
    rig = await ProcessorRig.on(cluster.urls.join(','), SEED);
    await rig.sink.start(rig.bus);
    processor = rig.start();
    rig.traffic.begin();
    await goesOn();
  });
  afterEach(async () => {
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
  });
  afterAll(async () => {
    await rig?.stop();
    await cluster?.dispose();
  });

  test('every core queue and every log has a replica on each node', async () => {
    const replicas = await replicated();
    expect([...replicas.keys()]).toEqual(expect.arrayContaining([QUEUE, logNames.checkpoint(0)]));
    for (const [name, { members }] of replicas) expect([name, members]).toEqual([name, 3]);
  });

  test(`the pipeline goes on when the node that leads its queue is killed (${ROUNDS} times), and the node comes back by itself`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const leader = nodeNamed((await replicated()).get(QUEUE)?.leader ?? '');
      const told = await confirmedBy(leader, round);
      await leader.kill();
      const killedAt = performance.now();
      await goesOn();
      process.stdout.write(`It went on ${Math.round(performance.now() - killedAt)} ms after the kill.\n`);
      expect(await parkedAmong(told)).toEqual(told);
      await leader.start();
      await isWhole();
      await goesOn();
    }
  });

  test("a dashboard's own queue is gone with its node, an optional queue goes on, and neither holds anybody up", async () => {
    const [node, home] = cluster.nodes as [RabbitMq, RabbitMq];
    const bus = connected(home.urls);
    const own = dashboardQueue('spec', 1_000_000);
    await bus.declare([own, OPTIONAL]);
    const first = await bus.consume(own.name, { prefetch: 10 }, ({ tag }) => first.ack(tag));
    await home.kill();
    expect(await first.ended).toBe('lost');
    await goesOn();

    const next = connected(node.urls);
    await next.declare([own, OPTIONAL]);
    const live = new Map([own, OPTIONAL].map(({ name }) => [name, 0]));
    for (const name of live.keys())
      await next.consume(name, { prefetch: 10_000 }, () => live.set(name, (live.get(name) ?? 0) + 1));
    await eventually(() => [...live.values()].every((count) => count > 10), 'live messages');
    await home.start();
    await isWhole();
  });

  test('the pipeline goes on while one node after the other is restarted in order', async () => {
    for (const node of cluster.nodes) {
      await node.stop();
      await goesOn();
      await node.start();
      await isWhole();
    }
    await goesOn();
  });

  test('after all of it every trade came out, every candle is as of an undisturbed run, and none is ambiguous', async () => {
    await rig.end();
    expect(rig.traffic.trades.size).toBeGreaterThan(1_000);
    expect(rig.missing()).toEqual([]);
    expect(rig.latest()).toEqual(rig.expected());
    expect(rig.sink.ambiguous).toEqual([]);
    expect(processor.ended).toBe(false);
    expect((await processor.readiness()).status).toBe(200);
  });

  test('each node tells the same records of a checkpoint log', async () => {
    const told = await Promise.all(
      cluster.nodes.map(async ({ urls }) => {
        const bus = connected(urls);
        const log = await bus.openLog(logNames.checkpoint(0));
        const records: string[] = [];
        const reader = await log.follow(({ offset, headers, body }) =>
          records.push(`${offset} ${JSON.stringify(headers)} ${body.length}`),
        );
        let before = -1;
        await eventually(async () => {
          const isQuiet = records.length > 0 && records.length === before;
          before = records.length;
          await new Promise((resolve) => setTimeout(resolve, 300));
          return isQuiet;
        }, 'a quiet log');
        await reader.close();
        return records;
      }),
    );
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
  });

  function connected(urls: readonly string[]): MessageBus {
    const bus = createRabbitMqBus({
      urls,
      heartbeatS: 5,
      connectTimeoutMs: 5_000,
      reconnectBaseMs: 50,
      reconnectMaxMs: 200,
      log: { info: () => undefined, warn: () => undefined },
    });
    buses.push(bus);
    return bus;
  }

  function parked(messageId: string): Parameters<MessageBus['publish']>[0] {
    return { ...rawMessage('kraken', 'x', messageId, []), amqpExchange: 'market.dlx' };
  }

  /** Ids of messages that were confirmed by one node to a publisher that knows no other. */
  async function confirmedBy(node: RabbitMq, round: number): Promise<string[]> {
    const bus = connected(node.urls);
    await bus.declare([]);
    const ids = Array.from({ length: 500 }, (_, i) => `told-${round}-${i}`);
    const outcomes = await Promise.all(ids.map((id) => bus.publish(parked(id))));
    return ids.filter((_, i) => outcomes[i] === 'confirmed');
  }

  /** Which of these are on the queue of parked messages. */
  async function parkedAmong(ids: readonly string[]): Promise<string[]> {
    const bus = connected(cluster.urls);
    const seen = new Set<string>();
    const subscription = await bus.consume('market.parked', { prefetch: 60_000 }, ({ messageId }) =>
      seen.add(messageId),
    );
    await eventually(() => ids.every((id) => seen.has(id)), 'all of them').catch(() => undefined);
    await subscription.close();
    return ids.filter((id) => seen.has(id));
  }

  /** Trades that are published from now on come out of every partition. */
  async function goesOn(): Promise<void> {
    const before = rig.traffic.trades.size;
    await eventually(() => rig.traffic.trades.size > before + 60, 'publishes', 60_000);
    await rig.works();
  }

  function nodeNamed(name: string): RabbitMq {
    const node = cluster.nodes[cluster.names.indexOf(name)];
    if (node === undefined) throw new Error(`No node is named '${name}'.`);
    return node;
  }

  /** The replicated queues, as any node that runs tells them. */
  async function replicated(): Promise<Map<string, { leader: string; members: number; online: number }>> {
    const columns = ['name', 'leader', 'members', 'online', 'type'];
    const asked = await firstAnswer(cluster.nodes, (node) =>
      node.rabbitmqctl('list_queues', '--no-table-headers', ...columns),
    );
    const rows = asked.split('\n').map((line) => line.split('\t'));
    const count = (names = ''): number => names.split('@').length - 1;
    return new Map(
      rows
        .filter(([, , , , type]) => type === 'quorum' || type === 'stream')
        .map(([name = '', leader = '', members, online]) => [
          name,
          { leader, members: count(members), online: count(online) },
        ]),
    );
  }

  async function isWhole(): Promise<void> {
    await eventually(
      async () => [...(await replicated()).values()].every(({ online }) => online === 3),
      async () => `every replica: ${JSON.stringify([...(await replicated())])}`,
      WHOLE_WITHIN_MS,
    );
  }
}

/** Asks one after the other until one answers. @throws what the last one throws. */
async function firstAnswer(
  nodes: readonly RabbitMq[],
  ask: (node: RabbitMq) => Promise<string>,
): Promise<string> {
  for (const node of nodes.slice(0, -1)) {
    const answer = await ask(node).catch(() => null);
    if (answer !== null) return answer;
  }
  return ask(nodes.at(-1) as RabbitMq);
}
