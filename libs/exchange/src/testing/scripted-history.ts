import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fetch } from '../rest-get';

/** One answer of a scripted venue: what to send, or null to cut the connection without a word. */
export interface ScriptedAnswer {
  /** HTTP status. */
  readonly status: number;
  /** Sent as JSON, text as it stands. */
  readonly body: unknown;
  /** Additional headers. */
  readonly headers?: Record<string, string>;
}

/** Answers a request; null cuts the connection. */
export type Answerer = (url: URL) => ScriptedAnswer | Promise<ScriptedAnswer> | null;

/** A venue's REST side on 127.0.0.1 that answers as the test says. */
export interface ScriptedHistory {
  /** Scheme, host and port. */
  readonly url: string;
  /** Every request so far: its path with query, and when it came by the test's clock. */
  readonly requests: { readonly path: string; readonly at: number }[];
  /** Answers for the next requests, used up one by one before `answer`. */
  readonly next: Answerer[];
  /** Frees the port. */
  stop(): Promise<void>;
}

/** Starts it. @param answer answers whatever `next` does not. @param now stamps requests. */
export async function scriptedHistory(answer: Answerer, now: () => number): Promise<ScriptedHistory> {
  const requests: { path: string; at: number }[] = [];
  const next: Answerer[] = [];
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://venue.test');
    requests.push({ path: url.pathname + url.search, at: now() });
    void Promise.resolve((next.shift() ?? answer)(url)).then((given) => {
      if (given === null) {
        request.socket.destroy();
        return;
      }
      const { status, body, headers } = given;
      response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    next,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The same without a network: answers come within a few turns of the event loop, whatever else the machine does. */
export function scriptedFetch(
  answer: Answerer,
  now: () => number,
): Omit<ScriptedHistory, 'stop'> & { fetch: Fetch } {
  const requests: { path: string; at: number }[] = [];
  const next: Answerer[] = [];
  const fetch: Fetch = async (address) => {
    const url = new URL(address);
    requests.push({ path: url.pathname + url.search, at: now() });
    const given = await (next.shift() ?? answer)(url);
    if (given === null) throw new Error('socket hang up');
    const { status, body, headers = {} } = given;
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });
  };
  return { url: 'http://venue.test', requests, next, fetch };
}

/** Binance's answer: trades by id from the first one on, or the newest; `timeOf` gives a trade's time, ms UTC. */
export function binanceHistory(ids: readonly number[], timeOf: (id: number) => number): Answerer {
  return ({ searchParams }) => {
    const limit = Number(searchParams.get('limit'));
    const from = searchParams.get('fromId');
    const found = from === null ? ids.slice(-limit) : ids.filter((id) => id >= Number(from)).slice(0, limit);
    const body = found.map((id) => ({
      id,
      price: '100.00',
      qty: '0.5',
      quoteQty: '50',
      time: timeOf(id),
      isBuyerMaker: false,
      isBestMatch: true,
    }));
    return { status: 200, body };
  };
}

/** Coinbase's answer: the newest trades below the cursor, newest first. */
export function coinbaseHistory(ids: readonly number[], timeOf: (id: number) => number): Answerer {
  return ({ searchParams }) => {
    const after = Number(searchParams.get('after') ?? Infinity);
    const found = ids.filter((id) => id < after).slice(-Number(searchParams.get('limit')));
    const body = found.reverse().map((id) => ({
      trade_id: id,
      side: 'sell',
      size: '0.5',
      price: '100.00',
      time: new Date(timeOf(id)).toISOString(),
    }));
    return { status: 200, body };
  };
}

/** Kraken's answer: trades from a time on, oldest first, their times cut to tenths of a millisecond. */
export function krakenHistory(ids: readonly number[], timeOf: (id: number) => number): Answerer {
  return ({ searchParams }) => {
    const since = BigInt(searchParams.get('since') ?? 0);
    const found = ids
      .filter((id) => BigInt(timeOf(id)) * 1_000_000n > since)
      .slice(0, Number(searchParams.get('count')));
    const rows = found.map((id) => ['100.0', '0.5', timeOf(id) / 1_000, 'b', 'm', '', id]);
    const last = found.at(-1);
    const cursor = last === undefined ? since : BigInt(timeOf(last)) * 1_000_000n;
    return { status: 200, body: { error: [], result: { 'BTC/USD': rows, last: String(cursor) } } };
  };
}

/** Bybit's answer: the newest 60, newest first. */
export function bybitHistory(ids: readonly string[], timeOf: (index: number) => number): Answerer {
  return () => {
    const rows = ids.map((execId, index) => ({
      execId,
      symbol: 'BTCUSDT',
      price: '100',
      size: '0.5',
      side: 'Buy',
      time: String(timeOf(index)),
      isBlockTrade: false,
      isRPITrade: false,
      seq: '1',
    }));
    const list = rows.slice(-60).reverse();
    return { status: 200, body: { retCode: 0, retMsg: 'OK', result: { category: 'spot', list } } };
  };
}
