import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coreQueues, DEFAULT_QUEUE_MAX_BYTES } from '@neuraltrade/contracts';
import { bundles, eventually, ServiceProcess } from '@neuraltrade/infra';
import {
  createInProcessBus,
  type Delivery,
  type MessageBus,
  PARK_HEADERS,
  parkedMessage,
} from '@neuraltrade/messaging';

const COUNT = 30;
const SINK = 'influx-sink.ticks';
const RAW = 'processor.raw.0';

jest.setTimeout(60_000);
describe('parked messages in the files of a pipeline', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parked-files-'));
  const dataDir = join(folder, 'simulated', 'logs');
  const buses: MessageBus[] = [];

  const run = async (...args: string[]) => {
    const command = new ServiceProcess('dist/tools/parked/main.cjs', {}, [...args, '--data-dir', folder]);
    const code = await command.exit;
    return { code, stdout: command.stdout, stderr: command.stderr };
  };
  /** The pipeline's bus, which owns the files while it runs. */
  const pipeline = async (): Promise<MessageBus> => {
    const bus = createInProcessBus({ dataDir });
    buses.push(bus);
    await bus.declare(coreQueues(2, DEFAULT_QUEUE_MAX_BYTES));
    return bus;
  };
  const idsIn = async (bus: MessageBus, queue: string): Promise<Delivery[]> => {
    const deliveries: Delivery[] = [];
    const { ready } = await bus.depth(queue);
    await bus.consume(queue, { prefetch: 1_000 }, (delivery) => deliveries.push(delivery));
    await eventually(() => deliveries.length >= ready, `${ready} messages of ${queue}`);
    return deliveries;
  };

  beforeAll(async () => {
    await bundles(['tools/parked']);
    const bus = await pipeline();
    for (let index = 0; index < COUNT; index += 1) {
      const headers = { schema: 'ticks', schemaVersion: 1 };
      const message = {
        ...{
          amqpExchange: 'market.ticks',
          routingKey: 'tick.kraken.BTC-USD',
          contentType: 'application/json',
        },
        ...{ headers, messageId: `m-${index}`, body: Buffer.from(`[${index}]`) },
      };
      const queue = index === 0 ? 'dashboard.1' : index % 2 === 0 ? RAW : SINK;
      expect(await bus.publish(parkedMessage(message, queue, 'malformed', 'bad', 1_000 + index))).toBe(
        'confirmed',
      );
    }
  });
  afterAll(async () => {
    for (const bus of buses) await bus.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('are refused with a sentence while the pipeline runs', async () => {
    const { code, stderr } = await run('list');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/is in use by the process with pid \d+/)]);
    await buses[0]?.close();
  });

  test('are listed when it does not run', async () => {
    const { code, stdout } = await run('list', '--source', 'influx-sink', '--limit', '1');
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining(`${COUNT / 2} of ${COUNT} parked messages, 1 shown`),
    ]);
  });

  test('go back to the queue that they were taken from and to no other, or stay where it is gone', async () => {
    expect(await run('replay', '--source', SINK, '--yes', '--operator', 'me')).toMatchObject({ code: 0 });
    const gone = await run('replay', '--source', 'dashboard', '--yes');
    expect([gone.code, gone.stdout]).toEqual([
      1,
      expect.stringContaining('Parked still, 1: its queue is gone.'),
    ]);

    const bus = await pipeline();
    const back = await idsIn(bus, SINK);
    expect(back.map(({ messageId }) => messageId)).toEqual(
      Array.from({ length: COUNT / 2 }, (_, index) => `m-${2 * index + 1}`),
    );
    expect(back[0]?.headers).toEqual({
      schema: 'ticks',
      schemaVersion: 1,
      [PARK_HEADERS.replays]: 1,
      [PARK_HEADERS.amqpExchange]: 'market.ticks',
      [PARK_HEADERS.routingKey]: 'tick.kraken.BTC-USD',
    });
    const parked = await idsIn(bus, 'market.parked');
    expect(parked.map(({ messageId }) => messageId)).toEqual(
      Array.from({ length: COUNT / 2 }, (_, index) => `m-${2 * index}`),
    );
    expect((await bus.depth(RAW)).ready).toBe(0);
    await bus.close();
  });

  test('are removed when they are dropped, which is on record beside them', async () => {
    expect(await run('drop', '--all', '--yes')).toMatchObject({ code: 0 });
    expect((await run('list')).stdout).toBe('0 of 0 parked messages.\n');
    const entries = readFileSync(join(folder, 'parked-audit.ndjson'), 'utf8').trim().split('\n');
    expect(JSON.parse(entries.at(-1) ?? '')).toMatchObject({
      command: 'drop',
      event: 'ended',
      done: COUNT / 2,
    });

    const bus = await pipeline();
    const logged: string[] = [];
    const reader = await (
      await bus.openLog('parked.audit')
    ).follow(({ body }) => logged.push(body.toString()));
    await eventually(() => logged.length >= entries.length, 'the entries in the log');
    await reader.close();
    expect(logged).toEqual(entries);
    await bus.close();
  });
});
