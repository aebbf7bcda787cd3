import { InfluxDB } from '@influxdata/influxdb-client';
import type { Candle, ProcessedTick } from '@neuraltrade/contracts';
import type { Influx } from '@neuraltrade/infra';
import { createInfluxStore } from '@neuraltrade/storage';
import { clientPoint, START, SYMBOLS, tick, VENUES } from './bench-ticks';

/** How much is written. */
export interface StoreSizes {
  /** Ticks in all. */
  readonly ticks: number;
  /** Ticks a request. */
  readonly batch: number;
  /** Whether requests are compressed. */
  readonly gzip: boolean;
}

/** The peer's rate does not change with the size, and the run is to end soon. */
const MOST_PEER_TICKS = 200_000;
const CANDLES = 50_000;
const CANDLE_BATCH = 5_000;

/** Measures the store on a running InfluxDB and tells each figure. */
export async function benchStore(
  influx: Influx,
  { ticks, batch, gzip }: StoreSizes,
  tell: (figure: object) => void,
): Promise<void> {
  const { url, token, org, bucket } = influx;
  const store = createInfluxStore({ url, token, org, bucket, ...(gzip ? { gzipAbove: 1_000 } : {}) });
  const ours = await rate(ticks, batch, (batchOf) => store.writeTicks(batchOf));
  const theirs = await clientRate(influx, Math.min(ticks, MOST_PEER_TICKS), batch);
  tell({
    figure: 'store-ticks',
    unit: 'points/s',
    value: ours,
    peer: 'influxdb-client WriteApi',
    peerValue: theirs,
    ratio: Math.round((ours / theirs) * 100) / 100,
    ticks,
    batch,
    gzip,
  });

  const written = await seconds(async () => {
    for (let first = 0; first < CANDLES; first += CANDLE_BATCH) await store.writeCandles(candles(first));
  });
  tell({
    figure: 'store-candles',
    unit: 'candles/s',
    value: Math.round(CANDLES / written),
    batch: CANDLE_BATCH,
  });
  // What a running pipeline writes each minute: one candle of each series.
  const minute = candles(0).slice(0, VENUES.length * SYMBOLS.length);
  const queries: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['writeCandles-20-repeats', () => store.writeCandles(minute)],
    ['lastPrices-minute', () => store.lastPrices({ since: START + ticks - 60_000 })],
    ['lastPrices-all', () => store.lastPrices({ since: 0 })],
    ['lastPrices-one-venue', () => store.lastPrices({ since: 0, exchange: 'kraken' })],
    [
      'candles-200',
      () => store.candles({ exchange: 'kraken', symbol: 'BTC/USDT', timeframe: '1m', limit: 200 }),
    ],
  ];
  for (const [figure, query] of queries) {
    await query();
    tell({ figure, unit: 'ms', value: Math.round((await seconds(query)) * 1_000) });
  }
  await store.close();
}

async function rate(
  ticks: number,
  batch: number,
  write: (ticks: readonly ProcessedTick[]) => Promise<void>,
): Promise<number> {
  let spent = 0;
  for (let first = 0; first < ticks; first += batch) {
    const records = Array.from({ length: Math.min(batch, ticks - first) }, (_, index) => tick(first + index));
    spent += await seconds(() => write(records));
  }
  return Math.round(ticks / spent);
}

/** The same ticks through the official client: its Point, its writer, one flush a batch, into another measurement. */
async function clientRate(
  { url, token, org, bucket }: Influx,
  ticks: number,
  batch: number,
): Promise<number> {
  const api = new InfluxDB({ url, token }).getWriteApi(org, bucket, 'ns', {
    batchSize: batch + 1,
    flushInterval: 0,
    maxRetries: 0,
    defaultTags: { service: 'ingestion' },
  });
  const written = await rate(ticks, batch, async (records) => {
    for (const record of records) {
      api.writePoint(clientPoint(record));
    }
    await api.flush();
  });
  await api.close();
  return written;
}

async function seconds(task: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await task();
  return (performance.now() - begun) / 1_000;
}

function candles(first: number): Candle[] {
  const series = VENUES.length * SYMBOLS.length;
  return Array.from({ length: CANDLE_BATCH }, (_, offset) => {
    const index = first + offset;
    return {
      exchange: VENUES[index % VENUES.length] as string,
      symbol: SYMBOLS[index % SYMBOLS.length] as string,
      timeframe: '1m',
      timestamp: START + Math.floor(index / series) * 60_000,
      open: 100,
      high: 101,
      low: 99,
      close: 100.5,
      volume: 12.5,
      trades: 40,
      vwap: 100.125,
      state: 'final',
      revision: 0,
      epoch: START,
      complete: true,
    };
  });
}
