import { PermanentError } from '@neuraltrade/contracts';
import { keptLog, testVenue } from './testing/adapter-harness';
import { type Answerer, type ScriptedHistory, scriptedHistory } from './testing/scripted-history';
import { until } from './testing/until';
import { TEST_START } from './testing/venue-frames';
import { RestScheduler } from './rest-scheduler';
import { virtualTimers } from './virtual-timers';

describe('the REST scheduler', () => {
  const timers = virtualTimers(TEST_START);
  let history: ScriptedHistory;
  let sentAt: number[];
  let scheduler: RestScheduler;

  const ok: Answerer = () => ({ status: 200, body: '[]' });
  const start = async (venue = 'binance', answer: Answerer = ok): Promise<void> => {
    history = await scriptedHistory(answer, () => timers.now());
    sentAt = [];
    scheduler = new RestScheduler({
      venue: testVenue(venue),
      restUrl: history.url,
      timers,
      random: () => 0.5,
      fetch: (url, init) => {
        sentAt.push(timers.now());
        return globalThis.fetch(url, init);
      },
      log: keptLog(),
      giveUpMs: 300_000,
    });
  };
  const get = (path = '/trades', weight = 1): Promise<string> =>
    scheduler.get({ path, weight }, ({ body }) => body);
  const glance = (path = '/quiet', weight = 1, wanted = (): boolean => true): Promise<string> =>
    scheduler.get({ path, weight }, ({ body }) => body, wanted, 'background');
  /** Lets the clock run until the work is done. */
  const done = async <T>(work: Promise<T>, stepMs = 100): Promise<T> => {
    let settled = false;
    void work.catch(() => undefined).finally(() => (settled = true));
    await until(() => {
      if (!settled) timers.advanceTo(timers.now() + stepMs);
      return settled;
    });
    return work;
  };
  const waits = (): number[] => sentAt.slice(1).map((at, index) => at - (sentAt[index] as number));

  afterEach(async () => {
    scheduler.stop();
    await history.stop();
  });

  it.each([
    ['seconds', () => '2'],
    ['a date', () => new Date(timers.now() + 3_000).toUTCString()],
  ])('waits as long as a 429 asks in %s', async (_form, header) => {
    await start();
    history.next.push(() => ({ status: 429, body: '', headers: { 'retry-after': header() } }));
    await expect(done(get())).resolves.toBe('[]');
    expect(waits()).toHaveLength(1);
    expect(waits()[0]).toBeGreaterThanOrEqual(2_000);
  });

  it('backs off further with each failure, up to a limit', async () => {
    await start();
    const failure: Answerer = () => ({ status: 503, body: '' });
    history.next.push(failure, () => null, failure, failure, failure, failure, failure, failure);
    await expect(done(get())).resolves.toBe('[]');
    const least = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000];
    waits().forEach((waitMs, index) => expect(waitMs).toBeGreaterThanOrEqual(least[index] as number));
    expect(Math.max(...waits())).toBeLessThan(30_000);
  });

  it('keeps the weight of requests within the limit of the venue', async () => {
    await start('kraken');
    await done(Promise.all([get(), get(), get()]));
    for (const waitMs of waits()) expect(waitMs).toBeGreaterThanOrEqual(1_000);
  });

  it('leaves alone for ten minutes a venue that says 403 for too often, and gives up no request over it', async () => {
    await start('bybit');
    history.next.push(() => ({ status: 403, body: { retMsg: 'access too frequent' } }));
    await expect(done(get(), 10_000)).resolves.toBe('[]');
    expect(waits()[0]).toBeGreaterThanOrEqual(600_000);
  });

  it('does not count the waits that the venue asked for when it gives up', async () => {
    await start();
    const banned: Answerer = () => ({ status: 418, body: '', headers: { 'retry-after': '1800' } });
    history.next.push(banned, banned);
    await expect(done(Promise.all([get(), get()]), 30_000)).resolves.toEqual(['[]', '[]']);
  });

  it('gives up a request that fails for longer than it may', async () => {
    await start('binance', () => ({ status: 429, body: '', headers: { 'retry-after': '0' } }));
    const begun = timers.now();
    await expect(done(get(), 2_000)).rejects.toThrow('Binance answered 429');
    expect(timers.now() - begun).toBeGreaterThan(250_000);
    expect(timers.now() - begun).toBeLessThan(310_000);
  });

  it('asks again for an answer that cannot be read, but not for ever', async () => {
    await start();
    history.next.push(() => ({ status: 200, body: '[{"id":1' }));
    const parse = (): Promise<unknown> =>
      scheduler.get({ path: '/trades', weight: 1 }, ({ body }) => {
        if (body !== '[]') throw new PermanentError('malformed', 'This is no list.');
        return body;
      });
    await expect(done(parse())).resolves.toBe('[]');
    expect(history.requests).toHaveLength(2);
    history.next.push(...Array.from({ length: 9 }, () => () => ({ status: 200, body: 'Hello!' })));
    await expect(done(parse())).rejects.toThrow('This is no list.');
    expect(history.requests).toHaveLength(6);
  });

  it('leaves room for another process that uses the same address, by the venue’s own count', async () => {
    await start();
    history.next.push(() => ({ status: 200, body: '[]', headers: { 'x-mbx-used-weight-1m': '5990' } }));
    await done(get('/trades', 25));
    await done(get('/trades', 25), 1_000);
    // Ours are 25 of the 5,990: what the others used may be as young as the answer.
    expect(waits()[0]).toBeGreaterThanOrEqual(59_000);
  });

  it('sends what is needed before what is in the background, whoever came first', async () => {
    await start('kraken');
    const works = [get('/1'), glance('/quiet'), get('/2'), get('/3')];
    await done(Promise.all(works));
    expect(history.requests.map(({ path }) => path)).toEqual(['/1', '/2', '/3', '/quiet']);
  });

  it('gives 500 requests in the background a tenth of the limit, and a needed one its turn at once', async () => {
    await start('coinbase');
    const works = Array.from({ length: 500 }, () => glance().catch(() => undefined));
    await until(() => {
      timers.advanceTo(timers.now() + 100);
      return history.requests.length === 12;
    });
    for (const waitMs of waits()) expect(waitMs).toBeGreaterThanOrEqual(1_000);
    const askedAt = timers.now();
    await done(get('/needed'));
    expect(history.requests.at(-1)?.path).toBe('/needed');
    expect((sentAt.at(-1) as number) - askedAt).toBeLessThan(200);
    scheduler.stop();
    await Promise.all(works);
  });

  it('tries once what is in the background, and not at all what is not wanted any more', async () => {
    await start('binance', () => ({ status: 500, body: '' }));
    await expect(done(glance())).rejects.toThrow('Binance answered 500');
    await expect(done(glance('/quiet', 1, () => false))).rejects.toThrow('not needed any more');
    expect(history.requests).toHaveLength(1);
  });

  it('neither follows redirects nor leaves the configured host', async () => {
    await start();
    history.next.push(() => ({ status: 302, body: '', headers: { location: `${history.url}/elsewhere` } }));
    await expect(done(get())).rejects.toThrow('Binance answered 302');
    expect(history.requests).toHaveLength(1);
    await expect(done(get('@elsewhere.test/trades'))).rejects.toThrow('would leave');
    expect(history.requests).toHaveLength(1);
  });

  it('takes an answer without end for a failure', async () => {
    await start();
    history.next.push(() => ({ status: 200, body: 'x'.repeat(8_400_000) }));
    await expect(done(get())).resolves.toBe('[]');
    expect(history.requests).toHaveLength(2);
  });

  it('gives a definite refusal back at once', async () => {
    await start('binance', () => ({ status: 403, body: '' }));
    await expect(done(get())).rejects.toMatchObject({ name: 'RestRefused', status: 403 });
    expect(history.requests).toHaveLength(1);
  });

  it('ends what waits when it is stopped', async () => {
    await start('binance', () => ({ status: 500, body: '' }));
    const works = [get(), get()];
    const ended = Promise.allSettled(works);
    await until(() => history.requests.length === 1);
    scheduler.stop();
    const outcomes = await ended;
    expect(
      outcomes.map((outcome) => outcome.status === 'rejected' && (outcome.reason as Error).name),
    ).toEqual(['RestStopped', 'RestStopped']);
  });
});
