import { coreQueues, type Gap, type RawRecord } from '@neuraltrade/contracts';
import { type AdapterState, seededRandom } from '@neuraltrade/exchange';
import {
  bundles,
  eventually,
  sharedRabbitMq,
  type SharedRabbitMq,
  ServiceProcess,
  whyNoRabbitMq,
} from '@neuraltrade/infra';
import { createRabbitMqBus, type MessageBus } from '@neuraltrade/messaging';
import { createProcessing, DEFAULT_PROCESSING } from '@neuraltrade/processing';
import type { TruthRecord } from '@neuraltrade/venue-simulator';
import { nameOf, owedTrades } from './testing/owed-trades';
import { publishedState } from './testing/published-state';
import { RawRecords } from './testing/raw-records';
import { SimulatedMarket } from './testing/simulated-market';
import { PARTITIONS } from './testing/records';

const KILLS = Number(process.env['ADAPTER_KILLS'] ?? 2);
const SEED = Number(process.env['ADAPTER_SEED'] ?? 1);
/** Bybit serves the newest 60 trades only; the others serve all. The long run takes every venue. */
const VENUES = KILLS > 3 ? ['binance', 'bybit', 'coinbase', 'kraken'] : ['binance', 'bybit'];
/** Of a venue that serves no more than its newest trades, some may be lost. */
const SHORT_HISTORY = 'bybit';
const SYMBOLS = ['BTC/USDT', 'ETH/USDT', 'BTC/USD'];
/** Small, so that it is full within seconds. */
const QUEUE_MAX_BYTES = 100_000;
/** Refusals of a batch that is tried again and again: some seconds pass, and with them some saves of the state. */
const REFUSALS = 5;

/** On a busy machine services take their time to start. */
const WITHIN_MS = 60_000;

const broker = sharedRabbitMq(process.env);
jest.setTimeout(180_000 + KILLS * 20_000);
if (broker === null) test.skip(`adapters that are killed (${whyNoRabbitMq(process.env)})`, () => undefined);
else
  describe(`adapters under load that are killed at the first trade, ${KILLS} times later and once before a full queue (seed ${SEED})`, () =>
    suite(broker));

function suite(rabbitMq: SharedRabbitMq): void {
  const raw = new RawRecords(PARTITIONS);
  const started: ServiceProcess[] = [];
  /** Last published id of each symbol when its adapter was killed, and the gaps that it began with afterwards. */
  const resumed: { readonly claimed: AdapterState; readonly opened: readonly Gap[] }[] = [];
  const overclaimed: string[] = [];
  const exits: (number | null)[] = [];
  let url: string;
  let bus: MessageBus;
  let market: SimulatedMarket;
  let told: readonly TruthRecord[] = [];

  const start = (venue: string): ServiceProcess => {
    const adapter = new ServiceProcess(`dist/apps/adapter-${venue}/main.cjs`, {
      ...market.env,
      AMQP_URLS: url,
      HTTP_PORT: '0',
      PARTITIONS: String(PARTITIONS),
      SYMBOLS: SYMBOLS.join(','),
      QUEUE_MAX_BYTES: String(QUEUE_MAX_BYTES),
      BATCH_FLUSH_MS: '20',
      RECONNECT_BASE_MS: '50',
      RECONNECT_MAX_MS: '500',
    });
    started.push(adapter);
    return adapter;
  };

  /** Something new comes from a venue. */
  const works = async (venue: string): Promise<void> => {
    const before = raw.count(venue);
    await eventually(() => raw.count(venue) > before + 50, `trades of ${venue}`, WITHIN_MS);
  };

  /** Kills an adapter, looks whether all that its state claims was published, and starts it again. */
  const killed = async (venue: string, adapter: ServiceProcess): Promise<ServiceProcess> => {
    await adapter.stop('SIGKILL');
    raw.release();
    const claimed = (await publishedState(bus, venue)) ?? new Map();
    const missing = (): string[] => unpublished(venue, claimed, raw);
    await eventually(() => missing().length === 0, 'all that is claimed').catch(() => undefined);
    overclaimed.push(...missing());
    const restarted = start(venue);
    const before = raw.records.map((records) => records.length);
    const opened = (): Gap[] =>
      raw.records
        .flatMap((records, partition) => records.slice(before[partition]))
        .filter((record): record is Gap => 'gapId' in record && record.status === 'open')
        .filter(({ exchange }) => exchange === venue);
    await eventually(
      () => new Set(opened().map(({ symbol }) => symbol)).size >= claimed.size,
      'a gap each',
      WITHIN_MS,
    );
    resumed.push({ claimed, opened: opened() });
    return restarted;
  };

  beforeAll(async () => {
    const apps = VENUES.map((venue) => `apps/adapter-${venue}`);
    [url] = await Promise.all([rabbitMq.takeVirtualHost(), bundles([...apps, 'tools/simulate'])]);
    market = new SimulatedMarket({ tradesPerSecond: 400, symbols: SYMBOLS });
    await market.isReady();
    bus = createRabbitMqBus({
      ...{ urls: [url], heartbeatS: 5, connectTimeoutMs: 5_000, reconnectBaseMs: 50, reconnectMaxMs: 200 },
      log: { info: () => undefined, warn: () => undefined },
    });
    await bus.declare(coreQueues(PARTITIONS, QUEUE_MAX_BYTES));
    await raw.start(bus);
    const random = seededRandom(SEED);
    const adapters = new Map(VENUES.map((venue) => [venue, start(venue)]));
    const [first = ''] = VENUES;
    // As a rule before it has saved anything of what it published.
    await eventually(() => raw.count(first) > 0, 'a first trade', WITHIN_MS);
    adapters.set(first, await killed(first, adapters.get(first) as ServiceProcess));
    await Promise.all(VENUES.map(works));
    for (let kill = 0; kill < KILLS; kill += 1) {
      const venue = VENUES[kill % VENUES.length] as string;
      await works(venue);
      await new Promise((resolve) => setTimeout(resolve, random() * 1_000));
      adapters.set(venue, await killed(venue, adapters.get(venue) as ServiceProcess));
    }
    const refused = adapters.get(first) as ServiceProcess;
    raw.hold();
    await eventually(
      async () =>
        (await refused.metric('messages_nacked_total', 'stage="adapter",reason="queue-full"')) >= REFUSALS,
      'a full queue',
      WITHIN_MS,
    );
    adapters.set(first, await killed(first, refused));
    await Promise.all(VENUES.map(works));
    await market.hold();
    await eventually(
      () => [...raw.gaps.values()].every(({ status }) => status !== 'open'),
      () =>
        `closed gaps; open: ${[...raw.gaps.values()]
          .filter((gap) => gap.status === 'open')
          .map(({ gapId }) => gapId)
          .join(', ')}`,
    ).catch(() => undefined);
    exits.push(...(await Promise.all([...adapters.values()].map((adapter) => adapter.stop()))));
    told = market.told();
    const quiet = async (): Promise<boolean> => {
      const depths = await Promise.all(
        raw.records.map((_, partition) => bus.depth(`processor.raw.${partition}`)),
      );
      return depths.every(({ ready }) => ready === 0) && missingIn(raw.trades, told).every(isExcused);
    };
    // What is missing then is told by the facts below.
    await eventually(quiet, 'every trade', WITHIN_MS).catch(() => undefined);
  });
  afterAll(async () => {
    await Promise.all(started.map((adapter) => adapter.stop('SIGKILL')));
    await bus?.close();
    await market?.dispose();
  });

  /** Whether a trade that nobody published lies in a gap that names it as lost. */
  const isExcused = ({ exchange, symbol, timestamp }: TruthRecord): boolean =>
    [...raw.gaps.values()].some(
      (gap) =>
        gap.status === 'unfillable' &&
        gap.exchange === exchange &&
        gap.symbol === symbol &&
        gap.fromTimestamp <= timestamp &&
        timestamp <= (gap.toTimestamp ?? -Infinity),
    );

  test('every trade that a venue told or served is on market.raw, or named as lost where the venue serves no more', () => {
    expect(told.length).toBeGreaterThan(500);
    const missing = missingIn(raw.trades, told);
    expect(missing.filter(({ exchange }) => exchange !== SHORT_HISTORY)).toEqual([]);
    expect(missing.filter((trade) => !isExcused(trade))).toEqual([]);
  });

  test('the processor takes each of them once', () => {
    const taken = processed(raw.records);
    expect(taken.length).toBe(new Set(taken).size);
    expect(new Set(taken)).toEqual(raw.trades);
  });

  test('every gap is closed, as filled where the venue serves its trades', () => {
    const gaps = [...raw.gaps.values()];
    expect(gaps.length).toBeGreaterThan(KILLS);
    expect(gaps.filter(({ status }) => status === 'open')).toEqual([]);
    expect(gaps.filter((gap) => gap.status === 'unfillable' && gap.exchange !== SHORT_HISTORY)).toEqual([]);
  });

  test('an adapter goes on behind the last trade that its state names, with a gap for each symbol', () => {
    expect(resumed).toHaveLength(KILLS + 2);
    for (const { claimed, opened } of resumed) {
      expect(claimed.size).toBeGreaterThan(0);
      for (const [symbol, { lastTradeId, openGaps }] of claimed) {
        const ids = opened.filter((gap) => gap.symbol === symbol).map(({ afterTradeId }) => afterTradeId);
        for (const { afterTradeId } of openGaps) expect(ids).toContain(afterTradeId);
        if (openGaps.every(({ beforeTradeId }) => beforeTradeId !== null)) expect(ids).toContain(lastTradeId);
      }
    }
  });

  test('no state claims a trade that the broker had not confirmed', () => {
    expect(overclaimed).toEqual([]);
  });

  test('adapters that are stopped at the end leave in order and have said nothing on standard error', () => {
    expect(exits).toEqual(VENUES.map(() => 0));
    expect(started.map(({ stderr }) => stderr).join('')).toBe('');
  });
}

/** Trades that a state claims and that nobody got: the newest one, and where ids are consecutive all before it. */
function unpublished(venue: string, state: AdapterState, raw: RawRecords): string[] {
  return [...state].flatMap(([symbol, { lastTradeId, openGaps }]) => {
    if (lastTradeId === null) return [];
    const name = (id: bigint): string => `${venue}:${symbol}:${id}`;
    const ids = [...raw.trades].filter((trade) => trade.startsWith(`${venue}:${symbol}:`));
    const lowest = ids
      .map((trade) => BigInt(trade.split(':')[2] ?? 0))
      .reduce((one, two) => (one < two ? one : two), BigInt(lastTradeId));
    const claims: bigint[] = [BigInt(lastTradeId)];
    if (venue !== SHORT_HISTORY)
      for (let id = lowest; id < BigInt(lastTradeId); id += 1n)
        if (!openGaps.some((gap) => isIn(gap, id))) claims.push(id);
    return claims.map(name).filter((trade) => !raw.trades.has(trade));
  });
}

function isIn({ afterTradeId, beforeTradeId }: Gap, id: bigint): boolean {
  return id > BigInt(afterTradeId ?? 0) && (beforeTradeId === null || id < BigInt(beforeTradeId));
}

/** Trades that were told and not published. */
function missingIn(trades: ReadonlySet<string>, told: readonly TruthRecord[]): TruthRecord[] {
  return owedTrades(told, trades).filter(
    (trade) => VENUES.includes(trade.exchange) && !trades.has(nameOf(trade)),
  );
}

/** 'exchange:symbol:id' of every tick that the processing hands out. */
function processed(partitions: readonly (readonly RawRecord[])[]): string[] {
  const ticks: string[] = [];
  for (const records of partitions) {
    createProcessing(DEFAULT_PROCESSING, 0).apply(records, {
      tick: (tick) => ticks.push(nameOf(tick)),
      candle: () => undefined,
      gap: () => undefined,
      refuse: (_, reason, detail) => {
        throw new Error(`${reason}: ${detail}`);
      },
    });
  }
  return ticks;
}
