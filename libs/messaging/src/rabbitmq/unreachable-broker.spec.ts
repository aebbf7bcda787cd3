import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { PermanentError, RetryableError } from '@neuraltrade/contracts';
import { createMetrics } from '@neuraltrade/metrics';
import type { MessageBus } from '../message-bus';
import { QUICK } from '../testing/broker-under-test';
import { message, queueSpec, texts, until } from '../testing/bus-under-test';
import type { RabbitMqBusOptions } from './options';
import { createRabbitMqBus } from './rabbitmq-bus';

describe('the RabbitMQ bus without a broker', () => {
  /** Accepts connections and says nothing. */
  let mute: Server;
  let url: string;
  const sockets: Socket[] = [];
  const buses: MessageBus[] = [];

  beforeEach(async () => {
    mute = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    url = `amqp://user:secret@127.0.0.1:${(mute.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
    for (const socket of sockets.splice(0)) socket.destroy();
    await new Promise((resolve) => mute.close(resolve));
  });

  function made(changes: Partial<RabbitMqBusOptions> = {}): MessageBus {
    const bus = createRabbitMqBus({ urls: [url], ...QUICK, ...changes });
    buses.push(bus);
    return bus;
  }

  it('gives up a node that accepts and says nothing, even one that drips, and dials again', async () => {
    // The head of a frame of 4,096 bytes, then one byte after the other.
    mute.on('connection', (socket) => socket.write(Buffer.from([1, 0, 0, 0, 0, 16, 0])));
    const drip = setInterval(() => sockets.forEach((socket) => socket.write('A')), 20);
    const bus = made({ connectTimeoutMs: 150 });
    await until('it has dialled again and again', () => sockets.length > 4);
    clearInterval(drip);
    expect(bus.health().reason).toMatch(
      /^Not connected to RabbitMQ for publishing since .*Z: 127\.0\.0\.1:\d+: it did not answer in time/,
    );
  });

  it('keeps no more than its bound of messages, refuses the rest, and answers for every one in time', async () => {
    const metrics = createMetrics();
    const bus = made({ maxWaitingBytes: 20_000, confirmTimeoutMs: 200, metrics });
    const outcomes = await Promise.all(
      texts(0, 100).map((text) => bus.publish(message(text, { body: Buffer.alloc(1_000) }))),
    );
    expect(outcomes.slice(0, 13)).toEqual(Array(13).fill('unknown'));
    expect(outcomes.slice(14)).toEqual(Array(86).fill('nacked'));
    expect(await metrics.registry.metrics()).toMatch(/reason="window-full"\} 86/);
    // The room that the settled ones took is free again.
    expect(await bus.publish(message('later'))).toBe('unknown');
  });

  it('drops and counts what is sent without waiting', async () => {
    const metrics = createMetrics();
    made({ metrics }).send(message('lost'));
    expect(await metrics.registry.metrics()).toMatch(/failed_total\{stage="send",reason="not-connected"\} 1/);
  });

  it('ends at once when it is closed, and with it whatever waits for a connection', async () => {
    const bus = made({ connectTimeoutMs: 600_000, confirmTimeoutMs: 600_000 });
    const declared = bus.declare([queueSpec('work')]);
    const consumed = bus.consume('work', { prefetch: 1 }, () => undefined);
    const outcome = bus.publish(message('waiting'));
    await expect(bus.depth('work')).rejects.toThrow(RetryableError);
    await until('it dials', () => sockets.length > 0);
    await bus.close();
    expect(await outcome).toBe('unknown');
    await expect(declared).rejects.toThrow(/closed/);
    await expect(consumed).rejects.toThrow(/closed/);
    await expect(bus.openLog('log')).rejects.toThrow(/closed/);
    expect(bus.health()).toEqual({ ok: false, reason: 'The message bus is closed.' });
  });

  it.each([['amqp'], ['http://host'], ['amqp://'], ['//user:secret@host']])(
    'refuses the address %s without quoting it',
    (address) => {
      expect(() => createRabbitMqBus({ urls: [address], ...QUICK })).toThrow(PermanentError);
      expect(() => createRabbitMqBus({ urls: [address], ...QUICK })).not.toThrow(/secret/);
    },
  );

  it('needs an address', () => {
    expect(() => createRabbitMqBus({ urls: [], ...QUICK })).toThrow(/No address/);
  });
});
