import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { dashboardQueue } from '@neuraltrade/contracts';
import type { MessageBus } from '@neuraltrade/messaging';
import type { Metrics } from '@neuraltrade/metrics';
import { type Check, listen, type Logger, type Operations } from '@neuraltrade/service';
import type { MarketStore } from '@neuraltrade/storage';
import type { DashboardMode, VenueAddress } from '../page/protocol';
import { Access } from './access';
import type { DashboardConfig } from './config';
import { capConnections } from './connection-cap';
import { FanOut } from './fan-out';
import { createRequestListener } from './http-gateway';
import { Intake } from './intake';
import { MarketHistory } from './market-history';
import { type MarketName, MarketView } from './market-view';
import { PageFiles } from './page-files';
import { SocketServer } from './socket-server';
import { StoredMarket } from './stored-market';
import { Topics } from './topics/topics';

/** What a dashboard works with. */
export interface DashboardDeps {
  /** Where live data comes from. */
  readonly bus: MessageBus;
  /** Where closed candles are. */
  readonly store: MarketStore;
  /** Resolves when the store can be read; rejects with a sentence. Absent = it needs no look first. */
  readonly storeReady?: () => Promise<void>;
  /** Where the data comes from; shown everywhere. */
  readonly mode: DashboardMode;
  /** Addresses, access and limits. */
  readonly config: DashboardConfig;
  /** Counts what was set aside. */
  readonly metrics: Metrics;
  /** Gives the token of this moment, null = none; throws while it cannot be read. Absent = that of `config` stays. */
  readonly readToken?: () => string | null;
  /** Told about faults. */
  readonly log: Logger;
  /** Our clock, ms UTC. */
  readonly now: () => number;
  /** Directory of the built page: index.html and what it names. */
  readonly pageDirectory: string;
  /** Answers health and metrics requests on the same port; true when it took the request. Absent = they are on another port. */
  readonly operations?: Operations;
  /** Told its address as soon as it is served, which is before live data can be had. */
  readonly onServed?: (url: string) => void;
  /** The symbols that are expected: they can be subscribed to before their first trade. */
  readonly symbols?: () => readonly MarketName[];
  /** Where the venues answer by REST, for tools that hold our data against theirs. */
  readonly venues?: () => readonly VenueAddress[];
}

/** A running dashboard. */
export interface Dashboard {
  /** The port that it listens on. */
  readonly port: number;
  /** Where a browser finds it. */
  readonly url: string;
  /** Whether it can do its job: its consumer is attached, its last read of the store went well. */
  readonly checks: readonly Check[];
  /** Stops intake, closes every client and the port. */
  stop(): Promise<void>;
}

/**
 * Starts the gateway: HTTP API, web page and WebSocket on one port, fed by the bus and the store.
 * @throws ExpectedError when the port cannot be had; PermanentError when the queue cannot be declared; Error when the
 *   page has not been built.
 */
export async function createDashboard(deps: DashboardDeps): Promise<Dashboard> {
  const { bus, store, mode, config, metrics, log, now } = deps;
  const page = new PageFiles(deps.pageDirectory, mode);
  const view = new MarketView(mode, now, deps.symbols, deps.venues);
  const history = new MarketHistory(store, view.candles);
  const access = new Access(config, deps.readToken);
  const clientCount = (): number => fanOut.clients.size;
  const topics = new Topics(view, () => view.summary(clientCount()));
  const fanOut = new FanOut(topics);

  const server = createServer(
    { maxHeaderSize: 8_192, headersTimeout: 10_000, requestTimeout: 30_000 },
    createRequestListener({ access, page, operations: deps.operations, view, history, clientCount, log }),
  );
  let full = false;
  capConnections(server, config.limits, (address) => {
    if (!full) log.warn({ address }, 'Connections beyond the bound are closed');
    full = true;
  });
  const port = await listen(server, { host: config.host, port: config.port, setting: 'PORT or --port' });
  const url = `http://${urlHost(config.host)}:${port}`;
  deps.onServed?.(url);
  const sockets = new SocketServer({
    server,
    access,
    limits: config.limits,
    mode,
    view,
    topics,
    fanOut,
    now,
  });
  const queue = dashboardQueue(randomUUID(), config.queueMaxBytes);
  const intake = new Intake({ bus, queue, view, metrics, log });
  const stored = new StoredMarket({ store, ready: deps.storeReady, view, now, log });
  // Whether the store is back must not depend on somebody who asks: nobody is sent to a dashboard that is not ready.
  history.onFault = () => stored.startLater();
  stored.onRead = () => history.mended();
  const stop = async (): Promise<void> => {
    stored.stop();
    await intake.stop();
    sockets.stop();
    await closeServer(server);
  };
  try {
    // A replay's store begins empty, and its times must not be compared with today.
    if (mode !== 'replay') await stored.start();
    await intake.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, url, checks: checksOf(intake, () => history.lastFault() || stored.lastFault()), stop };
}

function checksOf(intake: Intake, historyFault: () => string): Check[] {
  const check = (name: string, fault: () => string): Check => ({
    name,
    probe: () => ({ ok: fault() === '', reason: fault() }),
  });
  return [
    check('dashboard-consumer', () =>
      intake.attached() ? '' : 'No live data: the consumer is not attached.',
    ),
    check('dashboard-history', historyFault),
  ];
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === '127.0.0.1') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Idle connections end now; clients that were told to go have a moment to answer.
  server.closeIdleConnections();
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 1_500).unref())]);
  server.closeAllConnections();
  await closed;
}
