import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  coreQueues,
  DEFAULT_QUEUE_MAX_BYTES,
  encodeBatch,
  type ParkReason,
  sinkQueues,
} from '@neuraltrade/contracts';
import {
  bundles,
  eventually,
  type Influx,
  ServiceProcess,
  sharedRabbitMq,
  type SharedRabbitMq,
  startInflux,
  whyNoInflux,
  whyNoRabbitMq,
} from '@neuraltrade/infra';
import { createRabbitMqBus, type MessageBus, PARK_HEADERS, parkedMessage } from '@neuraltrade/messaging';
import { type Channel, type ChannelModel, connect, type ConsumeMessage } from 'amqplib';
import { PARTITIONS, processedTick, rawTick } from './testing/records';
import { storedIds } from './testing/stored-ids';

/** More than fit on two pages of what is held. */
const MESSAGES = Number(process.env['PARKED_MESSAGES'] ?? 1_200);
/** How often the command is killed while it sends back. */
const KILLS = Number(process.env['PARKED_KILLS'] ?? 1);
const REASONS: readonly ParkReason[] = ['malformed', 'unknown-schema', 'invalid-number', 'future-timestamp'];
const ROOT = join(__dirname, '../../..');
const PARKED = 'market.parked';
const SINK = sinkQueues(1).ticks.name;
const RAW = 'processor.raw.0';
const NOON = Date.UTC(2026, 0, 15, 12);

const broker = sharedRabbitMq(process.env);
jest.setTimeout(60_000);
if (broker === null) test.skip(`parked messages (${whyNoRabbitMq(process.env)})`, () => undefined);
else describe('parked messages', () => suite(broker));

interface Listed {
  readonly id: string;
  readonly reason: string;
  readonly queue: string;
  readonly service: string;
  readonly exchange: string;
  readonly symbols: readonly string[];
  readonly messageId: string;
  readonly detail: string;
  readonly replays: number;
}

interface AuditEntry {
  readonly event: string;
  readonly operator: string;
  readonly ids?: readonly string[];
}

function suite(rabbitMq: SharedRabbitMq): void {
  const folder = mkdtempSync(join(tmpdir(), 'parked-spec-'));
  const commands = new Set<ServiceProcess>();
  let url: string;
  let bus: MessageBus;
  let model: ChannelModel;
  let channel: Channel;

  const begin = (...args: string[]): ServiceProcess => {
    const env = { AMQP_URLS: url, DATA_DIR: folder, PATH: process.env['PATH'] ?? '' };
    const command = new ServiceProcess('dist/tools/parked/main.cjs', env, args);
    commands.add(command);
    void command.exit.then(() => commands.delete(command));
    return command;
  };
  const run = async (...args: string[]) => {
    const command = begin(...args);
    const code = await command.exit;
    return { code, stdout: command.stdout, stderr: command.stderr };
  };
  const listed = async (...filters: string[]): Promise<Listed[]> => {
    const { code, stdout, stderr } = await run('list', '--json', ...filters);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^\d+ of \d+ parked messages/)]);
    return stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Listed);
  };
  const depth = async (queue: string): Promise<number> => (await channel.checkQueue(queue)).messageCount;

  /** Takes everything out of a queue. */
  async function emptied(queue: string): Promise<ConsumeMessage[]> {
    const count = await depth(queue);
    const messages: ConsumeMessage[] = [];
    const { consumerTag } = await channel.consume(queue, (message) => message && messages.push(message), {
      noAck: true,
    });
    await eventually(() => messages.length >= count, `${count} messages of ${queue}`);
    await channel.cancel(consumerTag);
    return messages;
  }

  async function park(
    count: number,
    of: (index: number) => { reason: ParkReason; queue: string },
  ): Promise<void> {
    const outcomes = await Promise.all(
      Array.from({ length: count }, (_, index) => {
        const { reason, queue } = of(index);
        const batch = encodeBatch('ticks', [processedTick(rawTick('kraken', 'BTC/USD', index, NOON))]);
        const message = {
          ...batch,
          amqpExchange: 'market.ticks',
          routingKey: 'tick.kraken.BTC-USD',
          messageId: `m-${index}`,
        };
        return bus.publish(parkedMessage(message, queue, reason, `Fault ${index}.`, NOON + index));
      }),
    );
    expect(outcomes.every((outcome) => outcome === 'confirmed')).toBe(true);
  }

  beforeAll(async () => {
    [url] = await Promise.all([rabbitMq.takeVirtualHost(), bundles(['tools/parked', 'apps/influx-sink'])]);
    bus = createRabbitMqBus({
      urls: [url],
      heartbeatS: 5,
      connectTimeoutMs: 5_000,
      reconnectBaseMs: 50,
      reconnectMaxMs: 200,
      log: { info: () => undefined, warn: () => undefined },
    });
    await bus.declare(coreQueues(PARTITIONS, DEFAULT_QUEUE_MAX_BYTES));
    model = await connect(url);
    channel = await model.createChannel();
  });
  afterAll(async () => {
    await Promise.all([...commands].map((command) => command.stop('SIGKILL')));
    await bus?.close();
    await model?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describe(`${MESSAGES} of several reasons and sources`, () => {
    const half = MESSAGES / 2;
    const meant = Array.from({ length: half }, (_, index) => `m-${2 * index + 1}`);
    const others = Array.from({ length: half }, (_, index) => `m-${2 * index}`);
    /** What is left of the others when their older half was sent back. */
    const left = others.slice(half / 2);
    const idsOf = (messages: readonly { readonly messageId: string }[]): string[] =>
      messages.map(({ messageId }) => messageId);

    beforeAll(() =>
      park(MESSAGES, (index) => ({
        reason: REASONS[index % REASONS.length] as ParkReason,
        queue: index % 2 === 0 ? RAW : SINK,
      })),
    );

    test('are listed oldest first with reason, source and market, and keep their order when they are looked at', async () => {
      const all = await listed();
      expect(idsOf(all)).toEqual(Array.from({ length: MESSAGES }, (_, index) => `m-${index}`));
      expect(all[1]).toMatchObject({
        reason: 'unknown-schema',
        service: 'influx-sink',
        queue: SINK,
        exchange: 'kraken',
        symbols: ['BTC/USD'],
        replays: 0,
      });
      expect(idsOf(await listed())).toEqual(idsOf(all));
    });

    test('are chosen by reason, source, time and market', async () => {
      const { stdout } = await run('list', '--reason', 'malformed', '--limit', '2');
      const quarter = MESSAGES / REASONS.length;
      expect(stdout.split('\n')).toHaveLength(5);
      expect(stdout).toContain(`${quarter} of ${MESSAGES} parked messages, 2 shown: ${quarter} malformed.`);
      const until = new Date(NOON + 100).toISOString();
      expect(await listed('--source', 'influx-sink', '--until', until, '--symbol', 'BTC/USD')).toHaveLength(
        50,
      );
    });

    test('are shown one by one with their headers and their body', async () => {
      const [first] = await listed('--limit', '1');
      const { stdout } = await run('show', first?.id ?? '');
      expect(stdout).toContain('detail         Fault 0.\n');
      expect(stdout).toContain('  schemaVersion  1\n');
      expect(stdout).toContain('"symbol": "BTC/USD"');
      const none = await run('show', '000000000000');
      expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('has the id 000000000000')]);
    });

    test('a dry run says what would be sent back, and changes nothing', async () => {
      const { code, stdout, stderr } = await run('replay', '--source', 'influx-sink', '--dry-run');
      expect([code, stderr]).toEqual([0, 'Nothing was changed.\n']);
      expect(stdout).toContain(`${half} of ${MESSAGES} parked messages`);
      expect([await depth(PARKED), await depth(SINK)]).toEqual([MESSAGES, 0]);
    });

    test('are sent back in their order, also when the reader of a list had enough', async () => {
      const env = { ...process.env, AMQP_URLS: url, DATA_DIR: folder };
      const shell = promisify(execFile)(
        'sh',
        ['-c', 'node dist/tools/parked/main.cjs list --json | head -1'],
        { env, cwd: ROOT },
      );
      expect(JSON.parse((await shell).stdout)).toMatchObject({ messageId: 'm-0' });
      const until = new Date(NOON + MESSAGES / 2).toISOString();
      expect((await run('replay', '--source', RAW, '--until', until, '--yes')).code).toBe(0);
      const ids = (await emptied(RAW)).map(({ properties }) => String(properties.messageId));
      expect(ids).toEqual(others.slice(0, MESSAGES / 4));
    });

    test('one command at a time has them', async () => {
      const first = begin('replay', '--source', 'influx-sink', '--yes', '--rate', String(half / 4));
      await eventually(async () => (await depth(SINK)) >= 50, 'the first ones to be sent back');
      const second = await run('list');
      expect([second.code, second.stderr]).toEqual([
        1,
        expect.stringContaining('Another command is at work'),
      ]);
      expect([await first.stop('SIGTERM'), first.stdout]).toEqual([
        1,
        expect.stringContaining('it was interrupted'),
      ]);
      const sent = await depth(SINK);
      expect(sent).toBeLessThan(half);
      expect(await depth(PARKED)).toBe(half + left.length - sent);
    });

    test(`killed ${KILLS} times amid sending back and begun again, it loses none and sends each back to its queue`, async () => {
      const replay = ['replay', '--source', 'influx-sink', '--yes', '--rate', '1000000'];
      for (let kill = 1; kill <= KILLS; kill += 1) {
        const before = await depth(SINK);
        const goal = before + ((half - Math.min(before, half)) * kill) / (KILLS + 1);
        const killed = begin(...replay);
        while (!killed.ended && (await depth(SINK)) < goal)
          await new Promise((resolve) => setTimeout(resolve, 2));
        await killed.stop('SIGKILL');
        await eventually(() => depth(PARKED).then((count) => count >= left.length), 'the rest to be back');
      }
      await eventually(
        async () => (await run(...replay)).code === 0,
        'the broker to have let go of the killed one',
      );

      const back = await emptied(SINK);
      const ids = back.map(({ properties }) => String(properties.messageId));
      expect(new Set(ids)).toEqual(new Set(meant));
      expect(ids.length).toBeLessThanOrEqual(half + KILLS * 100);
      expect(new Set(idsOf(await listed()))).toEqual(new Set(left));
      expect(await depth(RAW)).toBe(0);
      for (const { properties, content } of [back[0], back.at(-1)] as ConsumeMessage[]) {
        const index = Number(String(properties.messageId).slice(2));
        expect(properties.headers).toEqual({
          schema: 'ticks',
          schemaVersion: 1,
          [PARK_HEADERS.replays]: 1,
          [PARK_HEADERS.amqpExchange]: 'market.ticks',
          [PARK_HEADERS.routingKey]: 'tick.kraken.BTC-USD',
        });
        expect(content.toString()).toContain(`"tradeId":"${index}"`);
      }
    });

    test('are removed for good when they are dropped, and no others', async () => {
      const invalid = left.filter((id) => Number(id.slice(2)) % REASONS.length === 2);
      const dropped = await run('drop', '--reason', 'malformed', '--yes', '--operator', 'night shift');
      expect([dropped.code, dropped.stdout]).toEqual([
        0,
        `${left.length - invalid.length} of ${left.length} parked messages were removed.\n`,
      ]);
      expect(new Set(idsOf(await listed()))).toEqual(new Set(invalid));
    });

    test('whoever changed something is on record, in a file and beside the messages', async () => {
      const entries = readFileSync(join(folder, 'parked-audit.ndjson'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as AuditEntry);
      const drop = entries.filter(({ operator }) => operator === 'night shift');
      expect(drop.map(({ event }) => event)).toEqual(
        expect.arrayContaining(['begun', 'intended', 'done', 'ended']),
      );
      expect(drop[0]).toMatchObject({ command: 'drop', filter: { reasons: ['malformed'] } });
      const removed = drop.flatMap(({ ids = [] }) => ids);
      expect(drop.at(-1)).toMatchObject({ event: 'ended', done: removed.length, kept: 0 });

      const logged: AuditEntry[] = [];
      const reader = await (
        await bus.openLog('parked.audit')
      ).follow(({ body }) => {
        logged.push(JSON.parse(body.toString()) as AuditEntry);
      });
      await eventually(
        () => logged.at(-1)?.event === 'ended' && logged.at(-1)?.operator === 'night shift',
        'the last entry in the log',
      );
      await reader.close();
      // A killed one has an entry in the file at most that is not in the log.
      const known = entries.map((entry) => JSON.stringify(entry));
      expect(known).toEqual(expect.arrayContaining(logged.map((entry) => JSON.stringify(entry))));
      expect(logged.length).toBeGreaterThanOrEqual(entries.length - KILLS);
    });
  });

  describe('whose queue does not take them', () => {
    beforeAll(async () => {
      await emptied(PARKED);
    });
    afterEach(async () => {
      await emptied(PARKED);
    });

    test('stay parked as far as their queue is full', async () => {
      const queue = 'spec.full';
      const limits = { 'x-queue-type': 'quorum', 'x-max-length': 3, 'x-overflow': 'reject-publish' };
      await channel.assertQueue(queue, { durable: true, arguments: limits });
      await park(300, () => ({ reason: 'malformed', queue }));
      const { code, stdout } = await run('replay', '--source', queue, '--yes');
      expect([code, stdout]).toEqual([1, expect.stringContaining('its queue is full')]);
      const there = (await emptied(queue)).map(({ properties }) => String(properties.messageId));
      const here = (await listed()).map(({ messageId }) => messageId);
      expect(here.length).toBeGreaterThan(0);
      expect([...there, ...here].sort()).toEqual(
        Array.from({ length: 300 }, (_, index) => `m-${index}`).sort(),
      );
    });

    test.each([
      ['is gone', 'dashboard.of-yesterday', 'its queue is gone'],
      ['holds the state of a processor', 'processor.checkpoint.0', 'is no queue of messages to be used'],
      ['holds the number of partitions', 'processor.partitions', 'is no queue of messages to be used'],
      ['holds the state of signals', 'signals.state', 'is no queue of messages to be used'],
    ])('stay parked when it %s', async (_, queue, why) => {
      await park(3, () => ({ reason: 'malformed', queue }));
      const { code, stdout } = await run('replay', '--all', '--yes');
      expect([code, stdout]).toEqual([1, expect.stringContaining(`Parked still, 3:`)]);
      expect(stdout).toContain(why);
      expect(await listed()).toHaveLength(3);
    });

    test('those that the broker gave up are told in the same shape, and can be sent back', async () => {
      const queue = 'spec.poisoned';
      await channel.assertQueue(queue, {
        durable: true,
        arguments: {
          'x-queue-type': 'quorum',
          'x-delivery-limit': 1,
          'x-dead-letter-exchange': 'market.dlx',
          'x-dead-letter-routing-key': 'delivery-limit',
        },
      });
      await channel.bindQueue(queue, 'market.ticks', 'tick.kraken.ETH-USD');
      const batch = encodeBatch('ticks', [processedTick(rawTick('kraken', 'ETH/USD', 1, NOON))]);
      channel.publish('market.ticks', 'tick.kraken.ETH-USD', batch.body, {
        ...batch,
        messageId: 'poison',
        persistent: true,
      });
      const { consumerTag } = await channel.consume(
        queue,
        (message) => message && channel.nack(message, false, true),
      );
      await eventually(async () => (await depth(PARKED)) === 1, 'the broker to give it up');
      await channel.cancel(consumerTag);
      await emptied(SINK);

      const given = {
        reason: 'delivery-limit',
        service: 'spec',
        queue,
        exchange: 'kraken',
        symbols: ['ETH/USD'],
      };
      expect(await listed('--reason', 'delivery-limit')).toMatchObject([
        {
          ...given,
          amqpExchange: 'market.ticks',
          routingKey: 'tick.kraken.ETH-USD',
          byBroker: true,
          replays: 0,
        },
      ]);
      expect((await run('replay', '--source', queue, '--yes')).code).toBe(0);
      const [back] = await emptied(queue);
      expect(back?.properties.headers).toMatchObject({ schema: 'ticks', [PARK_HEADERS.replays]: 1 });
      expect(back?.content.equals(batch.body)).toBe(true);
      expect(await depth(SINK)).toBe(0);
    });
  });

  const noInflux = whyNoInflux(process.env);
  if (noInflux !== '') test.skip(`sent back to the store (${noInflux})`, () => undefined);
  else describe('sent back to the store', () => toTheStore());

  function toTheStore(): void {
    let influx: Influx;
    let sink: ServiceProcess;

    beforeAll(async () => {
      influx = await startInflux({ env: process.env });
      await emptied(SINK);
      const { url: address, token, org, bucket } = influx;
      sink = new ServiceProcess('dist/apps/influx-sink/main.cjs', {
        HTTP_PORT: '0',
        AMQP_URLS: url,
        PARTITIONS: String(PARTITIONS),
        ...{ INFLUX_URL: address, INFLUX_TOKEN: token, INFLUX_ORG: org, INFLUX_BUCKET: bucket },
        WRITE_FLUSH_MS: '50',
      });
    });
    afterAll(async () => {
      await sink?.stop('SIGKILL');
      await influx?.dispose();
    });

    test('a record that the store refuses for a type conflict is parked again while the cause is there, and stored after it', async () => {
      await sink.isReady();
      const other = `market_ticks,exchange=kraken,service=other,symbol=BTC_USD bid=1i ${NOON}000000`;
      await ask(`/api/v2/write?org=${influx.org}&bucket=${influx.bucket}&precision=ns`, 'POST', other);
      const batch = encodeBatch('ticks', [processedTick(rawTick('kraken', 'BTC/USD', 77, NOON + 77))]);
      channel.publish('market.ticks', 'tick.kraken.BTC-USD', batch.body, {
        ...batch,
        messageId: 'conflict',
        persistent: true,
      });
      for (const replays of [0, 1]) {
        await eventually(async () => (await depth(PARKED)) === 1, 'the refused record to be parked');
        const [parked] = await listed('--reason', 'store-refused', '--kind', 'ticks');
        expect(parked).toMatchObject({ queue: SINK, exchange: 'kraken', symbols: ['BTC/USD'], replays });
        expect(parked?.detail).toContain('field type conflict');
        if (replays === 1) await newBucket();
        expect((await run('replay', parked?.id ?? '', '--yes')).code).toBe(0);
      }
      const stored = (): Promise<string[]> => storedIds(influx, influx.org, influx.bucket, 'kraken');
      await eventually(async () => (await stored()).length > 0, 'the record to be stored');
      expect(await stored()).toEqual(['77']);
      expect(await depth(PARKED)).toBe(0);
    });

    /** The types of fields belong to the bucket: they go with it only. */
    async function newBucket(): Promise<void> {
      const { buckets } = (await ask(`/api/v2/buckets?name=${influx.bucket}`, 'GET')) as {
        buckets: { id: string; orgID: string }[];
      };
      const [{ id, orgID }] = buckets as [{ id: string; orgID: string }];
      await ask(`/api/v2/buckets/${id}`, 'DELETE');
      await ask(
        '/api/v2/buckets',
        'POST',
        JSON.stringify({ orgID, name: influx.bucket, retentionRules: [] }),
      );
    }

    async function ask(path: string, method: string, body?: string): Promise<unknown> {
      const answer = await fetch(`${influx.url}${path}`, {
        method,
        headers: { authorization: `Token ${influx.token}` },
        ...(body === undefined ? {} : { body }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(text);
      return text === '' ? null : (JSON.parse(text) as unknown);
    }
  }
}
