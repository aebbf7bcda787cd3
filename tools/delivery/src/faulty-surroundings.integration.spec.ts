import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBatch, partitionOf } from '@neuraltrade/contracts';
import {
  type Influx,
  sharedRabbitMq,
  type SharedRabbitMq,
  startInflux,
  whyNoInflux,
  whyNoRabbitMq,
  bundles,
  eventually,
  ServiceProcess,
} from '@neuraltrade/infra';
import { PARK_HEADERS } from '@neuraltrade/messaging';
import { type Channel, type ChannelModel, connect, type GetMessage } from 'amqplib';
import { LateServer } from './testing/late-server';
import { clock, PARTITIONS, processedTick, rawMessage, rawTick } from './testing/records';
import { storedIds } from './testing/stored-ids';

const SERVICES = ['processor', 'influx-sink', 'ml-engine', 'signals', 'dashboard', 'adapter-kraken'] as const;
type Name = (typeof SERVICES)[number];
const EXCHANGE = 'kraken';
const SYMBOL = 'BTC/USD';
const MINUTE = Date.UTC(2026, 0, 15, 12, 0, 0);
const USER = 'late-user';
const PASSWORD = 'late-password';
const VIRTUAL_HOST = 'late-host';
const ORG = 'late-org';
const BUCKET = 'late-bucket';
/** Larger than what services publish; a broker before RabbitMQ 4 takes more. */
const OVERSIZED_BYTES = 17 * 1_048_576;
/** The largest that RabbitMQ 4 takes. */
const LARGEST_BYTES = 16 * 1_048_576;

const broker = sharedRabbitMq(process.env);
const why = broker === null ? whyNoRabbitMq(process.env) : whyNoInflux(process.env);

jest.setTimeout(60_000);
if (broker === null || why !== '') test.skip(`services in faulty surroundings (${why})`, () => undefined);
else describe('services in faulty surroundings', () => suite(broker));

function suite(rabbitMq: SharedRabbitMq): void {
  const folder = mkdtempSync(join(tmpdir(), 'services-spec-'));
  const tokenFile = join(folder, 'token');
  const running = new Map<Name, ServiceProcess>();
  const service = (name: Name): ServiceProcess => running.get(name) as ServiceProcess;
  const all = (): ServiceProcess[] => [...running.values()];
  let influx: Influx;
  let brokerDoor: LateServer;
  let influxDoor: LateServer;
  let env: Readonly<Record<string, string>>;
  let model: ChannelModel;
  let channel: Channel;
  let takesOversized = true;

  const start = (name: Name, changes: Readonly<Record<string, string>> = {}): ServiceProcess =>
    new ServiceProcess(`dist/apps/${name}/main.cjs`, { ...env, ...changes });

  beforeAll(async () => {
    const [started, url] = await Promise.all([
      startInflux({ env: process.env }),
      rabbitMq.takeVirtualHost(),
      bundles(SERVICES.map((name) => `apps/${name}`)),
    ]);
    influx = started;
    brokerDoor = await LateServer.of(Number(new URL(url).port));
    influxDoor = await LateServer.of(Number(new URL(influx.url).port));
    writeFileSync(tokenFile, 'not-the-token');
    env = {
      HTTP_PORT: '0',
      PORT: '0',
      AMQP_URLS: `amqp://${USER}:${PASSWORD}@127.0.0.1:${brokerDoor.port}/${VIRTUAL_HOST}`,
      AMQP_RECONNECT_BASE_MS: '50',
      AMQP_RECONNECT_MAX_MS: '200',
      PARTITIONS: String(PARTITIONS),
      INFLUX_URL: `http://127.0.0.1:${influxDoor.port}`,
      INFLUX_TOKEN_FILE: tokenFile,
      INFLUX_ORG: ORG,
      INFLUX_BUCKET: BUCKET,
      WRITE_FLUSH_MS: '50',
      RETRY_JITTER_MS: '20',
      MAX_RETRY_DELAY_MS: '200',
      CHECKPOINT_INTERVAL_MS: '100',
      FLUSH_INTERVAL_MS: '50',
      KRAKEN_WS_URL: 'ws://127.0.0.1:1',
      KRAKEN_REST_URL: 'http://127.0.0.1:1',
      RECONNECT_BASE_MS: '100',
      RECONNECT_MAX_MS: '500',
      SYMBOLS: SYMBOL,
    };
    for (const name of SERVICES) running.set(name, start(name));
  });
  afterAll(async () => {
    await Promise.all(all().map((one) => one.stop('SIGKILL')));
    await model?.close();
    await Promise.all([brokerDoor?.close(), influxDoor?.close()]);
    await influx?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Not ready for this reason, said in the log, and still there. */
  async function allSay(reason: string): Promise<void> {
    await Promise.all(all().map((one) => one.waitsFor(reason)));
    for (const one of all()) {
      expect(one.stdout).toContain(reason);
      expect(one.ended).toBe(false);
      expect(one.stderr).toBe('');
    }
  }

  describe('that are mended one by one', () => {
    test('every service without a broker is alive, not ready, and says that nothing listens there', async () => {
      await allSay(`127.0.0.1:${brokerDoor.port}: nothing listens there`);
      expect((await fetch(`${service('processor').url ?? ''}/health/live`)).status).toBe(200);
    });

    test('a service that waits for its broker stops on SIGTERM with exit code 0', async () => {
      const waiting = start('processor');
      await waiting.waitsFor('nothing listens there');
      expect(await waiting.stop()).toBe(0);
      expect(waiting.stderr).toBe('');
    });

    test('a broker that comes later and refuses the login is said to do so', async () => {
      await brokerDoor.open();
      await allSay('it refuses the user or the password');
    });

    test('a missing virtual host is named, and no password is told', async () => {
      await rabbitMq.rabbitmqctl(
        'eval',
        `rabbit_auth_backend_internal:add_user(<<"${USER}">>, <<"${PASSWORD}">>, <<"spec">>).`,
      );
      await allSay(`it does not open the virtual host ${VIRTUAL_HOST}`);
      for (const one of all()) expect(one.stdout + one.stderr).not.toContain(PASSWORD);
    });

    test('all of them start by themselves as soon as the broker takes them', async () => {
      await rabbitMq.rabbitmqctl(
        'eval',
        `All = <<".*">>, rabbit_vhost:add(<<"${VIRTUAL_HOST}">>, <<"spec">>),
         rabbit_auth_backend_internal:set_permissions(<<"${USER}">>, <<"${VIRTUAL_HOST}">>, All, All, All, <<"spec">>).`,
      );
      await service('processor').isReady();
      await service('adapter-kraken').waitsFor('Kraken cannot be reached at 127.0.0.1:1');
      model = await connect(env['AMQP_URLS'] ?? '');
      channel = await model.createChannel();
      const { version } = model.connection.serverProperties as { version: string };
      takesOversized = Number.parseInt(version, 10) < 4;
    });

    test('messages are kept in their queues while InfluxDB is away, refuses the token, or knows no such organisation or bucket', async () => {
      const databases = [service('influx-sink'), service('signals'), service('dashboard')];
      await Promise.all(databases.map((one) => one.waitsFor('cannot be reached')));
      await publishRaw(1, 100);
      await influxDoor.open();
      await Promise.all(databases.map((one) => one.waitsFor('refuses the token (401)')));
      writeFileSync(tokenFile, influx.token);
      await Promise.all(databases.map((one) => one.waitsFor('does not know it (40')));
      const org = await create('orgs', { name: ORG });
      await service('influx-sink').waitsFor(`bucket "${BUCKET}" not found`);
      await create('buckets', { name: BUCKET, orgID: org, retentionRules: [] });
      await Promise.all(databases.map((one) => one.isReady()));
      await stored(100);
      for (const one of all()) expect([one.script, one.ended, one.stderr]).toEqual([one.script, false, '']);
    });
  });

  describe('in which other programs publish what nobody can use', () => {
    const partition = partitionOf(EXCHANGE, SYMBOL, PARTITIONS);
    const raw = { amqpExchange: 'market.raw', routingKey: `raw.${partition}.kraken`, kind: 'raw' };
    const ticks = { amqpExchange: 'market.ticks', routingKey: 'tick.kraken.BTC-USD', kind: 'ticks' };
    const bad = [
      {
        fault: 'another schema version',
        headers: { schemaVersion: 2 },
        body: '[]',
        reason: 'unknown-schema',
      },
      { fault: 'another content type', contentType: 'text/csv', body: '[]', reason: 'unknown-schema' },
      { fault: 'an unknown kind', headers: { schema: 'weather' }, body: '[]', reason: 'unknown-kind' },
      { fault: 'a garbage body', body: '\u0000garbage', reason: 'malformed' },
      {
        fault: 'an oversized body',
        get body() {
          return ' '.repeat(takesOversized ? OVERSIZED_BYTES : LARGEST_BYTES);
        },
        reason: 'malformed',
      },
      { fault: 'an oversized header', headers: { note: 'n'.repeat(60_000) }, body: '{', reason: 'malformed' },
    ];
    const parked: GetMessage[] = [];

    beforeAll(async () => {
      // Whoever consumes later has no copy to set aside.
      await Promise.all([service('influx-sink').isReady(), service('dashboard').isReady()]);
      await publishRaw(101, 10);
      for (const { amqpExchange, routingKey, kind } of [raw, ticks]) {
        for (const { fault, headers, body, contentType = 'application/json' } of bad) {
          channel.publish(amqpExchange, routingKey, Buffer.from(body), {
            contentType,
            messageId: fault,
            headers: { schema: kind, schemaVersion: 1, ...headers },
          });
        }
      }
      await publishRaw(111, 10);
      const direct = encodeBatch('ticks', [processedTick(rawTick(EXCHANGE, SYMBOL, 121, MINUTE + 121))]);
      channel.publish('market.ticks', 'tick.kraken.BTC-USD', direct.body, direct);
      // The processor, the sink and the dashboard get them.
      await eventually(
        async () => {
          for (;;) {
            const message = await channel.get('market.parked', { noAck: true });
            if (message === false) return parked.length >= 3 * bad.length;
            parked.push(message);
          }
        },
        () => `parked messages; there are ${parked.length}`,
      );
    });

    test.each(bad)(
      '$fault is set aside as $reason, with its source and its headers',
      ({ fault, headers, body, reason }) => {
        const copies = parked.filter(({ properties }) => properties.messageId === fault);
        const sources = copies.map(({ properties }) => String(properties.headers?.[PARK_HEADERS.queue]));
        expect(sources.map((queue) => queue.replace(/^dashboard\..*/, 'dashboard')).sort()).toEqual([
          'dashboard',
          'influx-sink.ticks',
          `processor.raw.${partition}`,
        ]);
        for (const { fields, properties, content } of copies) {
          const from = properties.headers?.[PARK_HEADERS.amqpExchange] === raw.amqpExchange ? raw : ticks;
          expect(fields.routingKey).toBe(reason);
          expect(content.equals(Buffer.from(body))).toBe(true);
          expect(properties.headers).toMatchObject({
            schema: headers?.schema ?? from.kind,
            schemaVersion: headers?.schemaVersion ?? 1,
            [PARK_HEADERS.reason]: reason,
            [PARK_HEADERS.routingKey]: from.routingKey,
          });
        }
      },
    );

    test('what was set aside is counted by its reason, and there is nothing else', async () => {
      expect(parked).toHaveLength(3 * bad.length);
      for (const name of ['processor', 'influx-sink', 'dashboard'] as const) {
        const count = (reason: string): Promise<number> =>
          service(name).metric('parked_total', `reason="${reason}"`);
        const counts = await Promise.all(['unknown-schema', 'unknown-kind', 'malformed'].map(count));
        expect([name, ...counts]).toEqual([name, 2, 1, 3]);
      }
    });

    test('good messages before, between and behind them are stored', async () => {
      await stored(121);
      for (const one of all()) expect([one.script, one.ended, one.stderr]).toEqual([one.script, false, '']);
    });
  });

  describe('with settings that can never work', () => {
    const wrong: { name: Name; what: string; changes: Record<string, string>; says: string[] }[] = [
      {
        name: 'processor',
        what: 'another number of partitions than the broker was begun with',
        changes: { PARTITIONS: '1' },
        says: ['PARTITIONS is 1', 'begun with 2'],
      },
      {
        name: 'processor',
        what: 'another size of a queue that exists',
        changes: { QUEUE_MAX_BYTES: '70000' },
        says: [
          'Queue processor.raw.0 exists with other settings',
          'x-max-length-bytes is 268435456, asked for was 70000',
        ],
      },
      {
        name: 'adapter-kraken',
        what: 'another size of a queue that exists',
        changes: { QUEUE_MAX_BYTES: '70000' },
        says: ['Queue processor.raw.0 exists with other settings', 'Use the same settings everywhere'],
      },
      { name: 'influx-sink', what: 'no token', changes: { INFLUX_TOKEN_FILE: '' }, says: ['INFLUX_TOKEN'] },
      {
        name: 'signals',
        what: 'a webhook whose requests nothing signs',
        changes: { WEBHOOK_URL: 'http://desk.example/hook' },
        says: ['WEBHOOK_SECRET is required beside WEBHOOK_URL', 'WEBHOOK_URL is http:// to desk.example'],
      },
      {
        name: 'ml-engine',
        what: 'a model that is not there',
        changes: { MODEL_PATH: '/nowhere' },
        says: ['The model in /nowhere is refused: model.json cannot be read (ENOENT)'],
      },
      { name: 'dashboard', what: 'no broker named', changes: { AMQP_URLS: '' }, says: ['AMQP_URLS'] },
    ];

    test.each(wrong)('$name with $what leaves with 78 and says so', async ({ name, changes, says }) => {
      const refused = start(name, changes);
      expect([await refused.exit, refused.stderr]).toEqual([78, expect.stringContaining(says[0] ?? '')]);
      for (const text of says) expect(refused.stderr).toContain(text);
      expect(refused.stderr).not.toMatch(/\n +at /);
    });

    test('the sink stays and says which queue has other settings than its own', async () => {
      const sink = start('influx-sink', { QUEUE_MAX_BYTES: '70000' });
      await sink.waitsFor('Queue influx-sink.ticks exists with other settings');
      expect(sink.log.some(({ reason }) => String(reason).includes('exists with other settings'))).toBe(true);
      expect(await sink.stop()).toBe(0);
    });
  });

  async function publishRaw(first: number, count: number): Promise<void> {
    const trades = Array.from({ length: count }, (_, index) =>
      rawTick(EXCHANGE, SYMBOL, first + index, MINUTE + first + index),
    );
    const end = clock(EXCHANGE, SYMBOL, MINUTE + first + count);
    const { amqpExchange, routingKey, body, ...options } = rawMessage(EXCHANGE, SYMBOL, `raw-${first}`, [
      ...trades,
      end,
    ]);
    channel.publish(amqpExchange, routingKey, body, options);
    await Promise.resolve();
  }

  async function create(what: 'orgs' | 'buckets', body: object): Promise<string> {
    const answer = await fetch(`${influx.url}/api/v2/${what}`, {
      method: 'POST',
      headers: { authorization: `Token ${influx.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return ((await answer.json()) as { id: string }).id;
  }

  async function stored(count: number): Promise<void> {
    const wanted = Array.from({ length: count }, (_, index) => String(index + 1));
    let ids: string[] = [];
    await eventually(
      async () => (ids = await storedIds(influx, ORG, BUCKET, EXCHANGE)).length >= count,
      () => `${count} stored ticks; there are ${ids.length}`,
    );
    expect(ids.sort((a, b) => Number(a) - Number(b))).toEqual(wanted);
  }
}
