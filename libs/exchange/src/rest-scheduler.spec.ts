import { keptLog, testVenue } from './testing/adapter-harness';
import { type Answerer, type ScriptedHistory, scriptedHistory } from './testing/scripted-history';
import { until } from './testing/until';
import { TEST_START } from './testing/venue-frames';
import { RestScheduler } from './rest-scheduler';
import { retryAfterMs } from './retry-after';
import { virtualTimers } from './virtual-timers';

describe('retryAfterMs', () => {
  it.each([
    ['2', 2_000],
    ['0', 0],
    [new Date(TEST_START + 3_000).toUTCString(), 3_000],
    [new Date(TEST_START - 3_000).toUTCString(), 0],
    ['99999999', 3_600_000],
    ['soon', 0],
  ])('reads %s', (header, waitMs) => {
    expect(retryAfterMs(header, TEST_START)).toBe(waitMs);
  });
});

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
  /** Lets the clock run until the work is done. */
  const done = async <T>(work: Promise<T>): Promise<T> => {
    let settled = false;
    void work.catch(() => undefined).finally(() => (settled = true));
    await until(() => {
      if (!settled) timers.advanceTo(timers.now() + 100);
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
