import { connect } from 'node:net';
import { FeedClient } from '../testing/feed-client';
import { startVirtualSimulator } from '../testing/virtual-simulator';
import type { VirtualSimulator } from '../testing/virtual-simulator';
import { MAX_CLIENT_MESSAGE_BYTES } from './venue-server';

jest.setTimeout(30_000);

let virtual: VirtualSimulator;
beforeEach(async () => {
  virtual = await startVirtualSimulator({ maxBufferedBytes: 256 * 1024, tradesPerSecond: 2_000 });
});
afterEach(() => virtual.stop());

test('a client message above 64 KB ends its connection with code 1009, one at the limit does not', async () => {
  const client = await virtual.connect('bybit');
  const padded = (length: number): string => JSON.stringify({ op: 'ping' }).padEnd(length);
  await client.ask(padded(MAX_CLIENT_MESSAGE_BYTES), (frame) => frame['ret_msg'] === 'pong');
  client.send(padded(MAX_CLIENT_MESSAGE_BYTES + 1));
  expect(await client.closed).toBe(1009);
});

test('a binary message is answered like a malformed one', async () => {
  const client = await virtual.connect('kraken');
  client.socket.send(Buffer.from('{"method":"ping"}'), { binary: true });
  expect(await client.frame((frame) => frame['error'] === 'Malformed request')).toBeDefined();
});

test.each(['binance', 'coinbase', 'kraken', 'bybit'])('%s refuses sockets on other paths', async (venue) => {
  await expect(virtual.connect(venue, '/elsewhere')).rejects.toThrow('404');
  await expect(virtual.connect(venue, '//')).rejects.toThrow(/404|hang up/);
});

test('a client that does not read is cut when its backlog passes the bound; the others get everything', async () => {
  const params = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'].map((name) => `${name.toLowerCase()}@bookTicker`);
  const path = `/stream?streams=${params.join('/')}`;
  const reader = await virtual.connect('binance', path);
  const stuck = await virtual.connect('binance', path);
  stuck.socket.pause();
  const deadline = Date.now() + 20_000;
  while (virtual.simulator.statistics().slowClientsCut === 0 && Date.now() < deadline) {
    virtual.advance(20);
    await reader.ask(
      { method: 'LIST_SUBSCRIPTIONS', id: virtual.now() },
      (frame) => frame['id'] === virtual.now(),
    );
    virtual.advance(200);
  }
  expect(virtual.simulator.statistics()).toMatchObject({ slowClientsCut: 1, clients: 1 });
  stuck.socket.resume();
  await stuck.closed;
  await reader.ask({ method: 'LIST_SUBSCRIPTIONS', id: 1 }, (frame) => frame['id'] === 1);
});

test('rubbish instead of HTTP does no harm', async () => {
  const { port } = new URL(virtual.simulator.endpoints.get('kraken')?.restUrl ?? '');
  await new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.end('\0\u0001rubbish\r\n\r\n'));
    socket.on('error', resolve);
    socket.on('close', resolve);
    socket.resume();
  });
  const client = await virtual.connect('kraken');
  expect(await client.frame((frame) => frame['channel'] === 'status')).toBeDefined();
});

test('stopping frees the ports and closes the clients', async () => {
  const client = await virtual.connect('coinbase');
  const { webSocketUrl, restUrl } = virtual.simulator.endpoints.get('coinbase') ?? {
    webSocketUrl: '',
    restUrl: '',
  };
  await virtual.simulator.stop();
  await client.closed;
  await expect(FeedClient.connect(webSocketUrl)).rejects.toThrow('ECONNREFUSED');
  await expect(fetch(`${restUrl}/products`)).rejects.toThrow();
});
