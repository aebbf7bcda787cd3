import type { IncomingMessage, ServerResponse } from 'node:http';
import { RetryableError } from '@neuraltrade/contracts';
import type { Metrics } from '@neuraltrade/metrics';
import { ExpectedError } from './expected-error';

/** One condition of being ready: a socket is open, a consumer is attached, the last write went well. */
export interface Check {
  /** Short and stable: 'bus', 'store', 'binance'. */
  readonly name: string;
  /** Reads state that is already known; it must be quick and asks no peer. */
  readonly probe: () => CheckResult;
}

/** What a check found. */
export interface CheckResult {
  /** Whether this part can do its job now. */
  readonly ok: boolean;
  /** One sentence; empty when ok. */
  readonly reason: string;
}

/** A page of the service's own beside them: figures that people ask for, as JSON. */
export interface Page {
  /** Its path ('/performance'). */
  readonly path: string;
  /**
   * What it shows. @throws ExpectedError when the query is wrong, RetryableError when a peer does not answer now: each with a
   * sentence for whoever asks.
   */
  readonly answer: (query: URLSearchParams) => Promise<object>;
}

/** Answers /health/live, /health/ready, /metrics and the service's own pages; false when the request asks for something else and is untouched. */
export type Operations = (request: IncomingMessage, response: ServerResponse) => boolean;

/** What the operations page is made of. */
export interface OperationsOptions {
  /** What /metrics renders. */
  readonly metrics: Metrics;
  /** The checks of this moment; ready means that all are ok. */
  readonly checks: () => readonly Check[];
  /** Further pages of this moment; absent = none. */
  readonly pages?: () => readonly Page[];
}

/** The request handler for health and metrics, for a server of its own or in front of another handler. */
export function createOperations({ metrics, checks, pages = () => [] }: OperationsOptions): Operations {
  return (request, response) => {
    const path = pathOf(request);
    switch (path) {
      case '/health/live':
        // Answering at all is the proof: the event loop turns. A peer's outage must never restart us.
        if (isRead(request, response)) sendJson(response, 200, { live: true });
        return true;
      case '/health/ready':
        if (isRead(request, response)) sendReadiness(response, checks());
        return true;
      case '/metrics':
        if (isRead(request, response)) void sendMetrics(response, metrics);
        return true;
      default: {
        const page = pages().find((one) => one.path === path);
        if (page !== undefined && isRead(request, response)) void sendPage(request, response, page);
        return page !== undefined;
      }
    }
  };
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

function isRead(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method === 'GET' || request.method === 'HEAD') return true;
  response.setHeader('Allow', 'GET, HEAD');
  sendJson(response, 405, {
    error: { code: 'method-not-allowed', message: 'Only GET and HEAD are served here.' },
  });
  return false;
}

function sendReadiness(response: ServerResponse, checks: readonly Check[]): void {
  const results = checks.map(({ name, probe }) => ({ name, ...tryProbe(probe) }));
  const ready = results.every(({ ok }) => ok);
  sendJson(response, ready ? 200 : 503, { ready, checks: results });
}

function tryProbe(probe: Check['probe']): CheckResult {
  try {
    const { ok, reason } = probe();
    return { ok, reason };
  } catch (error) {
    return {
      ok: false,
      reason: `The check itself failed: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

async function sendMetrics(response: ServerResponse, { registry }: Metrics): Promise<void> {
  try {
    const page = await registry.metrics();
    response.writeHead(200, { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' });
    response.end(page);
  } catch {
    sendJson(response, 500, {
      error: { code: 'metrics-failed', message: 'The metrics could not be collected.' },
    });
  }
}

async function sendPage({ url = '' }: IncomingMessage, response: ServerResponse, page: Page): Promise<void> {
  const question = url.indexOf('?');
  const query = new URLSearchParams(question === -1 ? '' : url.slice(question));
  try {
    sendJson(response, 200, await page.answer(query));
  } catch (error) {
    if (error instanceof ExpectedError)
      sendJson(response, 400, { error: { code: 'bad-request', message: error.message } });
    else if (error instanceof RetryableError)
      sendJson(response, 503, { error: { code: 'unavailable', message: error.message } });
    else sendJson(response, 500, { error: { code: 'internal', message: 'The page could not be made.' } });
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}
