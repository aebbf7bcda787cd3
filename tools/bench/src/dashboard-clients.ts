import { monitorEventLoopDelay } from 'node:perf_hooks';
import { ExpectedError } from '@neuraltrade/service';
import { WebSocket } from 'ws';
import { SERIES, tick } from './bench-ticks';
import { type Distribution, distributionOf } from './distribution';

/** Connections that are opened at once. */
const AT_ONCE = 50;
/** After the snapshots, before the measurement: what is compiled then is not what lasts, ms. */
const SETTLE_MS = 3_000;
const CONNECT_WITHIN_MS = 60_000;
const TIMESTAMPS = /"timestamp":(\d+)/g;

/** What many clients of one gateway saw. */
export interface ClientsReport {
  /** Connected clients. */
  readonly clients: number;
  /** Time until all of them were connected and had all their snapshots, ms. */
  readonly connectedMs: number;
  /** Every trade of the tapes from its match to the client, ms. */
  readonly trade: Distribution;
  /** The newest price of every symbol that changed, from its match to the client, ms. */
  readonly price: Distribution;
  /** Messages a second, of all clients together. */
  readonly messagesPerSecond: number;
  /** Bytes a second, of all clients together. */
  readonly bytesPerSecond: number;
  /** Clients that the gateway closed, for whatever reason. */
  readonly closed: number;
  /** Trades of the tapes that the gateway left out because a client was behind. */
  readonly skipped: number;
  /** How late the clients' own process was: part of the delays is its own, ms. */
  readonly ownDelayP99Ms: number;
}

/** Whom to connect to, how many, and for how long. */
export interface ClientsRequest {
  /** Where the gateway is (http). */
  readonly url: string;
  /** How many clients. */
  readonly clients: number;
  /** Length of the measurement, s. */
  readonly seconds: number;
}

/**
 * Connects clients that follow what the page follows: prices, pipeline, signals, and of one symbol candles, tape and gaps.
 * @param onMeasuring told when all are connected and settled.
 * @throws ExpectedError when one of them is not let in or not answered.
 */
export async function runClients(
  { url, clients, seconds }: ClientsRequest,
  onMeasuring: () => void,
): Promise<ClientsReport> {
  const trades: number[] = [];
  const prices: number[] = [];
  const counts = { measuring: false, messages: 0, bytes: 0, closed: 0, skipped: 0 };
  const begun = performance.now();
  const sockets: WebSocket[] = [];
  const hear = (data: Buffer): void => {
    if (!counts.measuring) return;
    counts.messages += 1;
    counts.bytes += data.length;
    const text = data.toString('latin1');
    const delays = text.startsWith('{"type":"trades"')
      ? trades
      : text.startsWith('{"type":"prices"')
        ? prices
        : null;
    if (delays === null || text.includes('"from":null')) return;
    if (delays === trades) counts.skipped += Number(/"skipped":(\d+)/.exec(text)?.[1] ?? 0);
    const now = Date.now();
    for (const [, timestamp] of text.matchAll(TIMESTAMPS)) delays.push(now - Number(timestamp));
  };
  try {
    for (let first = 0; first < clients; first += AT_ONCE) {
      const batch = Array.from({ length: Math.min(AT_ONCE, clients - first) }, (_, index) =>
        connect(url, first + index, hear, () => (counts.closed += 1)),
      );
      sockets.push(...(await Promise.all(batch)));
    }
    const connectedMs = Math.round(performance.now() - begun);
    await pause(SETTLE_MS);
    const own = monitorEventLoopDelay({ resolution: 10 });
    own.enable();
    counts.measuring = true;
    onMeasuring();
    await pause(seconds * 1_000);
    counts.measuring = false;
    own.disable();
    const perSecond = (count: number): number => Math.round(count / seconds);
    return {
      clients: sockets.length,
      connectedMs,
      trade: distributionOf(trades),
      price: distributionOf(prices),
      messagesPerSecond: perSecond(counts.messages),
      bytesPerSecond: perSecond(counts.bytes),
      closed: counts.closed,
      skipped: counts.skipped,
      ownDelayP99Ms: Math.round(own.percentile(99) / 1e6),
    };
  } finally {
    for (const socket of sockets) socket.removeAllListeners('close').terminate();
  }
}

/** Resolves when the answer to every subscription has come. */
function connect(
  url: string,
  index: number,
  hear: (data: Buffer) => void,
  onClosed: () => void,
): Promise<WebSocket> {
  const { exchange, symbol } = tick(index % SERIES);
  const channels = [
    { channel: 'prices' },
    { channel: 'pipeline' },
    { channel: 'signals' },
    { channel: 'candles', exchange, symbol, timeframe: '1m' },
    { channel: 'trades', exchange, symbol },
    { channel: 'gaps', exchange, symbol },
  ];
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, { perMessageDeflate: false });
    const unanswered = new Set(channels.map(({ channel }) => channel));
    const fail = (why: string): void =>
      reject(new ExpectedError(`Client ${index} of the gateway at ${url} ${why}.`));
    const deadline = setTimeout(() => fail(`has no answer for ${[...unanswered].join()}`), CONNECT_WITHIN_MS);
    socket.on('open', () => {
      for (const channel of channels) socket.send(JSON.stringify({ op: 'subscribe', ...channel }));
    });
    socket.on('message', (data: Buffer) => {
      if (unanswered.size === 0) return hear(data);
      unanswered.delete(/^\{"type":"([a-z]+)"/.exec(data.toString('latin1', 0, 40))?.[1] ?? '');
      if (unanswered.size > 0) return;
      clearTimeout(deadline);
      resolve(socket);
    });
    socket.on('close', (code) => {
      fail(`was closed with ${code}`);
      onClosed();
    });
    socket.on('error', ({ message }) => fail(`cannot connect: ${message}`));
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
