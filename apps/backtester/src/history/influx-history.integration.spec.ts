import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Candle, isGap, type ProcessedTick } from '@neuraltrade/contracts';
import { type Influx, startInflux, whyNoInflux } from '@neuraltrade/infra';
import { createProcessing, DEFAULT_PROCESSING } from '@neuraltrade/processing';
import { createInfluxStore, openDuckDbStore } from '@neuraltrade/storage';
import type { ReplayPlan, SymbolHistory } from '../replay/market-replay';
import { liveRecords, MARKET } from '../testing/live-market';
import type { History } from './history';
import { openInfluxHistory } from './influx-history';
import { openStoreHistory } from './store-history';

const TIMEFRAMES = ['1m', '5m'];
const PLANS = TIMEFRAMES.map((timeframe): ReplayPlan => ({
  exchange: MARKET.exchange,
  symbols: [MARKET.symbol],
  timeframe,
  timing: { latenessMs: 2_000, latencyMs: 0 },
}));

const why = whyNoInflux(process.env);
jest.setTimeout(60_000);
if (why !== '') test.skip(`the history in InfluxDB (${why})`, () => undefined);
else describe('the history in InfluxDB', suite);

function suite(): void {
  const directory = mkdtempSync(join(tmpdir(), 'influx-history-'));
  let influx: Influx;
  let [inInflux, embedded]: (History | undefined)[] = [];

  beforeAll(async () => {
    influx = await startInflux({ env: process.env });
    const records = liveRecords(1, 30);
    const [ticks, candles]: [ProcessedTick[], Candle[]] = [[], []];
    const gaps = records.filter((record) => isGap(record));
    createProcessing({ ...DEFAULT_PROCESSING, timeframes: TIMEFRAMES }, 3).apply(records, {
      tick: (tick) => ticks.push(tick),
      candle: (candle) => candles.push(candle),
      gap: (gap) => gaps.push(gap),
      refuse: () => undefined,
    });
    for (const store of [createInfluxStore(influx), await openDuckDbStore({ directory })]) {
      await store.writeTicks(ticks);
      await store.writeCandles(candles);
      await store.writeGaps(gaps);
      await store.close();
    }
    inInflux = await openInfluxHistory({
      INFLUX_URL: influx.url,
      INFLUX_TOKEN: influx.token,
      INFLUX_ORG: influx.org,
      INFLUX_BUCKET: influx.bucket,
    });
    embedded = await openStoreHistory(directory, false);
  });
  afterAll(async () => {
    await Promise.all([inInflux?.close(), embedded?.close()]);
    await influx?.dispose();
    rmSync(directory, { recursive: true, force: true });
  });

  test.each(PLANS)('replays to the $timeframe candles that the embedded store gives', async (plan) => {
    const replayed = async (history: History | undefined): Promise<[Candle[], SymbolHistory[]]> => {
      const candles: Candle[] = [];
      const onCandle = (candle: Candle): unknown => candles.push(candle);
      const symbols = await history?.replay({ ...plan, onCandle }, () => undefined);
      return [candles, symbols ?? []];
    };
    const [candles, symbols] = await replayed(inInflux);
    expect(candles.length).toBeGreaterThan(4);
    expect([candles, symbols]).toEqual(await replayed(embedded));
  });

  test.each(PLANS)('has the stored $timeframe candles that the embedded store has', async (plan) => {
    const stored = await inInflux?.candles?.(plan, () => undefined);
    expect(stored?.[0]?.bars.length).toBeGreaterThan(4);
    expect(stored).toEqual(await embedded?.candles?.(plan, () => undefined));
  });
}
