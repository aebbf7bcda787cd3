import { PermanentError } from '@neuraltrade/contracts';
import { type Influx, startInflux, whyNoInflux } from '@neuraltrade/infra';
import fc from 'fast-check';
import signalPerformance from '../../../../queries/signal_performance.flux';
import { OutOfRetentionError } from '../store-errors';
import { InfluxBucket } from '../testing/influx-bucket';
import { candleOf, gapOf, MINUTE, outcomeOf, signalOf, tickOf } from '../testing/records';
import type { InfluxStore } from './influx-store';
import { instant } from './flux-query';
import { stringField, tagValue } from './line-protocol';
import type { InfluxStoreOptions } from './options';

const why = whyNoInflux(process.env);
const HOUR_MS = 3_600_000;
/** Pairs of texts that are written as a tag and a field; TEXT_RUNS=100000 is the long run. */
const TEXTS = Number(process.env['TEXT_RUNS'] ?? 250);
/** Trades of which the series are counted; SERIES_TRADES=1000000 is the long run. */
const TRADES = Number(process.env['SERIES_TRADES'] ?? 3_000);
/** How many series the bucket has: each set of tags of each measurement is one. */
const SERIES_COUNT = `import "influxdata/influxdb"
influxdb.cardinality(bucket: bucket, start: 1970-01-02T00:00:00Z)`;
/** Every value of the bucket, of whatever series, as one table. */
const EVERY_VALUE = `from(bucket: bucket) |> range(start: 0, stop: 2262-01-01T00:00:00Z) |> group()
  |> map(fn: (r) => ({r with ns: string(v: int(v: r._time))})) |> drop(columns: ["_start", "_stop", "_time"])`;
const SERIES = { exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1m', limit: 5_000 } as const;

if (why !== '') test.skip(`a real InfluxDB (${why})`, () => undefined);
else describe('the store on a real InfluxDB', suite);

function suite(): void {
  let influx: Influx;
  const stores: InfluxStore[] = [];

  beforeAll(async () => {
    influx = await startInflux({ env: process.env });
  });
  afterAll(() => influx?.dispose());
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });

  async function bucket(retentionSeconds = 0): Promise<InfluxBucket> {
    return new InfluxBucket(influx).create(retentionSeconds);
  }

  function open(on: InfluxBucket, changes: Partial<InfluxStoreOptions> = {}): InfluxStore {
    const store = on.open(changes);
    stores.push(store);
    return store;
  }

  describe('points', () => {
    test('stand where and as the table of points says', async () => {
      const on = await bucket();
      const store = open(on);
      await store.writeTicks([tickOf({ tradeId: '9007199254740993', quoted: false, quotedAt: null })]);
      await store.writeCandles([candleOf({ timeframe: '15m' })]);
      await store.writeGaps([gapOf()]);
      await store.writeSignals([signalOf()]);
      await store.writeOutcomes([outcomeOf()]);
      const place = { exchange: 'binance', symbol: 'BTC_USDT', service: 'ingestion' };
      expect(await on.points('market_ticks')).toEqual([
        expect.objectContaining({
          ...place,
          ns: `${MINUTE}740993`,
          trade_id: '9007199254740993',
          quoted: 'false',
          quoted_at: '0',
          received_at: String(MINUTE + 20),
        }),
      ]);
      expect(await on.points('market_ohlcv')).toEqual([
        expect.objectContaining({
          ...place,
          timeframe: '15m',
          ns: `${MINUTE}000000`,
          complete: 'true',
          trades: '40',
        }),
      ]);
      expect(await on.points('market_gaps')).toEqual([
        expect.objectContaining({ ...place, from: String(MINUTE), to: '0', missing: '-1', status: 'open' }),
      ]);
      expect(await on.points('ml_signals')).toEqual([
        expect.objectContaining({ ...place, signal: 'buy', risk_level: 'low', model_version: 'trend-1' }),
      ]);
      expect(await on.points('signal_outcomes')).toEqual([
        expect.objectContaining({
          ...place,
          signal: 'buy',
          status: 'hit',
          horizon: String(MINUTE + 300_000),
        }),
      ]);
    });

    test('any text of a tag or a field comes back equal, or is refused before it is sent; nothing else is stored', async () => {
      const on = await bucket();
      const sent = new Map<string, { tag: string; field: string }>();
      const refused: string[] = [];
      const nasty = fc.string({
        unit: fc.constantFrom('"', '\\', ',', '=', ' ', '\n', '\r', '\t', '#', 'é', '𝄞', 'a'),
      });
      const injection = fc.constantFrom(
        'x\nevil,t=1 v=666 2',
        'x v="1" 1\nevil v=1',
        'x\\',
        'x\\ v="1" 1',
        'x,u=1',
        '" 1\nevil v="1',
      );
      const text = fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'binary' }),
        nasty,
        fc.tuple(nasty, injection, nasty).map((parts) => parts.join('')),
      );
      fc.assert(
        fc.property(text, text, (tag, field) => {
          try {
            const line = `texts,t=${tagValue(tag)} v=${stringField(field)} ${sent.size + 1}`;
            sent.set(line, { tag, field });
          } catch (error) {
            expect(error).toBeInstanceOf(PermanentError);
            refused.push(`${tag}\u2029${field}`);
          }
        }),
        { numRuns: TEXTS },
      );
      const lines = [...sent.keys()];
      for (let from = 0; from < lines.length; from += 5_000)
        await on.write(lines.slice(from, from + 5_000).join('\n'));
      const stored = new Map(
        (await on.run(EVERY_VALUE, {})).map((row) => [
          row['ns'],
          { series: `${row['_measurement']} ${row['_field']}`, tag: row['t'], field: row['_value'] },
        ]),
      );
      expect(stored.size).toBe(sent.size);
      for (const [line, texts] of sent) {
        const found = stored.get(line.split(' ').at(-1));
        if (found?.series !== 'texts v' || found.tag !== texts.tag || found.field !== texts.field)
          expect([line, found]).toEqual([line, { series: 'texts v', ...texts }]);
      }
      expect(sent.size).toBeGreaterThan(TEXTS / 5);
      for (const one of refused) expect(one).toMatch(/\p{Cc}|\p{Surrogate}|\\.*\u2029|^\u2029|\u2029$/u);
    }, 300_000);
  });

  test('the number of series grows with venues and symbols, never with trades, their ids or their prices', async () => {
    const on = await bucket();
    const store = open(on);
    const markets = [
      ['binance', 'BTC/USDT'],
      ['binance', 'ETH/USDT'],
      ['kraken', 'BTC/USD'],
    ] as const;
    const each = Math.ceil(TRADES / markets.length);
    for (const [exchange, symbol] of markets)
      for (let from = 0; from < each; from += 5_000)
        await store.writeTicks(
          Array.from({ length: Math.min(5_000, each - from) }, (_, index) => {
            const id = from + index;
            const takerSide = (['buy', 'sell', 'unknown'] as const)[id % 3] ?? 'buy';
            const last = 100 + (id % 997);
            return tickOf({
              exchange,
              symbol,
              takerSide,
              last,
              tradeId: String(id * 7_919),
              timestamp: MINUTE + id,
            });
          }),
        );
    await store.writeGaps(
      Array.from({ length: 50 }, (_, index) => gapOf({ gapId: `binance:BTC/USDT:${index}` })),
    );
    const [row] = await on.run(SERIES_COUNT, {});
    // The gaps are one more.
    expect(Number(row?.['_value'])).toBe(markets.length + 1);
  }, 600_000);

  describe('points that are refused', () => {
    test('a field of another type is refused alone, with the server’s words', async () => {
      const on = await bucket();
      await on.write(
        `market_ticks,exchange=binance,service=ingestion,symbol=ETH_USDT bid=1i ${MINUTE}000500`,
      );
      await expect(open(on).writeTicks([tickOf()])).rejects.toMatchObject({
        name: 'PermanentError',
        reason: 'store-refused',
        message: expect.stringContaining(
          'field type conflict: input field "bid" on measurement "market_ticks"',
        ) as unknown,
      });
    });

    test('points older than the bucket keeps them are told apart from the others, which are stored', async () => {
      const on = await bucket(3_600);
      const store = open(on);
      const now = Date.now();
      const fresh = [1, 2, 3].map((id) => tickOf({ tradeId: String(id), timestamp: now - id }));
      const old = [4, 5].map((id) => tickOf({ tradeId: String(id), timestamp: now - 2 * HOUR_MS - id }));
      const batch = [fresh[0], old[0], fresh[1], old[1], fresh[2]].flatMap((tick) => tick ?? []);
      const fault = await store.writeTicks(batch).catch((error: unknown) => error);
      expect(fault).toBeInstanceOf(OutOfRetentionError);
      expect((fault as OutOfRetentionError).records).toHaveLength(2);
      expect((fault as OutOfRetentionError).records).toEqual(expect.arrayContaining(old));
      expect((await on.points('market_ticks')).map((row) => row['trade_id']).sort()).toEqual(['1', '2', '3']);
      const all = await store.writeTicks(old).catch((error: unknown) => error);
      expect((all as OutOfRetentionError).records).toHaveLength(2);
    });
  });

  describe('looking at the bucket first', () => {
    test('a store is healthy once the bucket fits, also when it holds points already', async () => {
      const on = await bucket();
      const store = open(on);
      expect(store.health()).toEqual({ ok: false, reason: 'The bucket has not been looked at yet.' });
      await store.verify();
      expect(store.health().ok).toBe(true);
      await store.writeTicks([tickOf()]);
      await store.writeCandles([candleOf()]);
      await store.writeGaps([gapOf()]);
      await store.writeSignals([signalOf()]);
      await store.writeOutcomes([outcomeOf()]);
      await store.verify();
      expect(store.health().ok).toBe(true);
    });

    test.each([
      ['market_ticks', 'bid=1i', 'holds market_ticks.bid as integer, but this version writes it as float'],
      [
        'market_ohlcv',
        'trades=1',
        'holds market_ohlcv.trades as float, but this version writes it as integer',
      ],
      ['signal_outcomes', 'status=t', 'holds signal_outcomes.status as boolean'],
      ['ml_signals', 'model_version=2', 'holds ml_signals.model_version as float'],
      [
        'market_gaps',
        'status=t',
        'holds market_gaps.status as boolean, but this version writes it as string',
      ],
    ])(
      'a bucket whose %s has %s is told in a sentence before anything is written',
      async (measurement, field, words) => {
        const on = await bucket();
        await on.write(`${measurement},exchange=kraken,symbol=BTC_USD ${field} ${MINUTE}000000`);
        const store = open(on);
        await expect(store.verify()).rejects.toMatchObject({
          name: 'RetryableError',
          needsPerson: true,
          message: expect.stringContaining(words) as unknown,
        });
        expect(store.health()).toMatchObject({
          ok: false,
          reason: expect.stringContaining(words) as unknown,
        });
      },
    );

    test('a wrong token, a missing organisation and a missing bucket are told, and it recovers by itself', async () => {
      const on = await bucket();
      await expect(open(on, { token: 'wrong-token' }).verify()).rejects.toThrow('refuses the token (401)');
      await expect(open(on, { org: 'nobody' }).verify()).rejects.toThrow(
        'organization name "nobody" not found',
      );
      const later = new InfluxBucket(influx);
      const store = open(later);
      await expect(store.verify()).rejects.toThrow(`bucket "${later.name}" not found. Create organisation`);
      await expect(store.writeTicks([tickOf()])).rejects.toMatchObject({ needsPerson: true });
      await later.create();
      await store.verify();
      await store.writeTicks([tickOf()]);
      expect(await later.points('market_ticks')).toHaveLength(1);
    });

    test('a token that may only read is told, and is enough for a store that is only read', async () => {
      const on = await bucket();
      const store = open(on, { token: await on.readToken() });
      await expect(store.verify()).rejects.toThrow(/forbid|refuse|not found/);
      await store.verify('read');
      expect(store.health().ok).toBe(true);
    });

    test('a store that is only read says what is wrong with its token, its bucket or the types in it', async () => {
      const on = await bucket();
      await expect(open(on, { token: 'wrong-token' }).verify('read')).rejects.toThrow(
        'refuses the token (401)',
      );
      await expect(open(new InfluxBucket(influx)).verify('read')).rejects.toThrow('bucket');
      await on.write(`market_ticks,exchange=kraken,symbol=BTC_USD bid=1i ${MINUTE}000000`);
      await expect(open(on).verify('read')).rejects.toThrow('holds market_ticks.bid as integer');
    });
  });

  describe('queries', () => {
    test('a text with a quote in it stays a text', async () => {
      const on = await bucket();
      const store = open(on);
      await store.writeSignals([signalOf({ modelVersion: 'x" or true) //' })]);
      const [only] = await store.signalPerformance({ from: 0, to: MINUTE + 1 });
      expect(only?.modelVersion).toBe('x" or true) //');
      // The checks in front of the queries let no such name through; this is what it would meet.
      for (const exchange of ['x" or true) //', 'x\\" or true) //', '${bucket}', 'binance"\n//']) {
        const times = { since: instant(0), until: instant(MINUTE + 1) };
        expect(await on.run(signalPerformance, { exchange, ...times })).toEqual([]);
      }
    });

    test('the 200 newest of many candles come from the end of the series, oldest first', async () => {
      const store = open(await bucket());
      const written = Array.from({ length: 1_000 }, (_, index) =>
        candleOf({ timeframe: '15m', timestamp: MINUTE + index * 900_000, close: 100 + (index % 7) / 8 }),
      );
      await store.writeCandles(written);
      expect(await store.candles({ ...SERIES, timeframe: '15m', limit: 200 })).toEqual(written.slice(800));
    });
  });

  describe('versions of candles', () => {
    test('two stores that write the same candles leave the largest version', async () => {
      const on = await bucket();
      const [one, other] = [open(on), open(on)];
      for (let revision = 0; revision < 6; revision += 1) {
        const writer = revision % 2 === 0 ? one : other;
        const state = revision === 0 ? 'final' : 'revised';
        await writer.writeCandles([candleOf({ epoch: 5, revision, state })]);
      }
      await one.writeCandles([candleOf({ epoch: 5, revision: 3, state: 'revised', close: 99.5 })]);
      await other.writeCandles([candleOf({ epoch: 4, revision: 9, state: 'revised', close: 99.5 })]);
      expect(await one.candles(SERIES)).toEqual([candleOf({ epoch: 5, revision: 5, state: 'revised' })]);
    });

    test('writes of one candle that are begun together are carried out one after the other', async () => {
      const store = open(await bucket());
      const versions = [4, 2, 5, 1, 3].map((revision) => candleOf({ revision, state: 'revised', epoch: 1 }));
      await Promise.all(versions.map((candle) => store.writeCandles([candle])));
      expect(await store.candles(SERIES)).toEqual([versions[2]]);
    });
  });

  describe('outages', () => {
    test('what was answered for is there after kill -9, and a write that was cut off is tried again to the same rows', async () => {
      const on = await bucket();
      const store = open(on, { timeoutMs: 500 });
      await store.writeTicks([tickOf({ tradeId: '1' })]);
      await influx.kill();
      await expect(store.writeTicks([tickOf({ tradeId: '2' })])).rejects.toMatchObject({
        name: 'RetryableError',
      });
      await influx.start();
      await store.writeTicks([tickOf({ tradeId: '2' })]);
      await influx.freeze();
      await expect(store.writeTicks([tickOf({ tradeId: '3' })])).rejects.toThrow('no answer within 500 ms');
      await influx.thaw();
      await store.writeTicks([tickOf({ tradeId: '3' })]);
      expect((await on.points('market_ticks')).map((row) => row['trade_id']).sort()).toEqual(['1', '2', '3']);
    });
  });
}
