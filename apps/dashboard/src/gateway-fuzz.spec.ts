import { connect, type Socket } from 'node:net';
import { createLogger } from '@neuraltrade/service';
import fc from 'fast-check';
import { tickOf } from './testing/market-samples';
import { RunningDashboard, until } from './testing/running-dashboard';
import { SocketClient } from './testing/socket-client';

/** Requests, and connections of several frames each; GATEWAY_RUNS=20000 is the long run. */
const RUNS = Number(process.env['GATEWAY_RUNS'] ?? 200);
const WITHIN_MS = 600_000;
/** Every status that docs/dashboard-protocol.md names, and those that Node answers a request with that is none. */
const DOCUMENTED = [200, 304, 400, 401, 403, 404, 405, 503, 408, 413, 417, 431];
const TYPES = ['hello', 'prices', 'candles', 'trades', 'signals', 'gaps', 'pipeline', 'error'];
const TELLTALE = /node:internal|\bat .+:\d+:\d+|\.ts\b.*:\d|dist\/|ENOENT|TypeError|RangeError/;

let running: RunningDashboard;
let witness: SocketClient;
let price = 100;
const lines: string[] = [];

jest.setTimeout(WITHIN_MS);

beforeAll(async () => {
  const log = createLogger({
    name: 'test',
    level: 'warn',
    destination: { write: (line) => lines.push(line) },
  });
  // What is tried here are inputs, not how many: the bounds on connections have tests of their own.
  const limits = {
    maxConnections: 10_000,
    maxConnectionsPerAddress: 10_000,
    maxClients: 10_000,
    messagesPerSecond: 1e6,
  };
  running = await RunningDashboard.start({ log, limits });
  await running.trade(tickOf({}));
  witness = await new SocketClient(running.dashboard.port).greeted();
  witness.say({ op: 'subscribe', channel: 'prices' });
  await witness.next('prices');
});
afterAll(async () => {
  witness.drop();
  await running.stop();
});

afterEach(async () => {
  // Whoever behaves is served as before, and nothing that was sent is a fault of ours.
  price += 1;
  await running.trade(tickOf({ last: price, tradeId: String(price) }));
  await witness.next('prices', ({ prices }) => prices.some(({ last }) => last === price));
  expect(lines).toEqual([]);
});

/** Sends bytes on a connection of their own and gives what came back until it ended. */
function exchange(bytes: Buffer | string, after?: readonly Buffer[]): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = connect(running.dashboard.port, '127.0.0.1');
    let got = '';
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(got));
    // A request without its end is waited for much longer than a test may.
    socket.setTimeout(300, () => socket.destroy());
    socket.on('data', (chunk) => {
      got += chunk.toString('latin1');
      if (after === undefined) socket.end();
    });
    socket.write(bytes);
    if (after === undefined) return;
    for (const piece of after) socket.write(piece);
    socket.end();
  });
}

const word = fc.oneof(
  fc.constantFrom(
    'binance',
    'BTC/USDT',
    '1m',
    '300',
    '-1',
    '1e3',
    '0x10',
    '__proto__',
    "' OR 1=1",
    '" or true) //',
  ),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('../', '..%2f', '%00', '%', '%c0%ae', '\\', '//evil.example', 'x'.repeat(3_000)),
);
const path = fc.oneof(
  fc.constantFrom(
    '/',
    '/api/candles',
    '/api/gaps',
    '/api/signals',
    '/api/signal-performance',
    '/api/last-prices',
    '/api/pipeline',
    '/ws',
    '/metrics',
    '/style.css',
  ),
  fc.array(word, { maxLength: 4 }).map((parts) => `/${parts.join('/')}`),
  fc
    .tuple(fc.constantFrom('/api/', '/', 'http://evil.example/', '*', ''), word)
    .map((parts) => parts.join('')),
);
const name = fc.oneof(
  fc.constantFrom(
    'exchange',
    'symbol',
    'timeframe',
    'modelVersion',
    'limit',
    'before',
    'from',
    'to',
    '__proto__',
    'token',
  ),
  word,
);
const query = fc.array(fc.tuple(name, word), { maxLength: 6 }).map((pairs) => {
  const text = pairs.map(([key, value]) => `${key}=${value}`).join('&');
  return text === '' ? '' : `?${text}`;
});
const method = fc.oneof(
  fc.constantFrom(
    'GET',
    'GET',
    'GET',
    'HEAD',
    'POST',
    'PUT',
    'DELETE',
    'OPTIONS',
    'TRACE',
    'PATCH',
    'CONNECT',
  ),
  fc.string({ maxLength: 8 }),
);
const header = fc.oneof(
  fc.constantFrom(
    'Upgrade: websocket\r\nConnection: Upgrade',
    'Expect: 100-continue',
    'Expect: miracles',
    'Transfer-Encoding: chunked',
    'Content-Length: 5',
    'Content-Length: -1',
    'Accept-Encoding: gzip;q=0',
    'If-None-Match: *',
    'Authorization: Bearer ',
    'Authorization: Basic eDp5',
    'Origin: null',
    'Host: evil.example',
    `Cookie: ${'x'.repeat(9_000)}`,
    'Range: bytes=0-5',
  ),
  fc
    .tuple(fc.string({ maxLength: 10 }), fc.string({ maxLength: 40 }))
    .map(([key, value]) => `${key}: ${value}`),
);

test('any request gets a documented answer without a trace of our insides, or is closed', async () => {
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(
      method,
      path,
      query,
      fc.array(header, { maxLength: 4 }),
      fc.string({ maxLength: 30 }),
      async (verb, where, search, headers, body) => {
        const encoded =
          Math.abs(body.length) % 2 === 0 ? encodeURI(toWellFormed(where + search)) : where + search;
        const head = [`${verb} ${encoded} HTTP/1.1`, 'Host: localhost', ...headers, 'Connection: close'];
        const got = await exchange(`${head.join('\r\n')}\r\n\r\n${body}`, []);
        if (got === '') return;
        const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(got)?.[1]);
        seen.set(status, (seen.get(status) ?? 0) + 1);
        if (status !== 101 && status !== 100) expect(DOCUMENTED).toContain(status);
        expect(got).not.toMatch(TELLTALE);
      },
    ),
    {
      numRuns: RUNS,
      // Whatever else is drawn: one that is answered, one that is wrong and one that leads nowhere.
      examples: [
        ['GET', '/', '', [], ''],
        ['GET', '/api/candles', '?limit=none', [], ''],
        ['GET', '/nowhere', '', [], ''],
      ],
    },
  );
  // Not all were refused for the same reason.
  for (const status of [200, 400, 404]) expect(seen.get(status) ?? 0).toBeGreaterThan(0);
});

test.each([
  ['candles', [] as unknown],
  ['gaps', []],
  ['signals', { signals: [], outcomes: [] }],
  ['signal-performance', []],
])('any query of %s is answered with rows or with 400 or 404 in words', async (route, none) => {
  const instant = fc.oneof(fc.constantFrom('0', '999999999999999', '9999999999999999', '-1', 'NaN'), word);
  const values = fc.record(
    {
      exchange: fc.oneof(fc.constant('binance'), word),
      symbol: fc.oneof(fc.constant('BTC/USDT'), word),
      timeframe: fc.oneof(fc.constantFrom('1m', '1d', '7m', '10y', '99999d'), word),
      limit: fc.oneof(fc.constantFrom('1', '1000', '1001', '0', '1e9', '99999999999999999999'), word),
      before: instant,
      from: instant,
      to: instant,
      modelVersion: word,
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(values, async (parameters) => {
      const search = Object.entries(parameters).map(
        ([key, value]) => `${key}=${encodeURIComponent(toWellFormed(value))}`,
      );
      const answer = await running.get(`/api/${route}?${search.join('&')}`);
      const body = await answer.json();
      if (answer.status === 200) return expect(body).toEqual(none);
      expect([400, 404]).toContain(answer.status);
      expect(body).toEqual({
        error: {
          code: expect.any(String) as string,
          message: expect.stringMatching(/^[A-Z].{5,200}\.$/is) as string,
        },
      });
    }),
    { numRuns: RUNS },
  );
});

const UPGRADE =
  'GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

/** A frame with any head: opcode, reserved bits, mask and length need not fit each other. */
const frame = fc
  .record({
    first: fc.oneof(
      fc.constantFrom(0x81, 0x82, 0x88, 0x89, 0x8a, 0x01, 0x00, 0x80),
      fc.integer({ min: 0, max: 255 }),
    ),
    masked: fc.boolean(),
    length: fc.option(fc.oneof(fc.nat(125), fc.constantFrom(126, 127))),
    payload: fc.uint8Array({ maxLength: 40 }),
  })
  .map(({ first, masked, length, payload }) => {
    const mask = masked ? Buffer.from([1, 2, 3, 4]) : Buffer.alloc(0);
    const body = Buffer.from(payload.map((byte, index) => (masked ? byte ^ ((index % 4) + 1) : byte)));
    return Buffer.concat([Buffer.from([first, (masked ? 0x80 : 0) | (length ?? body.length)]), mask, body]);
  });

test('any bytes on an open WebSocket end that connection at most', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          frame,
          fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
        ),
        { maxLength: 6 },
      ),
      async (frames) => expect(await exchange(UPGRADE, frames)).toMatch(/^HTTP\/1\.1 101 /),
    ),
    { numRuns: RUNS },
  );
});

const message = fc.oneof(
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc
    .record(
      {
        op: fc.oneof(fc.constantFrom('auth', 'subscribe', 'unsubscribe'), fc.anything()),
        channel: fc.oneof(fc.constantFrom(...TYPES, '__proto__'), fc.anything()),
        resume: fc.oneof(
          fc.record({ session: word, seq: fc.oneof(fc.nat(), fc.double()) }, { requiredKeys: [] }),
          fc.anything(),
        ),
        exchange: fc.oneof(fc.constant('binance'), word),
        symbol: fc.oneof(fc.constant('BTC/USDT'), word),
        timeframe: fc.oneof(fc.constant('1m'), word),
        token: word,
      },
      { requiredKeys: [] },
    )
    .map((fields) =>
      JSON.stringify(fields, (_key, value: unknown) => (typeof value === 'bigint' ? 0 : value)),
    ),
  fc.constantFrom(
    `${'['.repeat(8_000)}`,
    '{"__proto__":{"polluted":1},"op":"subscribe","channel":"prices"}',
    '{"op":"subscribe","op":"unsubscribe","channel":"prices"}',
    'x'.repeat(16_384),
  ),
);

test('any message is obeyed or answered with a typed error; the connection of an honest client stays', async () => {
  const client = await new SocketClient(running.dashboard.port).greeted();
  await fc.assert(
    fc.asyncProperty(message, async (text) => {
      const talker =
        client.closeCode === null ? client : await new SocketClient(running.dashboard.port).greeted();
      const before = talker.messages.length;
      talker.socket.send(text);
      // Prices are what a last message asks for: whatever came before it has been read by then.
      talker.say({ op: 'subscribe', channel: 'prices' });
      await until(
        'an answer',
        () =>
          talker.messages.slice(before).some(({ type }) => type === 'prices') || talker.closeCode !== null,
      );
      for (const { type } of talker.messages.slice(before)) expect(TYPES).toContain(type);
      if (talker !== client) talker.drop();
    }),
    { numRuns: RUNS },
  );
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  client.drop();
});

function toWellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '?');
}
