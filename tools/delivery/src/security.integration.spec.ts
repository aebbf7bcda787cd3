import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bundles,
  type Influx,
  ServiceProcess,
  sharedRabbitMq,
  type SharedRabbitMq,
  startInflux,
  whyNoInflux,
  whyNoRabbitMq,
} from '@neuraltrade/infra';
import fc from 'fast-check';

/** Requests to a health port; HEALTH_RUNS=5000 is the long run. */
const RUNS = Number(process.env['HEALTH_RUNS'] ?? 100);
/** Secrets with the characters that end up escaped in URLs, JSON and HTTP headers. */
const PASSWORD = 'canary-amqp-"p/w@:%41\\';
const TOKEN = 'canary-influx-token-Zm9v==';
const AUTH_TOKEN = 'canary-dashboard-token-!"x';
const WEBHOOK_SECRET = 'canary-webhook-secret-%"x';
const WEBHOOK_PATH = '/canary-webhook-path/7Zm9v';
const USER = 'canary-user';
const SERVICES = ['processor', 'influx-sink', 'signals', 'dashboard', 'adapter-kraken'] as const;
type Name = (typeof SERVICES)[number];

const broker = sharedRabbitMq(process.env);
const why = broker === null ? whyNoRabbitMq(process.env) : whyNoInflux(process.env);

jest.setTimeout(120_000);
if (broker === null || why !== '') test.skip(`services and their secrets (${why})`, () => undefined);
else describe('services with secrets and hostile peers', () => suite(broker));

function suite(rabbitMq: SharedRabbitMq): void {
  const folder = mkdtempSync(join(tmpdir(), 'security-spec-'));
  const started: ServiceProcess[] = [];
  const servers: Server[] = [];
  let influx: Influx;
  let env: Readonly<Record<string, string>>;

  const start = (name: Name, changes: Readonly<Record<string, string>> = {}): ServiceProcess => {
    const one = new ServiceProcess(`dist/apps/${name}/main.cjs`, { ...env, ...changes });
    started.push(one);
    return one;
  };

  beforeAll(async () => {
    const [database, url] = await Promise.all([
      startInflux({ env: process.env, token: TOKEN }),
      rabbitMq.takeVirtualHost(),
      bundles(SERVICES.map((name) => `apps/${name}`)),
    ]);
    influx = database;
    const { host, pathname } = new URL(url);
    const binary = (text: string): string => `<<${[...Buffer.from(text)].join(',')}>>`;
    await rabbitMq.rabbitmqctl(
      'eval',
      `All = <<".*">>, rabbit_auth_backend_internal:add_user(${binary(USER)}, ${binary(PASSWORD)}, <<"spec">>),
       rabbit_auth_backend_internal:set_permissions(${binary(USER)}, ${binary(decodeURIComponent(pathname.slice(1)))}, All, All, All, <<"spec">>).`,
    );
    const passwordFile = join(folder, 'urls');
    writeFileSync(passwordFile, `amqp://${USER}:${encodeURIComponent(PASSWORD)}@${host}${pathname}\n`);
    env = {
      HTTP_PORT: '0',
      PORT: '0',
      LOG_LEVEL: 'trace',
      AMQP_URLS_FILE: passwordFile,
      AMQP_RECONNECT_BASE_MS: '50',
      AMQP_RECONNECT_MAX_MS: '200',
      PARTITIONS: '2',
      INFLUX_URL: influx.url,
      INFLUX_TOKEN: TOKEN,
      INFLUX_ORG: influx.org,
      INFLUX_BUCKET: influx.bucket,
      AUTH_TOKEN,
      WEBHOOK_URL: `http://127.0.0.1:1${WEBHOOK_PATH}`,
      WEBHOOK_SECRET,
      KRAKEN_WS_URL: 'ws://127.0.0.1:1',
      KRAKEN_REST_URL: 'http://127.0.0.1:1',
      RECONNECT_BASE_MS: '50',
      RECONNECT_MAX_MS: '200',
      SYMBOLS: 'BTC/USD',
    };
  });
  afterAll(async () => {
    await Promise.all(started.map((one) => one.stop('SIGKILL')));
    await Promise.all(servers.map((server) => stop(server)));
    await influx?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  describe('that run', () => {
    const running = new Map<Name, ServiceProcess>();
    const service = (name: Name): ServiceProcess => running.get(name) as ServiceProcess;

    beforeAll(async () => {
      for (const name of SERVICES) running.set(name, start(name));
      const ready: Name[] = ['processor', 'influx-sink', 'signals', 'dashboard'];
      await Promise.all(ready.map((name) => service(name).isReady()));
      await service('adapter-kraken').waitsFor('Kraken cannot be reached');
    });

    test('no secret is in a log line, a metric, a health page, a command line or an answer', async () => {
      for (const [name, one] of running) {
        const headers = { authorization: `Bearer ${AUTH_TOKEN}` };
        const pages = ['/metrics', '/health/ready', '/health/live', '/', '/nothing', '/api/pipeline'];
        const addresses = [one.url, one.pageUrl].filter((url) => url !== null);
        const texts = await Promise.all(
          addresses.flatMap((url) =>
            pages.map(async (page) => (await fetch(`${url}${page}`, { headers })).text()),
          ),
        );
        expect(texts[0]).toContain('neuraltrade_');
        expect([name, leaksIn([one.stdout, one.stderr, commandLine(one.pid), ...texts].join('\n'))]).toEqual([
          name,
          [],
        ]);
      }
    });

    test('health and metrics are on a port of their own, and that people reach has neither', async () => {
      const { url, pageUrl } = service('dashboard');
      const statusOf = async (address: string): Promise<number> => (await fetch(address)).status;
      for (const page of ['/metrics', '/health/live', '/health/ready']) {
        expect(await statusOf(`${url ?? ''}${page}`)).toBe(200);
        expect(await statusOf(`${pageUrl ?? ''}${page}`)).toBe(404);
      }
      expect(await statusOf(`${url ?? ''}/api/pipeline`)).toBe(404);
      expect(await statusOf(`${service('processor').url ?? ''}/api/pipeline`)).toBe(404);
    });

    test('any request to a port of health gets a documented answer without a trace of our insides, or is closed', async () => {
      const { port } = new URL(service('processor').url ?? '');
      const word = fc.oneof(
        fc.constantFrom(
          '/health/live',
          '/health/ready',
          '/metrics',
          '/',
          '*',
          '..',
          '%',
          '\\',
          '?token=x',
          '\u0000',
        ),
        fc.string({ maxLength: 12 }),
      );
      const method = fc.constantFrom(
        'GET',
        'GET',
        'HEAD',
        'POST',
        'OPTIONS',
        'TRACE',
        'CONNECT',
        'get',
        '\u0001',
      );
      const header = fc.oneof(
        fc.constantFrom(
          'Expect: x',
          'Content-Length: -1',
          'Upgrade: websocket\r\nConnection: Upgrade',
          'Transfer-Encoding: x',
        ),
        fc.constant(`Cookie: ${'x'.repeat(9_000)}`),
        fc.string({ maxLength: 20 }),
      );
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(method, fc.array(word, { maxLength: 3 }), header, async (verb, words, line) => {
          const got = await answerTo(
            Number(port),
            `${verb} ${words.join('')} HTTP/1.1\r\nHost: x\r\n${line}\r\n\r\n`,
          );
          if (got === '') return;
          const [, status = ''] = /^HTTP\/1\.1 (\d{3}) /.exec(got) ?? [];
          expect(['200', '400', '404', '405', '417', '431', '501', '503']).toContain(status);
          expect(got).not.toMatch(/node:internal|\bat .+:\d+:\d+|\.cjs|TypeError/);
          seen.add(status);
        }),
        { numRuns: RUNS },
      );
      expect([...seen]).toEqual(expect.arrayContaining(['400', '404']));
      expect((await fetch(`http://127.0.0.1:${port}/health/live`)).status).toBe(200);
    }, 600_000);

    test('a dashboard does with a token that may only read, and says what is wrong with a bucket of other types', async () => {
      const ask = async (path: string, body: string): Promise<string> => {
        const headers = { authorization: `Token ${TOKEN}` };
        const answer = await fetch(`${influx.url}/api/v2/${path}`, { method: 'POST', headers, body });
        return answer.text();
      };
      const listed = await fetch(`${influx.url}/api/v2/buckets?name=${influx.bucket}`, {
        headers: { authorization: `Token ${TOKEN}` },
      });
      const { buckets } = (await listed.json()) as { buckets: { id: string; orgID: string }[] };
      const { id, orgID } = buckets[0] ?? { id: '', orgID: '' };
      const permissions = [{ action: 'read', resource: { type: 'buckets', id, orgID } }];
      const made = await ask('authorizations', JSON.stringify({ orgID, permissions }));
      const reading = start('dashboard', { INFLUX_TOKEN: (JSON.parse(made) as { token: string }).token });
      await ask('buckets', JSON.stringify({ orgID, name: 'other-types', retentionRules: [] }));
      await ask(`write?org=${influx.org}&bucket=other-types`, 'market_ticks,exchange=kraken bid=1i');
      const mistyped = start('dashboard', { INFLUX_BUCKET: 'other-types' });
      await Promise.all([reading.isReady(), mistyped.waitsFor('holds market_ticks.bid as integer')]);
      expect((await fetch(`${mistyped.url ?? ''}/health/live`)).status).toBe(200);
      expect(await Promise.all([reading.stop(), mistyped.stop()])).toEqual([0, 0]);
    });

    const onLinux = process.platform === 'linux' ? test : test.skip;
    onLinux('each listens on the ports that it tells and on no other: there is no inspector', () => {
      const portsOf = ({ url, pageUrl }: ServiceProcess): number[] =>
        [url, pageUrl].filter((told) => told !== null).map((told) => Number(new URL(told).port));
      for (const one of running.values()) expect(listening(one.pid).sort()).toEqual(portsOf(one).sort());
    });
  });

  test('take a password of the broker that is renewed in its file, without a restart', async () => {
    const file = join(folder, 'renewed-addresses');
    writeFileSync(
      file,
      `amqp://${USER}:${encodeURIComponent(`${PASSWORD}-old`)}@${new URL(rabbitUrl()).host}`,
    );
    const renewed = start('processor', { AMQP_URLS_FILE: file });
    await renewed.waitsFor('it refuses the user');
    writeFileSync(file, rabbitUrl());
    await renewed.isReady();
  });

  describe('that are refused', () => {
    test('by their broker, their database or their own settings keep what they were given to themselves', async () => {
      const refused = [
        start('processor', { AMQP_URLS_FILE: '', AMQP_URLS: `amqp://${USER}:canary-%zz@127.0.0.1` }),
        start('processor', {
          AMQP_URLS_FILE: '',
          AMQP_URLS: `http://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1`,
        }),
        start('processor', { AMQP_URLS_FILE: join(folder, 'none'), PARTITIONS: TOKEN.slice(0, 3) }),
        start('dashboard', { AUTH_TOKEN: 'canary-short!', INFLUX_TOKEN: 'canary7' }),
      ];
      for (const one of refused) {
        expect([await one.exit, one.stderr]).toEqual([78, expect.stringMatching(/^[a-z-]+:\n/) as string]);
        expect(leaksIn(one.stdout + one.stderr)).toEqual([]);
        expect(one.stderr).not.toMatch(/\n +at |canary-|canary7/);
      }
      const wrong = `amqp://${USER}:${encodeURIComponent(`${PASSWORD}-wrong`)}@${new URL(rabbitUrl()).host}`;
      const login = start('processor', { AMQP_URLS_FILE: '', AMQP_URLS: wrong });
      const token = start('influx-sink', { INFLUX_TOKEN: `${TOKEN}-wrong` });
      await Promise.all([login.waitsFor('it refuses the user'), token.waitsFor('refuses the token (401)')]);
      expect(leaksIn(login.stdout + login.stderr + token.stdout + token.stderr)).toEqual([]);
      await Promise.all([login.stop(), token.stop()]);
    });
  });

  describe('whose venue is somebody else', () => {
    test('send nothing to a server whose certificate nobody vouches for', async () => {
      const hits: string[] = [];
      const [key, cert] = certificate();
      const server = await listen(createTlsServer({ key, cert }), hits);
      const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      const rest = start('adapter-kraken', {
        KRAKEN_REST_URL: `https://${address}`,
        KRAKEN_WS_URL: `wss://${address}`,
      });
      const socket = start('adapter-kraken', {
        KRAKEN_REST_URL: await listed(),
        KRAKEN_WS_URL: `wss://${address}`,
      });
      await Promise.all([rest.waitsFor('SELF_SIGNED_CERT'), socket.waitsFor('self-signed')]);
      expect(hits).toEqual([]);
      await Promise.all([rest.stop(), socket.stop()]);
    });

    test('follow no redirect to another host, neither for history nor for the feed', async () => {
      const [elsewhere, asked]: [string[], string[]] = [[], []];
      const other = await listen(createServer(), elsewhere);
      const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
      const turning = createServer((_request, response) => response.writeHead(302, { location }).end());
      turning.on('upgrade', (_request, peer) => {
        peer.on('error', () => undefined);
        peer.end(
          `HTTP/1.1 302 Found\r\nlocation: ${location.replace('http', 'ws')}\r\ncontent-length: 0\r\n\r\n`,
        );
      });
      const server = await listen(turning, asked);
      const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      const rest = start('adapter-kraken', { KRAKEN_REST_URL: `http://${address}` });
      const socket = start('adapter-kraken', {
        KRAKEN_REST_URL: await listed(),
        KRAKEN_WS_URL: `ws://${address}`,
      });
      await Promise.all([rest.waitsFor('answered 302'), socket.waitsFor('302')]);
      expect(asked.length).toBeGreaterThan(1);
      expect(elsewhere).toEqual([]);
      await Promise.all([rest.stop(), socket.stop()]);
    });
  });

  function rabbitUrl(): string {
    return readFileSync(join(folder, 'urls'), 'utf8').trim();
  }

  /** Every request that a server gets is noted. */
  async function listen(server: Server, hits: string[]): Promise<Server> {
    servers.push(server);
    server.on('request', (request) => hits.push(request.url ?? ''));
    server.on('upgrade', (request) => hits.push(request.url ?? ''));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  /** The address of a venue that lists its symbols over plain HTTP. */
  async function listed(): Promise<string> {
    const body =
      '{"error":[],"result":{"XXBTZUSD":{"altname":"XBTUSD","wsname":"XBT/USD","status":"online"}}}';
    const server = await listen(
      createServer((_request, response) => response.end(body)),
      [],
    );
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  function certificate(): [Buffer, Buffer] {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
    const made = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
    ];
    execFileSync('openssl', ['req', '-x509', ...made, ...subject], { stdio: 'ignore' });
    return [readFileSync(key), readFileSync(cert)];
  }
}

/** What comes back for bytes that may be no request at all. */
function answerTo(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let got = '';
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(got));
    // A request without its end is waited for much longer than a test may.
    socket.setTimeout(300, () => socket.destroy());
    socket.on('data', (chunk) => {
      got += chunk.toString('latin1');
      socket.destroy();
    });
    socket.write(bytes);
  });
}

/** Which secrets a text holds, in whatever spelling. */
function leaksIn(text: string): string[] {
  const spellings = (secret: string): string[] => [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  ];
  const login = Buffer.from(`\u0000${USER}\u0000${PASSWORD}`).toString('base64').slice(0, -4);
  const all = [PASSWORD, TOKEN, AUTH_TOKEN, WEBHOOK_SECRET, WEBHOOK_PATH].flatMap(spellings);
  return [...all, login].filter((spelling) => text.includes(spelling));
}

/** What `ps` shows of a process to everybody. */
function commandLine(pid: number): string {
  return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
}

/** The TCP ports that a process of this machine (Linux) listens on. */
function listening(pid: number): number[] {
  const sockets = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      // Closed since it was listed.
      return [];
    }
  });
  const rows = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1, -1),
  );
  return rows.flatMap((row) => {
    const [, local = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/);
    return state === '0A' && sockets.includes(inode) ? Number.parseInt(local.split(':')[1] ?? '', 16) : [];
  });
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
