import type { AddressInfo } from 'node:net';
import { eventually } from '@neuraltrade/infra';
import { type WebSocket, WebSocketServer } from 'ws';
import { DashboardPrices } from './dashboard-prices';

describe('a client of the dashboard', () => {
  let server: WebSocketServer;
  let prices: DashboardPrices;
  let socket: WebSocket;

  beforeEach(async () => {
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await new Promise((resolve) => server.once('listening', resolve));
    const connected = new Promise<WebSocket>((resolve) => server.once('connection', resolve));
    prices = new DashboardPrices(() => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    socket = await connected;
  });

  afterEach(async () => {
    prices.stop();
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  });

  const tell = (exchange: string, timestamp: number, snapshot = false): void => {
    const message = {
      type: 'prices',
      from: snapshot ? null : 1,
      seq: 2,
      prices: [{ exchange, symbol: 'BTC/USD', timestamp }],
    };
    socket.send(JSON.stringify(message));
  };

  it('tells how old each newer trade is when it comes, but not what was there before', async () => {
    const now = Date.now();
    tell('kraken', now - 60_000, true);
    tell('kraken', now - 5_000);
    tell('kraken', now - 5_000);
    tell('kraken', now - 1_000);
    await eventually(() => prices.latencies([]).length === 2, 'two changes');
    const [newer, older] = prices.latencies([]) as [number, number];
    expect(newer).toBeGreaterThanOrEqual(1_000);
    expect(older - newer).toBeGreaterThanOrEqual(3_900);
  });

  it('leaves out a venue while its clock is off', async () => {
    const now = Date.now();
    tell('kraken', now - 5_000);
    tell('bybit', now - 1_000);
    await eventually(() => prices.latencies([]).length === 2, 'two changes');
    const skewed = [{ exchange: 'kraken', from: now - 1_000, to: now }];
    expect(prices.latencies(skewed)).toHaveLength(1);
    expect(prices.latencies([{ ...skewed[0]!, exchange: null }])).toHaveLength(0);
  });

  it('connects again when it was cut', async () => {
    const again = new Promise((resolve) => server.once('connection', resolve));
    socket.terminate();
    await again;
  });
});
