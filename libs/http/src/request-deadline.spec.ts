import { getEventListeners, getMaxListeners } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerText } from './answer-text';
import { NoAnswerError, withDeadline } from './request-deadline';
import { requestFault } from './request-fault';
import { retryAfterMs } from './retry-after';

/** Longer than any of these tests. */
const FOR_EVER_MS = 60_000;

describe('a request with a deadline', () => {
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/silence') return;
      response.write('begun');
      if (request.url !== '/begun') response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const get = (path: string, timeoutMs: number, stop = new AbortController().signal): Promise<string> =>
    withDeadline({ timeoutMs, stop }, async (signal) =>
      answerText(await fetch(`${url}${path}`, { signal }), 'the test', 1_000),
    );

  test('gives the answer', async () => {
    expect(await get('/', FOR_EVER_MS)).toBe('begun');
  });

  test.each(['/silence', '/begun'])('ends at its deadline when no whole answer came: %s', async (path) => {
    const fault = await get(path, 50).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(NoAnswerError);
    expect(requestFault(fault)).toBe('no answer within 50 ms');
  });

  test('ends with the stop, also with one that came before it', async () => {
    const stop = new AbortController();
    const request = get('/silence', FOR_EVER_MS, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(request).rejects.toThrow('stopped');
    await expect(get('/', FOR_EVER_MS, stop.signal)).rejects.toThrow('stopped');
  });

  test('leaves nothing on the signal of the stop', async () => {
    const stop = new AbortController();
    for (let i = 0; i < 20; i += 1) await get('/', FOR_EVER_MS, stop.signal);
    await get('/silence', 10, stop.signal).catch(() => undefined);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  test('may be under way many times with one stop: that is no leak to warn of', async () => {
    const stop = new AbortController();
    await get('/', FOR_EVER_MS, stop.signal);
    expect(getMaxListeners(stop.signal)).toBe(Infinity);
  });

  test('says what the system said when nobody listens', async () => {
    const fault = await fetch('http://127.0.0.1:1').catch((error: unknown) => error);
    expect(requestFault(fault)).toMatch(/ECONNREFUSED|bad port/);
  });

  test('reads no answer beyond its bound', async () => {
    await expect(answerText(new Response('x'.repeat(11)), 'the test', 10)).rejects.toThrow(
      'more than 10 bytes',
    );
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 15);
  test.each([
    ['2', 2_000],
    ['1.5', 1_500],
    ['0', 0],
    [' 3 ', 3_000],
    [new Date(now + 3_000).toUTCString(), 3_000],
    [new Date(now - 3_000).toUTCString(), 0],
    ['99999999', 60_000],
    ['-1', 0],
    ['soon', 0],
    ['', 0],
    [undefined, 0],
    [['7', '8'], 7_000],
  ])('of %j', (header, waitMs) => {
    expect(retryAfterMs(header, now, 60_000)).toBe(waitMs);
  });
});
