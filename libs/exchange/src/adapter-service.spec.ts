import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ComponentStatus,
  coreQueues,
  dashboardQueue,
  decodeBatch,
  isClock,
  isGap,
  partitionOf,
  type RawRecord,
  type RawTick,
} from '@neuraltrade/contracts';
import { createInProcessBus, type MessageBus } from '@neuraltrade/messaging';
import { createMetrics } from '@neuraltrade/metrics';
import { ConfigError } from '@neuraltrade/service';
import { venues } from '@neuraltrade/venues';
import { startVenueSimulator, type VenueSimulator } from '@neuraltrade/venue-simulator';
import { adapterConfig } from './adapter-config';
import { AdapterStateLog } from './adapter-state-log';
import { type AdapterService, createAdapterService } from './adapter-service';
import { keptLog, testVenue } from './testing/adapter-harness';
import { until } from './testing/until';

jest.setTimeout(60_000);

const symbols = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'BTC/USD', 'ETH/USD'];

describe('an adapter service against the venue simulator', () => {
  let simulator: VenueSimulator;
  let bus: MessageBus;
  let records: RawRecord[];
  let statuses: ComponentStatus[];
  let services: AdapterService[];

  const serve = (name: string, env: Record<string, string> = {}, log = keptLog()): AdapterService => {
    const venue = testVenue(name);
    const endpoint = simulator.endpoints.get(name);
    const prefix = name.toUpperCase();
    const config = adapterConfig(
      {
        SYMBOLS: symbols.join(','),
        [`${prefix}_WS_URL`]: endpoint?.webSocketUrl,
        [`${prefix}_REST_URL`]: endpoint?.restUrl,
        RECONNECT_BASE_MS: '50',
        BATCH_FLUSH_MS: '10',
        QUEUE_MAX_BYTES: '10000000',
        ...env,
      },
      venue,
    );
    const service = createAdapterService({ venue, bus, config, metrics: createMetrics(), log });
    services.push(service);
    return service;
  };

  const isReady = (service: AdapterService): boolean => service.checks.every(({ probe }) => probe().ok);
  const ticks = (): RawTick[] =>
    records.filter((record): record is RawTick => !isGap(record) && !isClock(record));

  /** Whether the consumers of this test have taken everything. */
  const delivered = async (): Promise<boolean> => {
    const depths = await Promise.all(
      Array.from({ length: 8 }, (_, index) => bus.depth(`processor.raw.${index}`)),
    );
    return depths.every(({ ready, unacked }) => ready + unacked === 0);
  };

  beforeEach(async () => {
    [records, statuses, services] = [[], [], []];
    simulator = await startVenueSimulator({ seed: 7, tradesPerSecond: 400, symbols, historyMs: 10_000 });
    bus = createInProcessBus({ dataDir: null });
    const status = dashboardQueue('test', 10_000_000);
    await bus.declare([...coreQueues(8, 10_000_000), status]);
    for (let partition = 0; partition < 8; partition += 1) {
      const subscription = await bus.consume(`processor.raw.${partition}`, { prefetch: 100 }, (delivery) => {
        const { records: found, faults } = decodeBatch('raw', delivery);
        expect(faults).toEqual([]);
        for (const record of found) {
          const symbol = isClock(record) ? (record.symbols[0] as string) : record.symbol;
          expect(partitionOf(record.exchange, symbol, 8)).toBe(partition);
        }
        records.push(...found);
        subscription.ack(delivery.tag);
      });
    }
    const events = await bus.consume(status.name, { prefetch: 100 }, (delivery) => {
      if (delivery.routingKey.startsWith('status.'))
        statuses.push(...decodeBatch('status', delivery).records);
      events.ack(delivery.tag);
    });
  });

  afterEach(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await bus.close();
    await simulator.stop();
  });

  it.each(venues.map(({ name }) => name))(
    'publishes every trade of %s, with quotes and clocks',
    async (name) => {
      const log = keptLog();
      const service = serve(name, { SYMBOLS_PER_CONNECTION: '2' }, log);
      await service.start();
      await until(() => isReady(service));
      await until(
        () => ticks().length > 100 && records.some(isClock) && statuses.some(({ state }) => state === 'up'),
      );
      await service.stop();
      await until(delivered);
      const { consecutiveTradeIds } = testVenue(name);
      for (const symbol of new Set(ticks().map((tick) => tick.symbol))) {
        const ids = ticks()
          .filter((tick) => tick.symbol === symbol)
          .map(({ tradeId }) => BigInt(tradeId));
        for (let at = 1; at < ids.length; at += 1) {
          const step = (ids[at] as bigint) - (ids[at - 1] as bigint);
          expect(step > 0n && (step === 1n || !consecutiveTradeIds)).toBe(true);
        }
      }
      expect(ticks().filter(({ quoted }) => quoted).length).toBeGreaterThan(ticks().length / 2);
      expect(records.filter(isGap)).toEqual([]);
      await until(() => statuses.at(-1)?.state === 'down');
      expect(statuses.at(-1)?.component).toBe(`adapter-${name}`);
      expect(statuses.some(({ figures }) => (figures.ticksReceived ?? 0) > 0)).toBe(true);
    },
  );

  it('goes on from its saved state after a restart, with a gap over the time between', async () => {
    const first = serve('binance');
    await first.start();
    await until(() => ticks().length > 50);
    await first.stop();
    await until(delivered);
    const last = new Map(ticks().map((tick) => [tick.symbol, tick.tradeId]));
    records.length = 0;
    const second = serve('binance');
    await second.start();
    await until(() => ticks().length > 50 && records.filter(isGap).length >= 2 * last.size);
    const opened = records.filter(isGap).filter(({ status }) => status === 'open');
    expect(new Map(opened.map((gap) => [gap.symbol, gap.afterTradeId]))).toEqual(last);
    expect(opened.every(({ cause }) => cause === 'restart')).toBe(true);
    // Each gap stands before the first trade behind it.
    for (const gap of opened) {
      const at = records.indexOf(gap);
      expect(
        records.findIndex((record) => 'tradeId' in record && record.symbol === gap.symbol),
      ).toBeGreaterThan(at);
    }
  });

  it('notes when a symbol is first asked for before it subscribes, so that a kill before the first save leaves no hole', async () => {
    const first = serve('binance');
    await first.start();
    // What a run leaves that is killed now.
    const state = await AdapterStateLog.open(bus, {
      exchange: 'binance',
      instance: '',
      source: 'the spec',
      log: keptLog(),
    });
    const left = await state.restore();
    await state.close();
    expect([...left.keys()]).toEqual(['BTC/USDT', 'ETH/USDT', 'SOL/USDT']);
    for (const known of left.values())
      expect(known).toEqual({
        lastTradeId: null,
        lastTimestamp: null,
        openGaps: [],
        begunAt: expect.any(Number) as number,
      });
  });

  it('follows its symbols file without disturbing the symbols that stay', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'adapter-'));
    const path = join(directory, 'symbols');
    await writeFile(path, 'BTC/USDT');
    const log = keptLog();
    const service = serve('binance', { SYMBOLS_FILE: path }, log);
    await service.start();
    await until(() => isReady(service) && ticks().length > 5);
    await writeFile(path, 'BTC/USDT\nSOL/USDT\nNOSUCH/USD\n');
    await until(() => new Set(ticks().map(({ symbol }) => symbol)).size === 2 && isReady(service), 20_000);
    expect(log.sentences).toContain('Binance does not list NOSUCH/USD: skipped.');
    expect(log.sentences.filter((sentence) => sentence === 'Connected to Binance.')).toHaveLength(1);
    expect(records.filter(isGap)).toEqual([]);
    await rm(directory, { recursive: true });
  });

  it('skips symbols that the venue does not list with a line, and refuses those named for it', async () => {
    const log = keptLog();
    await serve('binance', { SYMBOLS: 'BTC/USDT,NOSUCH/USD' }, log).start();
    expect(log.sentences).toContain('Binance does not list NOSUCH/USD: skipped.');
    const strict = serve('kraken', { KRAKEN_SYMBOLS: 'BTC/UST' });
    await expect(strict.start()).rejects.toThrow(
      /^Kraken does not list BTC\/UST; the nearest names are BTC\/USD/,
    );
  });
});

describe('an adapter service whose venue cannot be reached', () => {
  it('reports a symbol that was named for the venue by mistake when the venue answers, as a start would have', async () => {
    const simulator = await startVenueSimulator({ seed: 7, tradesPerSecond: 1, symbols, historyMs: 10_000 });
    const bus = createInProcessBus({ dataDir: null });
    const venue = testVenue('binance');
    const endpoint = simulator.endpoints.get('binance');
    const config = adapterConfig(
      {
        BINANCE_SYMBOLS: 'BTC/UST',
        WS_URL: endpoint?.webSocketUrl,
        REST_URL: endpoint?.restUrl,
        RECONNECT_BASE_MS: '20',
      },
      venue,
    );
    let reachable = false;
    const faults: Error[] = [];
    const service = createAdapterService({
      venue,
      bus,
      config,
      metrics: createMetrics(),
      log: keptLog(),
      fetch: (...request) => (reachable ? fetch(...request) : Promise.reject(new Error('no network'))),
      onFatal: (fault) => void faults.push(fault),
    });
    await service.start();
    expect(faults).toEqual([]);
    reachable = true;
    await until(() => faults.length > 0);
    expect(faults[0]).toBeInstanceOf(ConfigError);
    expect(faults[0]?.message).toMatch(/^Binance does not list BTC\/UST; the nearest names are BTC\/USD/);
    await service.stop();
    await bus.close();
    await simulator.stop();
  });

  it('says so, stays not ready, asks again and begins when the venue answers', async () => {
    const bus = createInProcessBus({ dataDir: null });
    const log = keptLog();
    let answers = 0;
    const server: Server = createServer((_request, response) => {
      answers += 1;
      response.writeHead(503).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const venue = testVenue('binance');
    const at = (restPort: number) =>
      createAdapterService({
        venue,
        bus,
        config: adapterConfig(
          {
            REST_URL: `http://127.0.0.1:${restPort}`,
            WS_URL: 'ws://127.0.0.1:9',
            RECONNECT_BASE_MS: '20',
            RECONNECT_MAX_MS: '20',
          },
          venue,
        ),
        metrics: createMetrics(),
        log,
      });
    const refused = at(port);
    await refused.start();
    await until(() => answers >= 3);
    expect(refused.checks[0]?.probe()).toEqual({
      ok: false,
      reason: `Binance at 127.0.0.1:${port} answered 503.`,
    });
    await refused.stop();
    await new Promise((resolve) => server.close(resolve));
    const unreachable = at(port);
    await unreachable.start();
    expect(log.sentences.at(-1)).toBe(
      `Binance cannot be reached at 127.0.0.1:${port} (ECONNREFUSED); trying again in 1 s.`,
    );
    await unreachable.stop();
    await bus.close();
  });
});
