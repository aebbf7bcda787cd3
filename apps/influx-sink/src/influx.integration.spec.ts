import type { ProcessedTick } from '@neuraltrade/contracts';
import { type Influx, startInflux, whyNoInflux } from '@neuraltrade/infra';
import { createInfluxStore, type InfluxStore } from '@neuraltrade/storage';
import { candleOf, gapOf, MINUTE, outcomeOf, signalOf, tickOf, ticksFrom } from './testing/records';
import { ScriptedStore } from './testing/scripted-store';
import { eventually, SinkRig, storedCandles } from './testing/sink-rig';

const why = whyNoInflux(process.env);

if (why !== '') test.skip(`the sink on a real InfluxDB (${why})`, () => undefined);
else describe('the sink on a real InfluxDB', suite);

function suite(): void {
  let influx: Influx;
  let rig: SinkRig;
  let token: string;
  const stores: InfluxStore[] = [];

  beforeEach(async () => {
    await begin();
  });
  afterEach(() => end());

  async function begin(retentionSeconds = 0): Promise<void> {
    influx = await startInflux({ env: process.env, retentionSeconds });
    token = influx.token;
    rig = await new SinkRig().open(open());
  }

  async function end(): Promise<void> {
    await influx.thaw();
    await rig.dispose();
    for (const store of stores.splice(0)) await store.close();
    await influx.dispose();
  }

  function open(): InfluxStore {
    const { url, org, bucket } = influx;
    const store = createInfluxStore({ url, token: () => token, org, bucket, timeoutMs: 1_000 });
    stores.push(store);
    return store;
  }

  async function storedIds(): Promise<string[]> {
    const flux = `from(bucket: "${influx.bucket}") |> range(start: 0, stop: 2262-01-01T00:00:00Z)
      |> filter(fn: (r) => r._measurement == "market_ticks" and r._field == "trade_id") |> keep(columns: ["_value"])`;
    const answer = await fetch(`${influx.url}/api/v2/query?org=${influx.org}`, {
      method: 'POST',
      headers: { authorization: `Token ${influx.token}`, 'content-type': 'application/vnd.flux' },
      body: flux,
    });
    return [...(await answer.text()).matchAll(/^,_result,\d+,(\d+)\r$/gm)].map(([, id]) => id ?? '');
  }

  async function write(line: string): Promise<void> {
    const answer = await fetch(
      `${influx.url}/api/v2/write?org=${influx.org}&bucket=${influx.bucket}&precision=ns`,
      {
        method: 'POST',
        headers: { authorization: `Token ${influx.token}` },
        body: line,
      },
    );
    if (!answer.ok) throw new Error(await answer.text());
  }

  test('500 trades of one millisecond are 500 rows, and delivered twice still 500', async () => {
    await rig.start();
    const burst = ticksFrom(1, 500).map((tick) => ({ ...tick, timestamp: MINUTE }));
    await rig.publish('ticks', burst);
    await rig.publish('ticks', burst);
    await rig.drained('ticks');
    expect(new Set(await storedIds()).size).toBe(500);
    expect(await storedIds()).toHaveLength(500);
  });

  test('a backfill of four hours into a bucket that keeps one parks what is too old, with that reason, and goes on', async () => {
    await end();
    await begin(3_600);
    const sink = await rig.start();
    const now = Date.now();
    // The bucket lets whole hours go, by its own clock: what lies about its bound is left out.
    const minutes = Array.from({ length: 240 }, (_, minute) => minute + 1).filter(
      (minute) => minute < 59 || minute > 122,
    );
    const ticks = minutes.map((minute) =>
      tickOf({ tradeId: String(minute), timestamp: now - minute * 60_000 }),
    );
    await rig.publish('ticks', ticks);
    await rig.drained('ticks');
    const young = minutes.filter((minute) => minute < 60).map(String);
    expect((await storedIds()).sort()).toEqual(young.sort());
    const [parked] = await rig.parked();
    expect(parked?.routingKey).toBe('out-of-retention');
    const kept = JSON.parse(String(parked?.body)) as ProcessedTick[];
    expect(kept.map(({ tradeId }) => Number(tradeId))).toEqual(minutes.filter((minute) => minute > 60));
    expect(sink.checks.map((check) => check.probe()).filter(({ ok }) => !ok)).toEqual([]);
  });

  test('a type conflict in line 500 of 1,000 stores 999 and parks 1 with the server’s text', async () => {
    // Another program wrote the bid as an integer two weeks earlier: the storage of that week refuses floats.
    const elsewhere = MINUTE - 14 * 86_400_000;
    await write(`market_ticks,exchange=binance,service=other,symbol=BTC_USDT bid=1i ${elsewhere}000000`);
    const batch: ProcessedTick[] = ticksFrom(1, 1_000);
    batch[499] = tickOf({ tradeId: '500', timestamp: elsewhere + 1 });
    await rig.start();
    await rig.publish('ticks', batch);
    await rig.drained('ticks');
    expect(await storedIds()).toHaveLength(999);
    const parked = await rig.parked();
    expect(parked).toHaveLength(1);
    expect(JSON.parse(parked[0]?.body.toString() ?? '')).toEqual([batch[499]]);
    expect(JSON.stringify(parked[0]?.headers)).toContain('field type conflict');
    expect(await rig.metrics.registry.getSingleMetricAsString('neuraltrade_parked_total')).toContain(
      'reason="store-refused"} 1',
    );
  });

  test('a token that is refused for a while loses nothing', async () => {
    token = 'not-the-token';
    const sink = await rig.start();
    await rig.publish('ticks', ticksFrom(1, 300));
    await rig.publish('candles', [candleOf()]);
    await eventually(() => {
      for (const { name, probe } of sink.checks.slice(0, 2)) {
        expect([name, probe().reason]).toEqual([name, expect.stringContaining('refuses the token (401)')]);
      }
    });
    await rig.publish('ticks', ticksFrom(301, 300));
    token = influx.token;
    await Promise.all([rig.drained('ticks'), rig.drained('ohlcv')]);
    expect(await storedIds()).toHaveLength(600);
    expect(await storedCandles(rig.store)).toEqual([candleOf()]);
    expect(await rig.parked()).toEqual([]);
  });

  test('a freeze, a kill -9 and a restart under load lose nothing and double nothing', async () => {
    await rig.start();
    const publish = async (first: number): Promise<void> => {
      for (let id = first; id < first + 1_000; id += 100) await rig.publish('ticks', ticksFrom(id, 100));
    };
    await publish(1);
    await influx.freeze();
    await publish(1_001);
    await eventually(async () => expect(rig.logged).toContain('warn records are not stored now'));
    await influx.thaw();
    await publish(2_001);
    await influx.kill();
    await publish(3_001);
    await influx.start();
    await influx.stop();
    await publish(4_001);
    await influx.start();
    await rig.drained('ticks');
    const ids = await storedIds();
    expect(ids).toHaveLength(5_000);
    expect(new Set(ids).size).toBe(5_000);
    expect(await rig.parked()).toEqual([]);
  });

  test('what comes again after a restart of the sink changes nothing, and an older revision does not come back', async () => {
    const revised = candleOf({ revision: 2, state: 'revised', close: 99.5 });
    const gap = gapOf();
    const first = await rig.start();
    await rig.publish('candles', [revised]);
    await rig.publish('gaps', [gap]);
    await rig.publish('signals', [signalOf()]);
    await rig.publish('outcomes', [outcomeOf()]);
    await Promise.all(
      (['ohlcv', 'events', 'signals', 'outcomes'] as const).map((queue) => rig.drained(queue)),
    );
    await first.stop();
    rig.store = new ScriptedStore(open());
    await rig.start();
    await rig.publish('candles', [candleOf({ revision: 1, state: 'revised' }), candleOf()]);
    await rig.publish('gaps', [{ ...gap, status: 'open', toTimestamp: null }]);
    await rig.publish('signals', [signalOf()]);
    await rig.publish('outcomes', [outcomeOf()]);
    await Promise.all(
      (['ohlcv', 'events', 'signals', 'outcomes'] as const).map((queue) => rig.drained(queue)),
    );
    expect(await storedCandles(rig.store)).toEqual([{ ...revised, complete: false }]);
    expect(await rig.store.signalPerformance({ from: 0, to: MINUTE + 1 })).toMatchObject([{ total: 1 }]);
    expect(await rig.store.outcomes({ from: 0, to: MINUTE + 1, limit: 9 })).toEqual([outcomeOf()]);
  });
}
