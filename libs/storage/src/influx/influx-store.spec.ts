import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ScriptedInflux } from '@neuraltrade/infra';
import { candleOf, gapOf, MINUTE, tickOf } from '../testing/records';
import { createInfluxStore, type InfluxStore } from './influx-store';
import type { InfluxStoreOptions } from './options';

describe('requests of the store on InfluxDB', () => {
  let influx: ScriptedInflux;
  const stores: InfluxStore[] = [];

  beforeEach(async () => {
    influx = await ScriptedInflux.start();
  });
  afterEach(async () => {
    await influx.dispose();
    for (const store of stores.splice(0)) await store.close();
  });

  function open(changes: Partial<InfluxStoreOptions> = {}): InfluxStore {
    const store = createInfluxStore({
      url: influx.url,
      token: 'secret-token',
      org: 'the desk',
      bucket: 'b&c',
      ...changes,
    });
    stores.push(store);
    return store;
  }

  test('a batch is one request with nanosecond times, and the answer is waited for', async () => {
    const store = open();
    await store.writeTicks([tickOf({ tradeId: '1' }), tickOf({ tradeId: '2' })]);
    expect(influx.seen).toHaveLength(1);
    expect(influx.seen[0]).toMatchObject({
      url: '/api/v2/write?org=the+desk&bucket=b%26c&precision=ns',
      headers: expect.objectContaining({ authorization: 'Token secret-token' }) as unknown,
    });
    expect(influx.seen[0]?.body.trim().split('\n')).toHaveLength(2);
    expect(store.health()).toEqual({ ok: true, reason: '' });
  });

  test.each([400, 401, 404, 413, 429, 500, 503])(
    'a request that is answered %i is not repeated by the client',
    async (status) => {
      influx.answer = () => ({ status, headers: { 'retry-after': '0' } });
      await expect(open().writeTicks([tickOf()])).rejects.toThrow(String(status));
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(influx.seen).toHaveLength(1);
    },
  );

  test('nothing is kept of a request that was answered', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const store = open();
    const batch = Array.from({ length: 1_000 }, (_, index) => tickOf({ tradeId: String(index) }));
    const kept = async (writes: number): Promise<number> => {
      for (let count = 0; count < writes; count += 1) await store.writeTicks(batch);
      influx.seen.length = 0;
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = await kept(5);
    // Each body is above 200 KB.
    expect((await kept(60)) - before).toBeLessThan(6_000_000);
  });

  test('a redirect is not followed: nobody else gets the token and the data', async () => {
    const other = await ScriptedInflux.start();
    influx.answer = () => ({ status: 307, headers: { location: `${other.url}/api/v2/write` } });
    await expect(open().writeTicks([tickOf()])).rejects.toThrow('307');
    expect([influx.seen.length, other.seen.length]).toEqual([1, 0]);
    await other.dispose();
  });

  test('a lost connection is a fault that is tried again, and shows in health until a write goes well', async () => {
    const store = open();
    influx.answer = () => 'cut';
    await expect(store.writeTicks([tickOf()])).rejects.toMatchObject({ name: 'RetryableError' });
    expect(store.health()).toMatchObject({
      ok: false,
      reason: expect.stringContaining('cannot be reached') as unknown,
    });
    influx.answer = () => ({ status: 204 });
    await store.writeTicks([tickOf()]);
    expect(store.health().ok).toBe(true);
  });

  test('a request without an answer is given up and its socket cut, so that it is not carried out long after', async () => {
    influx.answer = () => 'silence';
    await expect(open({ timeoutMs: 50 }).writeTicks([tickOf()])).rejects.toThrow('no answer within 50 ms');
    const deadline = Date.now() + 10_000;
    while ((await influx.openSockets()) > 0 && Date.now() < deadline) await new Promise(setImmediate);
    expect(await influx.openSockets()).toBe(0);
  });

  test('a token that was renewed counts from the next request on, and one that cannot be read is a fault to wait for', async () => {
    const tokens = ['first', 'second'];
    const store = open({
      token: () => {
        const token = tokens.shift();
        if (token === undefined) throw new Error('no such file');
        return token;
      },
    });
    await store.writeTicks([tickOf()]);
    await store.writeTicks([tickOf()]);
    expect(influx.seen.map(({ headers }) => headers.authorization)).toEqual(['Token first', 'Token second']);
    await expect(store.writeTicks([tickOf()])).rejects.toMatchObject({
      name: 'RetryableError',
      needsPerson: true,
    });
  });

  test('bodies above a bound are compressed when told so', async () => {
    const store = open({ gzipAbove: 1_000 });
    await store.writeTicks(Array.from({ length: 100 }, (_, id) => tickOf({ tradeId: String(id) })));
    await store.writeTicks([tickOf()]);
    expect(influx.seen.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', undefined]);
    expect(influx.seen[0]?.body.trim().split('\n')).toHaveLength(100);
  });

  test('a query that is refused or fails half way is no fault of the records that it was made for', async () => {
    influx.answer = () => ({ status: 400, body: '{"message":"compilation failed"}' });
    await expect(open().writeCandles([candleOf()])).rejects.toMatchObject({ name: 'RetryableError' });
    influx.answer = () => ({
      status: 200,
      headers: { 'content-type': 'text/csv' },
      body: '#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n,engine is closed,7\r\n',
    });
    await expect(open().writeGaps([gapOf()])).rejects.toThrow('engine is closed');
    expect(influx.writes).toEqual([]);
  });

  test('after a look that took too long nothing is written: others may have written newer revisions meanwhile', async () => {
    const store = open({ lookHoldsMs: 0 });
    await expect(store.writeCandles([candleOf()])).rejects.toMatchObject({ name: 'RetryableError' });
    await expect(store.writeGaps([gapOf()])).rejects.toThrow('it is looked at again');
    expect(influx.writes).toEqual([]);
    await open().writeCandles([candleOf()]);
    expect(influx.writes).toHaveLength(1);
  });

  test('the address in sentences holds no password', async () => {
    influx.answer = () => ({ status: 500 });
    const store = open({ url: influx.url.replace('http://', 'http://user:hunter22@') });
    const fault = await store.writeTicks([tickOf({ timestamp: MINUTE })]).catch(String);
    expect(fault).toContain('answers 500');
    expect(fault).not.toContain('hunter22');
  });

  test('abort cuts what is under way, and a closed store takes nothing more', async () => {
    influx.answer = () => 'silence';
    const store = open();
    const written = store.writeTicks([tickOf()]).catch((error: unknown) => error);
    while (influx.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    store.abort();
    expect(await written).toMatchObject({ name: 'RetryableError' });
    await expect(store.writeTicks([tickOf()])).rejects.toThrow('is closed');
  });
});
