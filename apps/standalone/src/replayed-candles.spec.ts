import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHistory, type SourceRequest } from '@neuraltrade/backtester';
import { type Candle, candleKey, timeframeMs } from '@neuraltrade/contracts';
import { openDuckDbStore } from '@neuraltrade/storage';
import { addressEnv, startVenueSimulator } from '@neuraltrade/venue-simulator';
import { type Venue, venueNamed } from '@neuraltrade/venues';
import { befall } from './testing/faulty-venues';
import { StandaloneProcess, temporaryDirectory } from './testing/standalone-process';

// What is waited for has deadlines of its own; this bound only ends a hang.
jest.setTimeout(180_000);

const SYMBOLS = ['BTC/USDT', 'BTC/USD'];
const TIMEFRAMES = ['1s', '5s'];
/** The processor's own. */
const LATENESS_MS = 2_000;
const SETTINGS = {
  ...{ TIMEFRAMES: TIMEFRAMES.join(','), SYMBOLS: SYMBOLS.join(','), BACKFILL_MS: '30000' },
  RECORD_FLUSH_MS: '500',
};

/** A candle but for who published it. */
type Published = Omit<Candle, 'epoch'>;

/**
 * A run of the whole pipeline under faults, recorded as a capture and as Parquet files, against the backtester's replays of it.
 */
describe('the candles of a recorded run', () => {
  let data: ReturnType<typeof temporaryDirectory>;
  let process: StandaloneProcess | undefined;
  let capture: string;
  let live: Published[];

  beforeAll(async () => {
    data = temporaryDirectory();
    capture = join(data.path, 'capture.jsonl');
    const simulator = await startVenueSimulator({
      ...{ seed: 11, tradesPerSecond: 300, symbols: SYMBOLS, historyMs: 60_000 },
    });
    try {
      const args = ['record', '--live', '--record-parquet', '--out', capture, '--port', '0'];
      const env = { ...SETTINGS, ...addressEnv(simulator.endpoints) };
      process = new StandaloneProcess([...args, '--data-dir', data.path], env);
      await befall(simulator, await process.url());
      const { code, stderr } = await process.stop('SIGINT');
      expect([code, stderr.match(/\n\s+at .+:\d+:\d+/)]).toEqual([0, null]);
    } finally {
      await simulator.stop();
    }
    live = await storedCandles(join(data.path, 'live/store'));
    for (const timeframe of TIMEFRAMES) expect(live.some((each) => each.timeframe === timeframe)).toBe(true);
    expect(live.some(({ state }) => state === 'revised')).toBe(true);
    expect(live.length).toBeGreaterThan(60);
  });
  afterAll(async () => {
    await process?.stop('SIGKILL');
    data.remove();
  });

  /** What the backtester's replay makes of a source, of every venue, symbol and timeframe of the run. */
  const replayed = async (source: SourceRequest): Promise<Published[]> => {
    const candles: Published[] = [];
    for (const exchange of new Set(live.map((each) => each.exchange))) {
      const symbols = [
        ...new Set(live.filter((each) => each.exchange === exchange).map(({ symbol }) => symbol)),
      ];
      for (const timeframe of TIMEFRAMES) {
        const history = await openHistory({ source, venue: venueNamed(exchange) as Venue }, {});
        const onCandle = (candle: Candle): void => void candles.push(published(candle));
        const timing = { latenessMs: LATENESS_MS, latencyMs: 0 };
        await history.replay({ exchange, symbols, timeframe, timing, onCandle }, () => undefined);
        await history.close();
      }
    }
    return candles;
  };

  it('are those of a replay of its capture, in every field but the epoch', async () => {
    const again = lastOf(await replayed({ kind: 'capture', files: [capture] }));
    const made = new Set(live.map(candleKey));
    // What was open when the recording ended has not been published.
    expect(again.filter((candle) => made.has(candleKey(candle)))).toEqual(lastOf(live));
    expect(again.length - live.length).toBeLessThanOrEqual(new Set(live.map(seriesOf)).size);
  });

  it.each([
    // Files hold no gap records: what is missing is told by ids alone, and not where these have holes of their own.
    ['the Parquet files that were recorded, but for completeness', 'parquet'],
    ['its store, but for how often each was published', 'store'],
  ] as const)('are those of a replay of %s', async (_, kind) => {
    const path = kind === 'store' ? data.path : join(data.path, 'live/parquet');
    const again = lastOf(await replayed(kind === 'store' ? { kind, path, live: true } : { kind, path }));
    const [made, closed] = [new Set(again.map(candleKey)), new Set(live.map(candleKey))];
    const contents = (candles: readonly Published[], others: ReadonlySet<string>): object[] =>
      candles
        .filter((candle) => others.has(candleKey(candle)))
        .map((candle) => ({ ...content(candle), ...(kind === 'parquet' && { complete: true }) }));
    expect(contents(again, closed)).toEqual(contents(lastOf(live), made));
    const newest = new Map(lastOf(live).map((candle) => [seriesOf(candle), candle.timestamp]));
    const newestBeside = (candle: Published): number => newest.get(seriesOf(candle)) ?? -Infinity;
    // A candle is not made when no stored trade shows that it was watched to its end and the lateness,
    for (const candle of live.filter((each) => !made.has(candleKey(each))))
      expect(candle.timestamp + LATENESS_MS + lengthOf(candle)).toBeGreaterThan(newestBeside(candle));
    // and one that was open when the recording ended had not been published.
    for (const candle of again.filter((each) => !closed.has(candleKey(each))))
      expect(candle.timestamp).toBeGreaterThan(newestBeside(candle));
    expect(made.size).toBeGreaterThan(live.length / 2);
  });

  it('are others when the capture lacks the trades that were fetched', async () => {
    const lines = readFileSync(capture, 'utf8').split('\n');
    const without = join(data.path, 'without.jsonl');
    writeFileSync(without, lines.filter((line) => !line.includes('"event":"rest"')).join('\n'));
    expect(lastOf(await replayed({ kind: 'capture', files: [without] }))).not.toEqual(lastOf(live));
  });
});

/** The newest revision of every candle of a store that nobody has open. */
async function storedCandles(directory: string): Promise<Published[]> {
  const store = await openDuckDbStore({ directory });
  try {
    const candles: Published[] = [];
    for (const place of await store.tickSymbols())
      for (const timeframe of TIMEFRAMES)
        candles.push(...(await store.candles({ ...place, timeframe, limit: 5_000 })).map(published));
    return candles;
  } finally {
    await store.close();
  }
}

function published({ epoch: _epoch, ...candle }: Candle): Published {
  return candle;
}

function content({ state: _state, revision: _revision, ...candle }: Published): object {
  return candle;
}

function seriesOf({ exchange, symbol, timeframe }: Published): string {
  return `${exchange} ${symbol} ${timeframe}`;
}

function lengthOf({ timeframe }: Published): number {
  return timeframeMs(timeframe) as number;
}

/** The last publication of each interval, by series and time. */
function lastOf(candles: readonly Published[]): Published[] {
  const last = new Map(candles.map((candle) => [candleKey(candle), candle]));
  return [...last.keys()].sort().map((key) => last.get(key) as Published);
}
