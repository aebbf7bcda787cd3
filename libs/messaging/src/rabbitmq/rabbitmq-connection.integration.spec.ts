import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { FaultProxy } from '@neuraltrade/infra';
import { createMetrics } from '@neuraltrade/metrics';
import type { MessageBus } from '../message-bus';
import { publishBatch } from '../publish-batch';
import { collect, message, queueSpec, texts, until } from '../testing/bus-under-test';
import { describeWithBroker, makeVirtualHost, type VirtualHost } from '../testing/broker-under-test';

jest.setTimeout(30_000);

describeWithBroker(process.env, 'the connection to RabbitMQ', (broker) => {
  let host: VirtualHost;
  const buses: MessageBus[] = [];
  const proxies: FaultProxy[] = [];
  let scratch: string;

  beforeAll(async () => {
    host = await makeVirtualHost(broker);
    scratch = mkdtempSync(join(tmpdir(), 'bus-tls-'));
  });

  afterEach(async () => {
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
    await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
    await host.clear();
  });

  afterAll(async () => {
    await host.close();
    rmSync(scratch, { recursive: true });
  });

  function made(...[changes]: Parameters<VirtualHost['makeBus']>): MessageBus {
    const bus = host.makeBus(changes);
    buses.push(bus);
    return bus;
  }

  async function proxied(): Promise<FaultProxy> {
    const proxy = await FaultProxy.start(host.url);
    proxies.push(proxy);
    return proxy;
  }

  it('takes a password that was renewed meanwhile, and keeps the old one while the new one cannot be read', async () => {
    const stale = new URL(host.url);
    stale.password = 'of yesterday';
    let renewed: string[] | null = null;
    let rounds = 0;
    const currentUrls = (): string[] => {
      rounds += 1;
      if (renewed === null) throw new Error('The file is being replaced.');
      return renewed;
    };
    const bus = made({ urls: [stale.href], currentUrls });
    await until('some rounds', () => rounds > 4);
    expect(bus.health().reason).toContain('it refuses the user or the password');
    renewed = [host.url];
    await until('it is connected', () => bus.health().ok);
  });

  it.each([
    [
      'a wrong password',
      (url: URL) => (url.password = 'wrong'),
      /it refuses the user or the password\. It is tried again\.$/,
    ],
    [
      'a missing virtual host',
      (url: URL) => (url.pathname = '/nowhere'),
      /it does not open the virtual host nowhere: there is none/,
    ],
    [
      'a port that nobody listens on',
      (url: URL) => (url.port = '1'),
      /127\.0\.0\.1:1: nothing listens there\./,
    ],
  ])('says what is wrong with %s, and never the password', async (_, change, sentence) => {
    const url = new URL(host.url);
    const { password } = url;
    change(url);
    const bus = made({ urls: [url.href] });
    await until('it knows', () => sentence.test(bus.health().reason));
    expect(bus.health().reason).toMatch(/^Not connected to RabbitMQ for publishing since \d{4}-.*Z: /);
    expect(bus.health().reason).not.toContain(password);
  });

  it('goes to another node when one is away, and over again when that one goes', async () => {
    const [first, second] = [await proxied(), await proxied()];
    first.refuse(true);
    const metrics = createMetrics();
    const bus = made({ urls: [first.url, second.url], metrics });
    await bus.declare([queueSpec('work')]);
    expect([first.open, second.open]).toEqual([0, 2]);
    const up = /connection_status\{peer="broker-publish"\} 1/;
    expect(await metrics.registry.metrics()).toMatch(up);
    first.refuse(false);
    second.refuse(true);
    second.cut();
    await until('it is down', async () => !up.test(await metrics.registry.metrics()));
    await until('it is up', () => bus.health().ok);
    expect([first.open, second.open]).toEqual([2, 0]);
    expect(await metrics.registry.metrics()).toMatch(/broker_disconnects_total\{peer="broker-consume"\} 1/);
    expect(await bus.publish(message('a'))).toBe('confirmed');
  });

  it('notices by heartbeats that a node is away that keeps its sockets open', async () => {
    const proxy = await proxied();
    const bus = made({ urls: [proxy.url], heartbeatS: 1, connectTimeoutMs: 300 });
    await bus.declare([queueSpec('work')]);
    const { subscription } = await collect(bus, 'work');
    proxy.flow('toClient', 'drop');
    expect(await subscription.ended).toBe('lost');
    await until('it says so', () => /silent|in time/.test(bus.health().reason));
    proxy.flow('toClient', 'pass');
    await until('it is up', () => bus.health().reason.includes('not consumed any more'));
    expect(await bus.publish(message('a'))).toBe('confirmed');
  });

  it('is not lost for good when this process was too busy for its heartbeats', async () => {
    const bus = made({ heartbeatS: 1 });
    await bus.declare([queueSpec('work')]);
    const published = publishBatch(
      bus,
      texts(0, 20).map((text) => message(text)),
    );
    await new Promise((resolve) => setImmediate(resolve));
    const busyUntil = performance.now() + 4_000;
    while (performance.now() < busyUntil) Math.sqrt(busyUntil);
    expect(await published).toBe(true);
    const collector = await collect(bus, 'work');
    await until('all are stored', () => collector.texts().includes('19'));
    expect([...new Set(collector.texts())]).toEqual(texts(0, 20));
  });

  it('declares everything again when its virtual host was deleted and is back', async () => {
    const bus = made();
    await bus.declare([queueSpec('work')]);
    const log = await bus.openLog('log');
    const [name] = host.url.split('/').slice(-1) as [string];
    await broker.rabbitmqctl('delete_vhost', name);
    await until('it says so', () => bus.health().reason.includes(`does not open the virtual host ${name}`));
    await broker.rabbitmqctl('add_vhost', name);
    await broker.rabbitmqctl('set_permissions', '-p', name, new URL(host.url).username, '.*', '.*', '.*');
    await until('it is back', () => bus.health().ok);
    expect(await bus.publish(message('a'))).toBe('confirmed');
    await log.append({ headers: {}, body: Buffer.from('a') });
    await (await collect(bus, 'work')).received(1);
    host = await reopened(host);
  });

  async function reopened(old: VirtualHost): Promise<VirtualHost> {
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
    await old.close();
    return makeVirtualHost(broker);
  }

  describe('over TLS', () => {
    let server: Server;
    let url: string;

    beforeAll(async () => {
      certificate('ca', []);
      certificate('other', []);
      server = createServer({
        key: readFileSync(join(scratch, 'ca.key')),
        cert: readFileSync(join(scratch, 'ca.pem')),
      });
      server.on('secureConnection', (client) => {
        const plain = connect(Number(new URL(host.url).port), '127.0.0.1');
        client.pipe(plain).pipe(client);
        for (const socket of [client, plain]) socket.on('error', () => undefined);
        client.on('close', () => plain.destroy());
      });
      server.on('tlsClientError', () => undefined);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const secure = new URL(host.url.replace('amqp:', 'amqps:'));
      secure.hostname = 'localhost';
      secure.port = String((server.address() as AddressInfo).port);
      url = secure.href;
    });

    afterAll(() => new Promise((resolve) => server.close(resolve)));

    it('trusts the certificates of its CA file', async () => {
      const bus = made({ urls: [url], caFile: join(scratch, 'ca.pem') });
      await bus.declare([queueSpec('work')]);
      expect(await bus.publish(message('a'))).toBe('confirmed');
    });

    it.each([
      ['another authority signed', join('other.pem'), 'localhost'],
      ['is for another name', join('ca.pem'), '127.0.0.1'],
    ])('refuses a node whose certificate %s', async (_, caFile, hostname) => {
      const address = new URL(url);
      address.hostname = hostname;
      const bus = made({ urls: [address.href], caFile: join(scratch, caFile) });
      await until('it says so', () => /certificate|altnames/i.test(bus.health().reason));
      expect(bus.health().ok).toBe(false);
    });

    function certificate(name: string, more: readonly string[]): void {
      const files = ['-keyout', join(scratch, `${name}.key`), '-out', join(scratch, `${name}.pem`)];
      const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
      const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost', ...more];
      execFileSync('openssl', ['req', '-x509', ...kind, ...files, ...subject], { stdio: 'ignore' });
    }
  });
});
