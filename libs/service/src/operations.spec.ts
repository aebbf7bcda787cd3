import { RetryableError } from '@neuraltrade/contracts';
import { createMetrics } from '@neuraltrade/metrics';
import { createOperations } from './operations';
import { ExpectedError } from './expected-error';
import type { Check, Page } from './operations';
import { startOperationsServer } from './operations-server';
import type { OperationsServer } from './operations-server';

let checks: readonly Check[] = [];
let pages: readonly Page[] = [];
let server: OperationsServer;
const metrics = createMetrics();

beforeAll(async () => {
  const operations = createOperations({ metrics, checks: () => checks, pages: () => pages });
  server = await startOperationsServer({ host: '127.0.0.1', port: 0, operations });
});
afterAll(() => server.close());
afterEach(() => {
  checks = [];
});

const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${path}`, init);

describe('the operations server', () => {
  test('is ready when every check is ok', async () => {
    checks = [{ name: 'bus', probe: () => ({ ok: true, reason: '' }) }];
    const answer = await ask('/health/ready');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ ready: true, checks: [{ name: 'bus', ok: true, reason: '' }] });
  });

  test('is not ready when one check is not, or throws, and says why; it stays alive', async () => {
    checks = [
      { name: 'store', probe: () => ({ ok: false, reason: 'The last write failed.' }) },
      {
        name: 'bus',
        probe: () => {
          throw new Error('no state');
        },
      },
    ];
    const answer = await ask('/health/ready?verbose');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      ready: false,
      checks: [
        { name: 'store', ok: false, reason: 'The last write failed.' },
        { name: 'bus', ok: false, reason: 'The check itself failed: no state' },
      ],
    });
    expect((await ask('/health/live')).status).toBe(200);
  });

  test('/metrics renders the registry as Prometheus text', async () => {
    metrics.gaps.inc({ exchange: 'kraken', cause: 'sequence', status: 'open' });
    const answer = await ask('/metrics');
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await answer.text()).toContain(
      'neuraltrade_gaps_total{exchange="kraken",cause="sequence",status="open"} 1',
    );
  });

  test('HEAD is answered like GET without a body, other methods are refused', async () => {
    const head = await ask('/health/live', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const post = await ask('/health/ready', { method: 'POST', body: 'x' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('a page of the service answers as JSON; a wrong query, a peer that is away and a fault of ours each say so', async () => {
    pages = [
      {
        path: '/figures',
        answer: async (query) => {
          await Promise.resolve();
          if (query.get('days') === '0') throw new ExpectedError('days must be more.');
          if (query.get('days') === '1') throw new RetryableError('The store is away.');
          if (query.get('days') === '2') throw new Error('inside');
          return { days: query.get('days') };
        },
      },
    ];
    const answers = await Promise.all(
      ['', '?days=0', '?days=1', '?days=2'].map(async (query) => {
        const answer = await ask(`/figures${query}`);
        return [answer.status, await answer.text()];
      }),
    );
    expect(answers).toEqual([
      [200, '{"days":null}\n'],
      [400, '{"error":{"code":"bad-request","message":"days must be more."}}\n'],
      [503, '{"error":{"code":"unavailable","message":"The store is away."}}\n'],
      [500, '{"error":{"code":"internal","message":"The page could not be made."}}\n'],
    ]);
    expect((await ask('/figures', { method: 'DELETE' })).status).toBe(405);
  });

  test('any other path is 404', async () => {
    for (const path of ['/', '/health', '/metrics/x', '//metrics'])
      expect((await ask(path)).status).toBe(404);
  });

  test('a second server on its port is refused with a sentence', async () => {
    const operations = createOperations({ metrics, checks: () => [] });
    await expect(startOperationsServer({ host: '127.0.0.1', port: server.port, operations })).rejects.toThrow(
      `Port ${server.port} on 127.0.0.1 is in use by another process.`,
    );
  });

  test('an address that this machine does not have is refused with a sentence', async () => {
    const operations = createOperations({ metrics, checks: () => [] });
    await expect(startOperationsServer({ host: '192.0.2.1', port: 0, operations })).rejects.toThrow(
      'This machine has no address 192.0.2.1 to listen on.',
    );
  });
});
