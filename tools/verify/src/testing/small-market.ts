import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import {
  type Candle,
  type Clock,
  type Gap,
  gapIdOf,
  type ProcessedTick,
  type RawTick,
} from '@neuraltrade/contracts';
import { createProcessing, DEFAULT_PROCESSING } from '@neuraltrade/processing';
import { openDuckDbStore } from '@neuraltrade/storage';
import { type Comparison, compare } from '../comparison';
import { embeddedMarket } from '../embedded-market';

/** An hour at which the small market trades, ms UTC. */
export const HOUR = Date.UTC(2026, 0, 15, 12);
const TIMEFRAMES = [
  { name: '1s', lengthMs: 1_000 },
  { name: '1m', lengthMs: 60_000 },
];
const SYMBOL = 'BTC/USDT';

/** What one look at the small market found. */
export interface Look {
  /** The counts. */
  readonly result: Comparison;
  /** Trades whose loss nothing told. */
  readonly unseen: number;
  /** The sentences. */
  readonly named: readonly string[];
}

/** How the small market differs from one in which all went well. */
export interface Changes {
  /** Statements that are run on the store. */
  readonly sql?: readonly string[];
  /** Lines of the truth log that are left out. */
  readonly without?: (line: Readonly<Record<string, unknown>>) => boolean;
  /** Lines that are added to it. */
  readonly lines?: readonly Readonly<Record<string, unknown>>[];
}

/** Two minutes of two venues, stored by the pipeline's own code, with the log of what was sent. */
export class SmallMarket {
  readonly #root: string;
  readonly #truth: readonly Record<string, unknown>[];

  private constructor(root: string, truth: readonly Record<string, unknown>[]) {
    this.#root = root;
    this.#truth = truth;
  }

  /** Makes it; {@link remove} takes its files away. */
  static async create(): Promise<SmallMarket> {
    const root = await mkdtemp(join(tmpdir(), 'neuraltrade-verify-'));
    const ticks = [...tradesOf('binance', 1), ...tradesOf('bybit', 7)];
    await storeProcessed(join(root, 'store'), ticks);
    const truth = ticks.map(({ exchange, symbol, tradeId, last, volume, takerSide, timestamp }) => ({
      exchange,
      symbol,
      tradeId,
      price: String(last),
      size: String(volume),
      takerSide,
      timestamp,
      via: 'feed',
    }));
    return new SmallMarket(root, truth);
  }

  /** Compares the store and the log after some changes, in copies. */
  async look({ sql = [], without = () => false, lines = [] }: Changes = {}): Promise<Look> {
    const folder = await mkdtemp(join(this.#root, 'look-'));
    const store = join(folder, 'store');
    await cp(join(this.#root, 'store'), store, { recursive: true });
    const database = await DuckDBInstance.create(join(store, 'market.duckdb'));
    const connection = await database.connect();
    for (const statement of sql) await connection.run(statement);
    connection.closeSync();
    database.closeSync();
    const truthFile = join(folder, 'truth.ndjson');
    const text = [...this.#truth.filter((line) => !without(line)), ...lines];
    await writeFile(truthFile, text.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const named: string[] = [];
    const { result, unseen } = await compare(
      {
        truthFile,
        stored: embeddedMarket(store),
        timeframes: TIMEFRAMES,
        faults: [],
        commanded: [],
        startedAt: HOUR,
        closedBy: HOUR + 120_000,
        consecutive: ['binance'],
        withoutIds: ['bybit'],
        scratch: folder,
      },
      (sentence) => named.push(sentence),
    );
    return { result, unseen, named };
  }

  /** Removes its files. */
  async remove(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }
}

/** 600 trades, five a second, ids in steps of `step`, prices and sizes that no double holds exactly. */
function tradesOf(exchange: string, step: number): RawTick[] {
  return Array.from({ length: 600 }, (_, index) => {
    const last = (100_000 + ((index * 7919) % 977)) / 1_000;
    const timestamp = HOUR + index * 200 + ((index * 31) % 150);
    return {
      exchange,
      symbol: SYMBOL,
      bid: last,
      ask: last,
      last,
      volume: (1 + ((index * 104_729) % 99_991)) / 1e8,
      timestamp,
      tradeId: String(1_000 + index * step),
      takerSide: index % 3 === 0 ? ('buy' as const) : ('sell' as const),
      receivedAt: timestamp + 20,
      quoted: false,
      quotedAt: null,
      backfilled: false,
    };
  });
}

async function storeProcessed(directory: string, ticks: readonly RawTick[]): Promise<void> {
  const stored: { ticks: ProcessedTick[]; candles: Map<string, Candle> } = { ticks: [], candles: new Map() };
  const outputs = {
    tick: (tick: ProcessedTick) => void stored.ticks.push(tick),
    candle: (candle: Candle) =>
      void stored.candles.set(`${candle.exchange} ${candle.timeframe} ${candle.timestamp}`, candle),
    gap: () => undefined,
    refuse: (_: unknown, reason: string, detail: string) => {
      throw new Error(`${reason}: ${detail}`);
    },
  };
  const timeframes = TIMEFRAMES.map(({ name }) => name);
  const processing = createProcessing({ ...DEFAULT_PROCESSING, timeframes }, 1);
  const gaps = ['binance', 'bybit'].map((exchange) => pastOf(exchange));
  processing.apply(gaps, outputs);
  processing.apply(ticks, outputs);
  const clocks = gaps.map(({ exchange }): Clock => ({
    exchange,
    symbols: [SYMBOL],
    timestamp: HOUR + 130_000,
    offsetMs: 0,
  }));
  processing.apply(clocks, outputs);
  const store = await openDuckDbStore({ directory });
  await store.writeTicks(stored.ticks);
  await store.writeCandles([...stored.candles.values()]);
  await store.writeGaps(gaps);
  await store.close();
}

/** The past before the first trade, filled: observation begins with it. */
function pastOf(exchange: string): Gap {
  const begin = { exchange, symbol: SYMBOL, afterTradeId: null, fromTimestamp: HOUR - 60_000 };
  return {
    gapId: gapIdOf(begin),
    ...begin,
    beforeTradeId: null,
    toTimestamp: HOUR,
    missing: null,
    cause: 'restart',
    status: 'filled',
  };
}
