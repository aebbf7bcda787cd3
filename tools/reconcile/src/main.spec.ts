import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Candle } from '@neuraltrade/contracts';
import { createDashboard, dashboardConfig } from '@neuraltrade/dashboard';
import { createInProcessBus } from '@neuraltrade/messaging';
import { createMetrics } from '@neuraltrade/metrics';
import { createLogger } from '@neuraltrade/service';
import { openDuckDbStore } from '@neuraltrade/storage';
import { buildAndReconcile, classCounts, type Outcome, reconcile } from './testing/run-command';
import { EXCHANGES, faultless, type SimulatedPast, simulatedPast } from './testing/simulated-past';

jest.setTimeout(120_000);

const SYMBOL = 'BTC/USDT';
let past: SimulatedPast;
let directory: string;
const servers: Server[] = [];

beforeAll(async () => {
  const { code, text, said } = await buildAndReconcile(['--help']);
  expect([code, said]).toEqual([0, '']);
  expect(text).toContain('--symbols LIST');
  past = await simulatedPast([SYMBOL]);
});
afterAll(() => past.stop());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'neuraltrade-reconcile-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  rmSync(directory, { recursive: true, force: true });
});

const restUrl = (exchange: string) => past.simulator.endpoints.get(exchange)?.restUrl ?? '';
const range = () => ['--from', String(past.from), '--to', String(past.to)];
const flags = (exchange: string) => ['--exchange', exchange, '--symbols', SYMBOL, ...range()];
const summaryOf = ({ lines }: Outcome) => lines.at(-1);

/** The candles that a faultless pipeline would have of a venue. */
async function ourCandlesOf(exchange: string): Promise<Candle[]> {
  const klines = await past.klines(exchange, SYMBOL);
  return klines.flatMap((kline) => faultless(exchange, SYMBOL, kline) ?? []);
}

/** Leaves a store behind as a stopped pipeline does. */
async function leaveStore(candles: readonly Candle[]): Promise<void> {
  const store = await openDuckDbStore({ directory: join(directory, 'simulated', 'store') });
  await store.writeCandles(candles);
  await store.close();
}

/** A pipeline's API as far as it is asked here. @param answer the candles of the first, second, ... time. */
async function serveApi(
  mode: string,
  answer: (time: number) => readonly Candle[],
  token?: string,
): Promise<string> {
  let asked = 0;
  const server = createServer(({ url = '', headers }, response) => {
    if (token !== undefined && headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401).end('{"error":{"code":"unauthorized","message":"A valid token is required."}}');
    } else if (url.startsWith('/api/pipeline')) {
      const venues = EXCHANGES.map((exchange) => ({ exchange, restUrl: restUrl(exchange) }));
      response.end(JSON.stringify({ mode, venues }));
    } else {
      response.end(JSON.stringify(answer(++asked)));
    }
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a running pipeline whose candles are right agrees with every venue, at the address that it tells itself', async () => {
  const metrics = createMetrics();
  const bus = createInProcessBus({ dataDir: null, metrics });
  const store = await openDuckDbStore({ directory });
  for (const exchange of EXCHANGES) await store.writeCandles(await ourCandlesOf(exchange));
  const dashboard = await createDashboard({
    bus,
    store,
    mode: 'simulated',
    config: dashboardConfig({ PORT: '0' }),
    metrics,
    log: createLogger({ name: 'test', level: 'silent' }),
    now: Date.now,
    pageDirectory: join(__dirname, '../../../apps/dashboard/page'),
    venues: () => EXCHANGES.map((exchange) => ({ exchange, restUrl: restUrl(exchange) })),
  });
  try {
    for (const exchange of EXCHANGES) {
      const outcome = await reconcile([...flags(exchange), '--url', dashboard.url]);
      expect(outcome).toMatchObject({ code: 0 });
      expect(outcome.said).toContain('Our candles agree');
      expect(classCounts(outcome.lines)).toEqual({});
      expect(summaryOf(outcome)).toMatchObject({ summary: true, exchange, agree: true, refusedRows: 0 });
      expect(summaryOf(outcome)?.['equal']).toBe(summaryOf(outcome)?.['compared']);
      expect(summaryOf(outcome)?.['compared']).toBeGreaterThan(20);
    }
  } finally {
    await dashboard.stop();
    await bus.close();
    await store.close();
  }
});

test('every class is found in a store that was tampered with, and named once for each candle', async () => {
  const right = await ourCandlesOf('binance');
  const at = (minute: number): Candle => {
    const candle = right.find(({ timestamp }) => timestamp === past.from + minute * 60_000);
    if (candle === undefined) throw new Error(`Nothing was traded in minute ${minute}: choose another seed.`);
    return candle;
  };
  const step = 10 ** -5;
  const tampered = new Map<number, Candle | null>([
    [0, null],
    [1, { ...at(1), complete: false }],
    [3, { ...at(3), high: at(3).high * 1.01 }],
    [5, { ...at(5), volume: at(5).volume + step }],
    [7, { ...at(7), trades: at(7).trades + 1 }],
    [9, { ...at(9), vwap: (at(9).low + at(9).high) / 2 + 0.01 }],
    [11, null],
    [13, { ...at(13), volume: at(13).volume * (1 + 1e-13) }],
    [15, { ...at(15), volume: at(15).volume - step, trades: at(15).trades - 1, complete: false }],
    [17, { ...at(17), volume: at(17).volume - step, trades: at(17).trades - 1 }],
    [18, { ...at(18), volume: at(18).volume + step, trades: at(18).trades + 1 }],
    [20, { ...at(20), complete: false }],
    [21, null],
    [22, { ...at(22), complete: false }],
  ]);
  const candles = [...right.filter(({ timestamp }) => !tampered.has((timestamp - past.from) / 60_000))];
  for (const candle of tampered.values()) if (candle !== null) candles.push(candle);
  const tooOld = { ...at(2), timestamp: past.from - 5 * 60_000, complete: false };
  const outcomeOf = async (from: number) =>
    reconcile([
      ...['--exchange', 'binance', '--symbols', SYMBOL, '--from', String(from), '--to', String(past.to)],
      ...['--data-dir', directory, '--rest-url', restUrl('binance')],
    ]);
  await leaveStore([...candles, tooOld]);
  const outcome = await outcomeOf(past.from - 10 * 60_000);
  expect(outcome.code).toBe(1);
  const classes = Object.fromEntries(
    outcome.lines
      .slice(0, -1)
      .map((line) => [(Number(line['timestamp']) - past.from) / 60_000, line['class']]),
  );
  expect(classes).toMatchObject({
    [-5]: 'not-served-there',
    0: 'unobserved-here',
    3: 'price-differs',
    5: 'volume-differs',
    7: 'trade-count-differs',
    9: 'vwap-differs',
    11: 'missing-here',
    13: 'rounding',
    15: 'incomplete-here',
    17: 'boundary-shift',
    18: 'boundary-shift',
    21: 'unobserved-here',
  });
  expect(summaryOf(outcome)).toMatchObject({ agree: false, differences: classCounts(outcome.lines) });
  expect(outcome.said).toContain('missing-here: the venue has trades in the interval');
  expect(outcome.said).toContain('do not agree');
});

test('after the last trade a minute that we have a candle of is missing there, the others are quiet', async () => {
  const right = await ourCandlesOf('bybit');
  const last = right.at(-1);
  if (last === undefined) throw new Error('Bybit served nothing.');
  await leaveStore([...right, { ...last, timestamp: past.to + 60_000 }]);
  const outcome = await reconcile([
    ...['--exchange', 'bybit', '--symbols', SYMBOL, '--from', String(past.from)],
    ...['--to', String(past.to + 3 * 60_000), '--data-dir', directory, '--rest-url', restUrl('bybit')],
  ]);
  const classes = { 'missing-there': 1, 'no-trades': 2 };
  expect({ said: outcome.said, classes: classCounts(outcome.lines) }).toMatchObject({ classes });
  expect(outcome.code).toBe(1);
});

test('what was revised between two looks is harmless, a candle that stays partial is not', async () => {
  const right = await ourCandlesOf('kraken');
  const [first, second, ...rest] = right;
  if (first === undefined || second === undefined) throw new Error('Kraken served nothing.');
  const early = { ...second, volume: second.volume / 2 };
  const revised: Candle = { ...second, state: 'revised', revision: 1 };
  const revising = await serveApi('simulated', (time) => [first, time === 1 ? early : revised, ...rest]);
  const outcome = await reconcile([...flags('kraken'), '--url', revising]);
  expect(classCounts(outcome.lines)).toEqual({ 'revised-later': 1 });
  expect(outcome.code).toBe(0);

  const partial: Candle = { ...second, state: 'partial', revision: -1 };
  const stuck = await serveApi('simulated', () => [first, partial, ...rest]);
  const stuckOutcome = await reconcile([...flags('kraken'), '--url', stuck]);
  expect(classCounts(stuckOutcome.lines)).toEqual({ 'unfinished-here': 1 });
  expect(stuckOutcome.code).toBe(1);
});

test('a pipeline that wants a token gets the one of the environment, and a wrong one is told', async () => {
  const right = await ourCandlesOf('binance');
  const api = await serveApi('simulated', () => right, 'a-token-of-this-test');
  const args = [...flags('binance'), '--url', api];
  expect((await reconcile(args)).said).toContain('wants its token: set AUTH_TOKEN');
  expect((await reconcile(args, { AUTH_TOKEN: 'a-token-of-this-test' })).code).toBe(0);
});

test('faults are told in a sentence, on standard error alone', async () => {
  const replay = await serveApi('replay', () => []);
  const empty = await serveApi('simulated', () => []);
  const here = ['--url', empty];
  const cases: readonly [readonly string[], number, string][] = [
    [
      [...flags('binance'), '--url', 'http://127.0.0.1:1'],
      1,
      'No pipeline answers at 127.0.0.1:1 (bad port)',
    ],
    [[...flags('binance'), '--live', ...here], 1, 'is simulated, not live'],
    [[...flags('binance'), '--url', replay], 1, 'replays recorded frames: name the venue'],
    [
      ['--exchange', 'binance', '--symbols', 'NOT/LISTED', ...range(), ...here],
      1,
      'is the symbol listed there?',
    ],
    [[...flags('binance'), '--url', restUrl('binance')], 1, 'is no pipeline of ours'],
    [
      [...flags('binance'), '--data-dir', directory, '--rest-url', 'http://x'],
      1,
      'There is no store of simulated data',
    ],
  ];
  for (const [args, code, sentence] of cases) {
    const outcome = await reconcile(args);
    expect(outcome).toMatchObject({ code, lines: [] });
    expect(outcome.said).toContain(sentence);
    expect(outcome.said.trim().split('\n')).toHaveLength(1);
  }
});

test('a range in which nothing can be compared is no agreement', async () => {
  const empty = await serveApi('simulated', () => []);
  const outcome = await reconcile([
    ...['--exchange', 'coinbase', '--symbols', SYMBOL, '--from', '2026-01-01', '--to', '2026-01-01T01:00Z'],
    ...['--url', empty],
  ]);
  expect(outcome.code).toBe(1);
  expect(outcome.said).toContain(`Nothing could be compared for ${SYMBOL}`);
});
