import { request } from 'node:http';
import type { Candle, Gap } from '@neuraltrade/contracts';
import type {
  AgedPriceRow,
  HttpError,
  PerformanceRow,
  PipelineSummary,
  SignalsAnswer,
} from '../page/protocol';
import { candleOf, gapOf, outcomeOf, signalOf, tickOf } from './testing/market-samples';
import { RunningDashboard, type RunningDashboardOptions, until } from './testing/running-dashboard';

const MINUTE = 60_000;
let running: RunningDashboard | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

async function start(options: RunningDashboardOptions = {}): Promise<RunningDashboard> {
  running = await RunningDashboard.start(options);
  return running;
}

const series = '/api/candles?exchange=binance&symbol=BTC/USDT&timeframe=1m';

describe('last prices', () => {
  test('every symbol of every venue has its newest trade and its age', async () => {
    const gateway = await start({ now: () => 5_000 });
    await gateway.trade(tickOf({ last: 100, timestamp: 3_000 }));
    await gateway.trade(tickOf({ exchange: 'kraken', last: 101, timestamp: 4_000 }));
    const rows = await until('two prices', async () => {
      const found = await gateway.json<AgedPriceRow[]>('/api/last-prices');
      return found.length === 2 && found;
    });
    expect(rows).toEqual([
      expect.objectContaining({ exchange: 'binance', last: 100, bid: 99, ask: 101, spread: 2, ageMs: 2_000 }),
      expect.objectContaining({ exchange: 'kraken', last: 101, quoted: true, ageMs: 1_000 }),
    ]);
  });

  test('after a restart the stored prices are known before the first trade', async () => {
    const timestamp = Date.now() - 1_000;
    const gateway = await start({ prepare: (store) => store.writeTicks([tickOf({ timestamp, last: 77 })]) });
    expect(await gateway.json('/api/last-prices')).toEqual([expect.objectContaining({ last: 77 })]);
  });
});

describe('candles', () => {
  test('the stored ones and the open one of the bus come as one ascending series', async () => {
    const stored = [1, 2, 3].map((minute) => candleOf({ timestamp: minute * MINUTE }));
    const gateway = await start({ prepare: (store) => store.writeCandles(stored) });
    await gateway.candle(candleOf({ timestamp: 3 * MINUTE, revision: 1, close: 107 }));
    await gateway.candle(candleOf({ timestamp: 4 * MINUTE, revision: -1, close: 108 }));
    const read = async (query = ''): Promise<[number, number, number][]> =>
      (await gateway.json<Candle[]>(series + query)).map((candle) => [
        candle.timestamp / MINUTE,
        candle.revision,
        candle.close,
      ]);
    await until('the open candle', async () => (await read()).length === 4);
    expect(await read()).toEqual([
      [1, 0, 101],
      [2, 0, 101],
      [3, 1, 107],
      [4, -1, 108],
    ]);
    expect(await read('&limit=2')).toEqual([
      [3, 1, 107],
      [4, -1, 108],
    ]);
    expect(await read(`&limit=2&before=${3 * MINUTE}`)).toEqual([
      [1, 0, 101],
      [2, 0, 101],
    ]);
  });

  test('a partial of the bus does not hide the final candle of the store', async () => {
    const gateway = await start({ prepare: (store) => store.writeCandles([candleOf({ close: 105 })]) });
    await gateway.candle(candleOf({ revision: -1, close: 104 }));
    await gateway.candle(candleOf({ timestamp: 1_760_000_100_000, revision: -1 }));
    const found = await until('the next partial', async () => {
      const candles = await gateway.json<Candle[]>(series);
      return candles.length === 2 && candles;
    });
    expect(found[0]).toMatchObject({ state: 'final', close: 105 });
  });

  test('a known symbol without candles has an empty series', async () => {
    const gateway = await start();
    await gateway.trade(tickOf({}));
    await until('the symbol', async () => (await gateway.json<unknown[]>('/api/last-prices')).length === 1);
    expect(await gateway.json(series)).toEqual([]);
  });

  test('of a range the newest `limit` come, its end exclusive', async () => {
    const stored = [1, 2, 3, 4].map((minute) => candleOf({ timestamp: minute * MINUTE }));
    const gateway = await start({ now: () => 10 * MINUTE, prepare: (store) => store.writeCandles(stored) });
    const read = async (query: string): Promise<number[]> =>
      (await gateway.json<Candle[]>(series + query)).map(({ timestamp }) => timestamp / MINUTE);
    expect(await read(`&from=${2 * MINUTE}&to=${4 * MINUTE}`)).toEqual([2, 3]);
    expect(await read(`&from=${2 * MINUTE}&limit=2`)).toEqual([3, 4]);
    expect(await read(`&to=${3 * MINUTE}`)).toEqual([1, 2]);
    expect(await read(`&from=${9 * MINUTE}`)).toEqual([]);
  });

  test.each([
    ['&limit=0', 400, 'bad-request'],
    ['&limit=1001', 400, 'bad-request'],
    ['&limit=ten', 400, 'bad-request'],
    ['&before=yesterday', 400, 'bad-request'],
    ['&from=1&to=315576000000', 400, 'bad-request'],
    ['&from=0', 400, 'bad-request'],
    ['&before=5&to=5', 400, 'bad-request'],
    ['', 404, 'unknown-symbol'],
  ])('%p is answered %p %p in words', async (query, status, code) => {
    const response = await (await start()).get(series + query);
    expect(response.status).toBe(status);
    const { error } = (await response.json()) as HttpError;
    expect(error).toEqual({ code, message: expect.stringMatching(/^[A-Za-z].{10,}\.$/) as string });
  });

  test.each([
    'symbol=BTC/USDT&timeframe=1m',
    'exchange=Binance&symbol=BTC/USDT&timeframe=1m',
    'exchange=binance&symbol=btc&timeframe=1m',
    "exchange=binance&symbol=BTC/USDT';--&timeframe=1m",
    'exchange=binance&symbol=BTC/USDT&timeframe=7m',
    'exchange=__proto__&symbol=BTC/USDT&timeframe=1m',
  ])('the query %p is refused with 400', async (query) => {
    expect((await (await start()).get(`/api/candles?${query}`)).status).toBe(400);
  });
});

describe('history of gaps and signals', () => {
  const now = 1_760_000_600_000;
  const names = 'exchange=binance&symbol=BTC/USDT';
  const prepare: RunningDashboardOptions['prepare'] = async (store) => {
    await store.writeGaps([
      gapOf({ gapId: 'a', status: 'filled', fromTimestamp: now - 9_000, toTimestamp: now - 8_000 }),
      gapOf({ gapId: 'b', fromTimestamp: now - 100 * 86_400_000 }),
      gapOf({ gapId: 'c', symbol: 'ETH/USDT' }),
    ]);
    await store.writeSignals([
      signalOf({ timestamp: now - 3 * 86_400_000 }),
      signalOf({ timestamp: now - 120_000 }),
      signalOf({ timestamp: now - 60_000, signalType: 'hold', modelVersion: 'trend-2' }),
    ]);
    await store.writeOutcomes([
      outcomeOf({ timestamp: now - 3 * 86_400_000 }),
      outcomeOf({ timestamp: now - 120_000, returnBps: 7 }),
      outcomeOf({ timestamp: now - 90_000 }),
    ]);
  };
  const open = (): Promise<RunningDashboard> => start({ now: () => now, prepare });

  test('gaps come by symbol, those that were open in the range among them', async () => {
    const gateway = await open();
    const ids = async (query = ''): Promise<string[]> =>
      (await gateway.json<Gap[]>(`/api/gaps?${names}${query}`)).map(({ gapId }) => gapId);
    expect(await ids()).toEqual(['b', 'a']);
    expect(await ids('&limit=1')).toEqual(['a']);
    expect(await ids(`&to=${now - 9_000}`)).toEqual(['b']);
  });

  test('signals of the last day come with their own outcomes, narrowed by what is asked for', async () => {
    const gateway = await open();
    const read = (query = ''): Promise<SignalsAnswer> => gateway.json(`/api/signals?${query}`);
    const first = signalOf({ timestamp: now - 120_000 });
    const hold = signalOf({ timestamp: now - 60_000, signalType: 'hold', modelVersion: 'trend-2' });
    const outcome = outcomeOf({ timestamp: now - 120_000, returnBps: 7 });
    expect(await read()).toEqual({ signals: [first, hold], outcomes: [outcome] });
    expect(await read(`${names}&modelVersion=trend-2&timeframe=1m`)).toEqual({
      signals: [hold],
      outcomes: [],
    });
    expect((await read(`from=${now - 9 * 86_400_000}`)).signals).toHaveLength(3);
  });

  test('the performance of a model counts its signals and what became of them', async () => {
    const rows = await (await open()).json<PerformanceRow[]>('/api/signal-performance');
    expect(rows.map(({ modelVersion, total, hold }) => [modelVersion, total, hold])).toEqual([
      ['trend-1', 1, 0],
      ['trend-1', 1, 0],
      ['trend-2', 0, 1],
    ]);
    expect(rows[1]?.acts).toEqual({
      judged: 2,
      hits: 2,
      misses: 0,
      unjudged: 0,
      hitRate: 1,
      meanReturnBps: 53.5,
    });
    expect(rows[2]?.holds).toEqual({
      judged: 0,
      hits: 0,
      misses: 0,
      unjudged: 0,
      hitRate: null,
      meanReturnBps: null,
    });
  });

  test.each([
    ['/api/gaps?exchange=binance', 400, 'bad-request'],
    [`/api/gaps?${names}&from=1`, 400, 'bad-request'],
    [`/api/gaps?${names}&from=9&to=8`, 400, 'bad-request'],
    ['/api/gaps?exchange=binance&symbol=XXX/USDT', 404, 'unknown-symbol'],
    ['/api/signals?from=1&to=315576000000', 400, 'bad-request'],
    ['/api/signals?symbol=btc', 400, 'bad-request'],
    ['/api/signals?modelVersion=', 400, 'bad-request'],
    ['/api/signals?limit=1001', 400, 'bad-request'],
    ['/api/signals?symbol=XXX/USDT', 404, 'unknown-symbol'],
    [`/api/signal-performance?from=${now - 100 * 86_400_000}`, 400, 'bad-request'],
    ['/api/signal-performance?exchange=kraken', 404, 'unknown-symbol'],
  ])('%p is answered %p %p in words', async (path, status, code) => {
    const response = await (await open()).get(path);
    const { error } = (await response.json()) as HttpError;
    expect({ status: response.status, error }).toEqual({
      status,
      error: { code, message: expect.stringMatching(/^[A-Za-z].{10,}\.$/) as string },
    });
  });

  test('a store that does not answer is 503 in words for each of them', async () => {
    const gateway = await open();
    await gateway.store.close();
    for (const path of [`/api/gaps?${names}`, '/api/signals', '/api/signal-performance', series]) {
      const response = await gateway.get(path);
      const { error } = (await response.json()) as HttpError;
      expect([response.status, error.code]).toEqual([503, 'store-unavailable']);
    }
    expect(gateway.dashboard.checks.find(({ name }) => name === 'dashboard-history')?.probe().ok).toBe(false);
  });
});

test('the pipeline tells mode, uptime and every component', async () => {
  const gateway = await start({ mode: 'live' });
  const status = {
    component: 'adapter-kraken',
    detail: 'Reconnecting.',
    figures: { lagMs: 5 },
    timestamp: 1,
  };
  await gateway.status({ ...status, state: 'degraded' });
  const summary = await until('the component', async () => {
    const found = await gateway.json<PipelineSummary>('/api/pipeline');
    return found.components.length === 1 && found;
  });
  expect(summary).toMatchObject({ mode: 'live', components: [{ ...status, state: 'degraded' }] });
  expect(summary.uptimeMs).toBeGreaterThanOrEqual(0);
});

describe('the page', () => {
  test('carries its mode and lets nothing foreign in', async () => {
    const response = await (await start({ mode: 'replay' })).get('/');
    expect(await response.text()).toContain('data-mode="replay"');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('an unchanged asset is not sent again', async () => {
    const gateway = await start();
    const first = await gateway.get('/style.css');
    const etag = first.headers.get('etag') ?? '';
    const second = await gateway.get('/style.css', { headers: { 'if-none-match': etag } });
    expect([first.status, second.status, await second.text()]).toEqual([200, 304, '']);
  });

  test('HEAD has the headers and no body', async () => {
    const response = await (await start()).get('/', { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(response.headers.get('content-type')).toContain('text/html');
  });

  test.each(['/../package.json', '/%2e%2e/project.json', '/..%2fproject.json', '/tsconfig.json', '/main.ts'])(
    'the path %p leads nowhere',
    async (path) => {
      expect(await rawStatus((await start()).dashboard.port, { path })).toBe(404);
    },
  );

  test('a page that has not been built is a plain sentence', async () => {
    await expect(start({ pageDirectory: '/nowhere' })).rejects.toThrow(/build the page first/);
  });
});

test('anything but GET and HEAD is refused with what is allowed', async () => {
  const response = await (await start()).get('/api/last-prices', { method: 'POST', body: 'x' });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test('an unknown path is answered 404 in words', async () => {
  const response = await (await start()).get('/api/orders');
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ error: expect.objectContaining({ code: 'not-found' }) as object });
});

test('a port in use is a sentence with port and remedy', async () => {
  const { dashboard } = await start();
  const env = { PORT: String(dashboard.port) };
  const second = RunningDashboard.start({ env });
  await expect(second).rejects.toThrow(new RegExp(`Port ${dashboard.port} .* in use.*PORT`));
});

test('operations are asked first and answer on the same port', async () => {
  const gateway = await start({
    operations: (question, answer) => question.url === '/health/live' && Boolean(answer.end('alive')),
  });
  expect(await (await gateway.get('/health/live')).text()).toBe('alive');
  expect((await gateway.get('/')).status).toBe(200);
});

test('a name that resolves to loopback but is not ours is refused', async () => {
  const { port } = (await start()).dashboard;
  expect(await rawStatus(port, { path: '/', headers: { host: `evil.example:${port}` } })).toBe(403);
  expect(await rawStatus(port, { path: '/', headers: { host: `localhost:${port}` } })).toBe(200);
});

test('with a token set the API answers only those who show it', async () => {
  const token = 'a-token-of-16-letters';
  const gateway = await start({ env: { AUTH_TOKEN: token } });
  const status = async (authorization?: string): Promise<number> =>
    (await gateway.get('/api/pipeline', authorization ? { headers: { authorization } } : {})).status;
  expect(await status()).toBe(401);
  expect(await status('Bearer another-token-of-16')).toBe(401);
  expect(await status(`Bearer ${token}`)).toBe(200);
  expect((await gateway.get(`/api/pipeline?token=${token}`)).status).toBe(401);
});

test('the checks say that consumer and history work', async () => {
  const gateway = await start();
  expect(gateway.dashboard.checks.map(({ name, probe }) => [name, probe().ok])).toEqual([
    ['dashboard-consumer', true],
    ['dashboard-history', true],
  ]);
  await gateway.bus.close();
  const [consumer] = gateway.dashboard.checks;
  await until('the consumer to be gone', () => consumer?.probe().ok === false);
});

function rawStatus(port: number, options: { path: string; headers?: { host: string } }): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, ...options }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}
