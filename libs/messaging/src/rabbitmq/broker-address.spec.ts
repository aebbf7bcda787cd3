import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { PermanentError } from '@neuraltrade/contracts';
import fc from 'fast-check';
import type { MessageBus } from '../message-bus';
import { QUICK } from '../testing/broker-under-test';
import { until } from '../testing/bus-under-test';
import { brokerAddress } from './broker-address';
import { createRabbitMqBus } from './rabbitmq-bus';

const CANARY = 'canary-7f3d/@:%';

describe('an address of a broker', () => {
  test('names its node and virtual host for sentences, never user or password', () => {
    const { node, virtualHost, connect } = brokerAddress(
      `amqps://${encodeURIComponent(CANARY)}:${encodeURIComponent(CANARY)}@mq.example/%2Fdesk`,
      7,
    );
    expect([node, virtualHost]).toEqual(['mq.example:5671', '/desk']);
    expect(connect).toMatchObject({ protocol: 'amqps', username: CANARY, password: CANARY, heartbeat: 7 });
  });

  test.each([
    ['amqp://host', { port: 5_672, username: 'guest' }],
    ['amqps://host', { port: 5_671 }],
    ['amqp://[::1]:5000', { hostname: '::1', port: 5_000 }],
    ['amqp://ann:@host', { username: 'ann', password: '' }],
  ])('%s is dialled as it says', (url, expected) => {
    expect(brokerAddress(url, 5).connect).toMatchObject(expected);
  });

  test('any text is an address or refused without a word of it', () => {
    const part = fc.oneof(
      fc.string({ maxLength: 10 }),
      fc.constantFrom('%', '%zz', '@', ':', '/', 'host', '[::1]', ''),
    );
    const url = fc.tuple(fc.constantFrom('amqp://', 'amqps://', 'http://', 'amqp:', ''), part, part, part);
    fc.assert(
      fc.property(url, ([scheme, user, host, path]) => {
        try {
          brokerAddress(`${scheme}${user}:${CANARY}@${host}/${path}`, 5);
        } catch (error) {
          expect(error).toBeInstanceOf(PermanentError);
          expect(inspect(error)).not.toContain('canary');
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a peer that is no honest broker', () => {
  let server: Server;
  let bus: MessageBus | null = null;
  let greeting: Buffer;
  let dialled: number;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    dialled = 0;
    server = createServer((socket) => {
      dialled += 1;
      sockets.push(socket);
      socket.on('error', () => undefined);
      // Answers the protocol header.
      socket.once('data', () => socket.write(greeting));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    await bus?.close();
    for (const socket of sockets.splice(0)) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  function dial(): MessageBus {
    const { port } = server.address() as AddressInfo;
    bus = createRabbitMqBus({
      urls: [`amqp://user:${encodeURIComponent(CANARY)}@127.0.0.1:${port}`],
      ...QUICK,
    });
    return bus;
  }

  test.each([
    ['4 GB', 0xffff_ffff],
    ['2 MB', 2_097_152],
  ])(
    'and announces a frame of %s is left at once and dialled again, its bytes not waited for',
    async (_what, size) => {
      const head = Buffer.from([1, 0, 0, 0, 0, 0, 0]);
      head.writeUInt32BE(size, 3);
      greeting = head;
      dial();
      await until('it was left and dialled again', () => dialled > 3);
      expect(bus?.health().reason).toContain('exceeds maxFrameSize 1048576');
      expect(bus?.health().reason).not.toContain('canary');
    },
  );

  test.each([
    ['noise', Buffer.from(Array.from({ length: 2_000 }, (_, index) => (index * 7_919) % 256))],
    ['another protocol', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['its own protocol header', Buffer.from('AMQP\u0000\u0001\u0000\u0000')],
    ['frames without an end', Buffer.alloc(5_000, 1)],
  ])('and sends %s costs an attempt to connect, nothing more', async (_what, bytes) => {
    greeting = bytes;
    const { port } = server.address() as AddressInfo;
    bus = createRabbitMqBus({ urls: [`amqp://127.0.0.1:${port}`], ...QUICK, connectTimeoutMs: 200 });
    await until('it was dialled again', () => dialled > 3);
    expect(bus.health()).toMatchObject({ ok: false });
  });
});
