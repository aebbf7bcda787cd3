import { connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createLogger, createOperations, rememberSecret } from '@neuraltrade/service';
import type { HttpError } from '../page/protocol';
import { tickOf } from './testing/market-samples';
import { RunningDashboard, type RunningDashboardOptions, until } from './testing/running-dashboard';
import { SocketClient } from './testing/socket-client';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const TOKEN = 'a-token-of-16-letters';
let running: RunningDashboard;
let lines: string[];
const sockets: Socket[] = [];
const clients: SocketClient[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const client of clients.splice(0)) client.drop();
  await running.stop();
});

async function start(options: RunningDashboardOptions = {}): Promise<RunningDashboard> {
  lines = [];
  const log = createLogger({
    name: 'test',
    level: 'trace',
    destination: { write: (line) => lines.push(line) },
  });
  running = await RunningDashboard.start({ log, ...options });
  return running;
}

function tcp(localAddress = '127.0.0.1'): Socket {
  const socket = connect({ host: '127.0.0.1', port: running.dashboard.port, localAddress });
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
}

async function client(): Promise<SocketClient> {
  const opened = new SocketClient(running.dashboard.port);
  clients.push(opened);
  return opened.greeted();
}

/** Elsewhere 127.0.0.2 is nobody's address. */
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('connections', () => {
  test('of one address beyond its bound are closed, others are served, and places come free again', async () => {
    await start({ limits: { maxConnectionsPerAddress: 20 } });
    const flood = Array.from({ length: 500 }, () => tcp('127.0.0.2'));
    await until('all but twenty to be closed', () => flood.filter(({ closed }) => closed).length === 480);
    expect((await running.get('/')).status).toBe(200);
    expect(lines.filter((line) => line.includes('beyond the bound'))).toHaveLength(1);
    for (const socket of flood) socket.destroy();
    await until('a place to be free', async () => {
      const again = tcp('127.0.0.2');
      again.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
      return new Promise<boolean>((resolve) => {
        again.once('data', () => resolve(true));
        again.once('close', () => resolve(false));
      });
    });
  });

  test('of all addresses together beyond the bound are closed', async () => {
    await start({ limits: { maxConnections: 20 } });
    const flood = Array.from({ length: 100 }, (_, index) => tcp(`127.0.0.${2 + (index % 50)}`));
    await until('all but twenty to be closed', () => flood.filter(({ closed }) => closed).length === 80);
  });
});

describe('a client', () => {
  test('that offers compression is not granted it', async () => {
    await start();
    const offering = new SocketClient(running.dashboard.port, { perMessageDeflate: true });
    clients.push(offering);
    await offering.greeted();
    expect(offering.socket.extensions).toBe('');
  });

  test('that comes and goes leaves nothing behind, a thousand times', async () => {
    await start();
    await running.trade(tickOf({}));
    await until('the symbol', async () => (await running.json<unknown[]>('/api/last-prices')).length === 1);
    const comeAndGo = async (): Promise<void> => {
      const visitor = await new SocketClient(running.dashboard.port).greeted();
      visitor.say({ op: 'subscribe', channel: 'prices' });
      visitor.say({ op: 'subscribe', channel: 'trades', exchange: 'binance', symbol: 'BTC/USDT' });
      await visitor.next('trades');
      visitor.drop();
    };
    const rounds = async (count: number): Promise<void> => {
      for (let round = 0; round < count; round += 1) await Promise.all(Array.from({ length: 25 }, comeAndGo));
      await until(
        'all to be gone',
        async () => (await running.json<{ clients: number }>('/api/pipeline')).clients === 0,
      );
    };
    await rounds(4);
    const before = heap();
    await rounds(40);
    // A kept connection takes some ten thousand bytes.
    expect(heap() - before).toBeLessThan(1_000 * 4_000);
  });

  test('that never ends its messages is closed, fifty of them at once, and others are served', async () => {
    await start();
    const other = await client();
    const endless = Array.from({ length: 50 }, () => {
      const socket = tcp().resume();
      socket.write(
        'GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
      );
      // A first fragment of one byte, then continuations that never end the message.
      socket.write(Buffer.from([0x01, 0x81, 0, 0, 0, 0, 0x78]));
      for (let part = 0; part < 1_000; part += 1) socket.write(Buffer.from([0x00, 0x81, 0, 0, 0, 0, 0x78]));
      return socket;
    });
    await until('all of them to be closed', () => endless.every(({ destroyed }) => destroyed));
    other.say({ op: 'subscribe', channel: 'pipeline' });
    await other.next('pipeline');
  });

  test('that pings without end is closed with 4429 before its pongs pile up', async () => {
    await start({ limits: { messagesPerSecond: 5 } });
    const pinging = await client();
    const other = await client();
    let pongs = 0;
    pinging.socket.on('pong', () => (pongs += 1));
    for (let count = 0; count < 1_000; count += 1) pinging.socket.ping('x'.repeat(100));
    expect(await pinging.closed()).toBe(4429);
    expect(pongs).toBeLessThanOrEqual(10);
    expect(other.closeCode).toBeNull();
  });

  test('that pings now and then gets its pongs', async () => {
    await start();
    const pinging = await client();
    const pong = new Promise<string>((resolve) =>
      pinging.socket.once('pong', (data: Buffer) => resolve(data.toString())),
    );
    pinging.socket.ping('are you there');
    expect(await pong).toBe('are you there');
  });

  test('that asks for 10,000 unknown symbols is told so each time and follows nothing', async () => {
    await start({ limits: { messagesPerSecond: 1_000_000 } });
    const asking = await client();
    for (let index = 0; index < 10_000; index += 1)
      asking.say({
        op: 'subscribe',
        channel: 'candles',
        exchange: 'binance',
        symbol: `A${index}/B`,
        timeframe: '1m',
      });
    await until('the answers', () => asking.all('error').length === 10_000 || asking.closeCode !== null);
    expect(asking.all('candles')).toEqual([]);
    expect((await running.json<{ clients: number }>('/api/pipeline')).clients).toBe(
      asking.closeCode === null ? 1 : 0,
    );
  });
});

describe('what the gateway tells', () => {
  test('an error of its own is 500 without path, stack or words of the error; the log has them', async () => {
    await start({
      symbols: () => {
        throw new Error('secret detail in /srv/private/file.ts');
      },
    });
    const answer = await running.get('/api/candles?exchange=binance&symbol=BTC/USDT&timeframe=1m');
    const text = await answer.text();
    expect([answer.status, (JSON.parse(text) as HttpError).error.code]).toEqual([500, 'internal']);
    expect(text).not.toMatch(/secret|\/srv|\.ts|\bat /);
    const line = lines.find((one) => one.includes('A request failed')) ?? '';
    expect(line).toContain('secret detail');
    expect(line).toContain('stack');
  });

  test('a token that somebody puts into the address is not taken and is in no log line', async () => {
    const broken = (): never => {
      throw new Error('broken');
    };
    await start({ env: { AUTH_TOKEN: TOKEN }, symbols: broken });
    const query = 'exchange=binance&symbol=BTC/USDT&timeframe=1m';
    expect((await running.get(`/api/candles?${query}&token=${TOKEN}`)).status).toBe(401);
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await running.get(`/api/candles?${query}&token=of-another-system`, { headers })).status).toBe(
      500,
    );
    const wrong = new SocketClient(running.dashboard.port, {}, `/ws?token=${TOKEN}`);
    clients.push(wrong);
    await wrong.greeted();
    wrong.say({ op: 'auth', token: 'another-wrong-token-here' });
    await wrong.closed();
    expect(lines.join('')).toContain('A request failed');
    expect(lines.join('')).not.toMatch(new RegExp(`${TOKEN}|of-another-system|another-wrong-token`));
  });

  test('with a token set metrics want it too, under whatever name they are asked for; health does not', async () => {
    const operations: RunningDashboardOptions['operations'] = (request, response) =>
      createOperations({ metrics: running.metrics, checks: () => [] })(request, response);
    await start({ env: { AUTH_TOKEN: TOKEN }, operations });
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await running.get('/metrics', { headers })).status).toBe(200);
    for (const path of [
      '/metrics',
      `/metrics?token=${TOKEN}`,
      '//metrics',
      '/./metrics',
      '/metrics/',
      '/%6detrics',
    ]) {
      const answer = await running.get(path);
      expect([path, [401, 404].includes(answer.status)]).toEqual([path, true]);
      expect(await answer.text()).not.toContain('neuraltrade_');
    }
    expect((await running.get('/health/live')).status).toBe(200);
  });

  test('a symbol with line breaks and a secret in a message that is set aside stays one log line without it', async () => {
    rememberSecret('hushhushhush');
    await start();
    const symbol = 'X\n{"level":"fatal","msg":"forged"}\nhushhushhush';
    await running.trade(tickOf({ symbol }), tickOf({}));
    await until('the good one', async () => (await running.json<unknown[]>('/api/last-prices')).length === 1);
    for (const line of lines) expect(line.trimEnd()).not.toMatch(/\n/);
    expect(lines.join('')).not.toMatch(/hushhushhush|"msg":"forged"/);
    expect(lines.some((line) => line.includes('Refused ticks'))).toBe(true);
  });
});

describe('a store that cannot be read as it should be', () => {
  test('makes the gateway not ready with the reason, not dead, and is looked at until it can', async () => {
    let fault = 'The bucket holds market_ticks.bid as integer, but this version writes it as float.';
    const storeReady = (): Promise<void> =>
      fault === '' ? Promise.resolve() : Promise.reject(new Error(fault));
    await start({ storeReady });
    const check = running.dashboard.checks.find(({ name }) => name === 'dashboard-history');
    expect(check?.probe()).toEqual({ ok: false, reason: expect.stringContaining(fault) as string });
    expect((await running.get('/')).status).toBe(200);
    fault = '';
    await until('the store to be looked at again', () => check?.probe().ok);
  });
});
