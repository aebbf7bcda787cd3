import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  compareTradeIds,
  coreQueues,
  decodeBatch,
  type Gap,
  isClock,
  isGap,
  type RawRecord,
  type RawTick,
} from '@neuraltrade/contracts';
import { createInProcessBus, type MessageBus } from '@neuraltrade/messaging';
import { createMetrics } from '@neuraltrade/metrics';
import { startVenueSimulator, type VenueSimulator } from '@neuraltrade/venue-simulator';
import { venues } from '@neuraltrade/venues';
import { adapterConfig } from './adapter-config';
import { type AdapterService, createAdapterService } from './adapter-service';
import { keptLog, testVenue } from './testing/adapter-harness';
import { until } from './testing/until';

jest.setTimeout(60_000);

const names = venues.map(({ name }) => name);
const symbols = ['BTC/USDT', 'ETH/USDT', 'BTC/USD', 'ETH/USD'];

describe('backfilling from the venue simulator', () => {
  let directory: string;
  let simulator: VenueSimulator;
  let bus: MessageBus;
  let records: RawRecord[];
  let services: AdapterService[];

  const serve = async (name: string, env: Record<string, string> = {}): Promise<AdapterService> => {
    const venue = testVenue(name);
    const endpoint = simulator.endpoints.get(name);
    const config = adapterConfig(
      {
        SYMBOLS: symbols.join(','),
        WS_URL: endpoint?.webSocketUrl,
        REST_URL: endpoint?.restUrl,
        RECONNECT_BASE_MS: '600',
        BATCH_FLUSH_MS: '10',
        QUEUE_MAX_BYTES: '10000000',
        ...env,
      },
      venue,
    );
    const deps = { venue, bus, config, metrics: createMetrics(), log: keptLog(), random: () => 0.5 };
    const service = createAdapterService(deps);
    services.push(service);
    await service.start();
    return service;
  };

  const ofSymbol = (symbol: string): RawRecord[] =>
    records.filter((record) =>
      isClock(record) ? record.symbols.includes(symbol) : record.symbol === symbol,
    );
  const ticksOf = (found: readonly RawRecord[]): RawTick[] =>
    found.filter((record): record is RawTick => !isGap(record) && !isClock(record));
  const gaps = (): Gap[] => records.filter(isGap);
  const traded = (): string[] => [...new Set(ticksOf(records).map(({ symbol }) => symbol))];
  const allClosed = (): boolean =>
    gaps().every(
      ({ gapId, status }) =>
        status !== 'open' || gaps().some((gap) => gap.gapId === gapId && gap.status !== 'open'),
    );
  const stopped = async (service: AdapterService): Promise<void> => {
    await service.stop();
    await until(async () => {
      const queues = Array.from({ length: 8 }, (_, index) => bus.depth(`processor.raw.${index}`));
      return (await Promise.all(queues)).every(({ ready, unacked }) => ready + unacked === 0);
    });
  };

  /** Ids that the venue sent or served, from one id to another, in order. */
  const truth = async (name: string, symbol: string, from: string, to: string): Promise<string[]> => {
    await simulator.stop();
    const lines = (await readFile(join(directory, 'truth'), 'utf8')).trim().split('\n');
    return lines
      .map((line) => JSON.parse(line) as { exchange: string; symbol: string; tradeId: string })
      .filter((trade) => trade.exchange === name && trade.symbol === symbol)
      .map(({ tradeId }) => tradeId)
      .filter((id) => compareTradeIds(id, from) >= 0 && compareTradeIds(id, to) <= 0)
      .sort(compareTradeIds);
  };

  beforeEach(async () => {
    [records, services] = [[], []];
    directory = await mkdtemp(join(tmpdir(), 'backfill-'));
    simulator = await startVenueSimulator({
      seed: 11,
      // So few that the newest 60 of a symbol, all that Bybit serves, still reach back when this machine is slow.
      tradesPerSecond: 200,
      symbols,
      historyMs: 60_000,
      truthLog: join(directory, 'truth'),
    });
    bus = createInProcessBus({ dataDir: null });
    await bus.declare(coreQueues(8, 10_000_000));
    for (let partition = 0; partition < 8; partition += 1) {
      const subscription = await bus.consume(`processor.raw.${partition}`, { prefetch: 100 }, (delivery) => {
        const { records: found, faults } = decodeBatch('raw', delivery);
        expect(faults).toEqual([]);
        records.push(...found);
        subscription.ack(delivery.tag);
      });
    }
  });

  afterEach(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await bus.close();
    await simulator.stop();
    await rm(directory, { recursive: true });
  });

  it.each(names)(
    'fills what a cut socket of %s missed: every id, in order, no clock before it',
    async (name) => {
      const service = await serve(name);
      await until(() => traded().length > 1 && ticksOf(records).length > 60);
      simulator.cutClients(name);
      await until(() => gaps().length > 0);
      await until(() => allClosed() && ticksOf(records).some(({ backfilled }) => backfilled), 30_000);
      const before = ticksOf(records).length;
      await until(() => ticksOf(records).length > before + 30);
      await stopped(service);
      expect(gaps().every(({ status }) => status !== 'unfillable')).toBe(true);
      for (const symbol of traded()) {
        const found = ofSymbol(symbol);
        const ids = ticksOf(found).map(({ tradeId }) => tradeId);
        expect(ids).toEqual(await truth(name, symbol, ids[0] as string, ids.at(-1) as string));
        const opened = found.findIndex(isGap);
        const closed = found.findLastIndex(isGap);
        const between = found.slice(opened + 1, closed);
        expect(between.filter(isClock)).toEqual([]);
        const kinds = ticksOf(between).map(({ backfilled, quoted }) =>
          backfilled ? `past ${quoted}` : 'live',
        );
        expect([...kinds].sort().reverse()).toEqual(kinds);
        expect(kinds).not.toContain('past true');
      }
    },
  );

  it.each(names)('reaches back at the first connection to %s as far as the venue serves', async (name) => {
    const { reach } = testVenue(name).tradeHistory;
    // More than 60 trades a symbol, so that no venue serves them all by accident.
    await until(() => simulator.statistics().trades > 900);
    const service = await serve(name, { BACKFILL_MS: '40000' });
    await until(() => traded().length > 1 && gaps().length >= 2 * traded().length && allClosed(), 30_000);
    await stopped(service);
    for (const symbol of traded()) {
      const found = ofSymbol(symbol);
      const [opened, ...closings] = found.filter(isGap);
      expect(opened).toMatchObject({ status: 'open', afterTradeId: null, cause: 'restart' });
      const past = ticksOf(found).filter(({ backfilled }) => backfilled);
      if (reach === null) {
        expect(closings).toMatchObject([{ gapId: opened?.gapId, status: 'filled' }]);
        expect(past.length).toBeGreaterThan(10);
      } else {
        expect(past.length).toBeLessThanOrEqual(reach);
        expect(closings).toMatchObject([
          { gapId: opened?.gapId, status: 'unfillable', toTimestamp: past[0]?.timestamp },
          { fromTimestamp: past[0]?.timestamp, status: 'filled' },
        ]);
      }
      const ids = ticksOf(found).map(({ tradeId }) => tradeId);
      expect(ids).toEqual(await truth(name, symbol, ids[0] as string, ids.at(-1) as string));
    }
  });
});
