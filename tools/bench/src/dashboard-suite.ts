import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { eventually, type Influx, type ProcessUsage, type RabbitMq, usageOf } from '@neuraltrade/infra';
import { createRabbitMqBus } from '@neuraltrade/messaging';
import { SERIES } from './bench-ticks';
import type { ClientsReport } from './dashboard-clients';
import { PlainBroadcast } from './plain-broadcast';
import { buildService, startService } from './service-process';
import { SteadyMarket } from './steady-market';

const IDLE_MS = 5_000;

/** How large the audience is, and for how long it listens. */
export interface DashboardSizes {
  /** WebSocket clients. */
  readonly clients: number;
  /** Trades a second on the bus. */
  readonly rate: number;
  /** Length of the measurement, s. */
  readonly seconds: number;
}

/**
 * Starts the dashboard process on a private broker, feeds it, connects clients of another process, and tells how late they hear
 * of trades and what it costs the gateway; then the same audience on a bare WebSocket server.
 */
export async function benchDashboard(
  broker: RabbitMq,
  influx: Influx,
  sizes: DashboardSizes,
  tell: (figure: object) => void,
): Promise<void> {
  await buildService('dashboard');
  const dashboard = startService('dashboard', {
    ...{ PORT: '0', HTTP_PORT: '0', MODE: 'simulated', AMQP_URLS: broker.urls.join(',') },
    ...{ INFLUX_URL: influx.url, INFLUX_TOKEN: influx.token },
    ...{ INFLUX_ORG: influx.org, INFLUX_BUCKET: influx.bucket },
  });
  const bus = createRabbitMqBus({
    ...{ urls: broker.urls, heartbeatS: 30, connectTimeoutMs: 10_000 },
    ...{ reconnectBaseMs: 100, reconnectMaxMs: 1_000 },
    log: { info: () => undefined, warn: () => undefined },
  });
  const market = new SteadyMarket(bus, sizes.rate);
  try {
    await eventually(async () => {
      const url = dashboard.url();
      return url !== null && (await fetch(`${url}/health/ready`)).ok;
    }, 'the dashboard to be ready');
    market.start();
    const url = dashboard.pageUrl() ?? '';
    await eventually(async () => {
      const prices = (await (await fetch(`${url}/api/last-prices`)).json()) as unknown[];
      return prices.length === SERIES;
    }, 'a price of every series');
    const idle = await costOf(dashboard.pid, IDLE_MS);
    const { report, cost } = await audience(url, sizes, dashboard.pid);
    await market.stop();
    const { clients, rate } = sizes;
    const peer = await plainBroadcast(sizes, report);
    const common = { clients, rate, series: SERIES };
    tell({
      ...{ figure: 'dashboard-trade-delay', unit: 'ms', from: 'sent to the bus', to: 'client', ...common },
      ...{ ...report.trade, peer: PEER, peerP50: peer.report.trade.p50, peerP99: peer.report.trade.p99 },
    });
    tell({
      ...{ figure: 'dashboard-price-delay', unit: 'ms', from: 'sent to the bus', to: 'client', ...common },
      ...report.price,
    });
    tell({
      ...{
        figure: 'dashboard-cost',
        unit: '% of a core',
        value: cost.cpu,
        withoutClients: idle.cpu,
        ...common,
      },
      ...{ peer: PEER, peerValue: peer.cpu, ratio: ratio(cost.cpu, peer.cpu) },
      ...{ memoryMb: cost.memoryMb, peakMemoryMb: cost.peakMemoryMb, memoryMbWithoutClients: idle.memoryMb },
    });
    const { connectedMs, messagesPerSecond, bytesPerSecond, closed, skipped, ownDelayP99Ms } = report;
    tell({
      ...{ figure: 'dashboard-audience', ...common, connectedMs, messagesPerSecond, bytesPerSecond },
      ...{ closed, skipped, clientsOwnDelayP99Ms: ownDelayP99Ms },
    });
  } finally {
    await market.stop();
    await bus.close();
    await dashboard.stop();
  }
}

const PEER = 'ws alone, as many messages of the same size';

async function plainBroadcast(
  sizes: DashboardSizes,
  seen: ClientsReport,
): Promise<{ report: ClientsReport; cpu: number | null }> {
  const server = await PlainBroadcast.start(
    seen.messagesPerSecond / sizes.clients,
    seen.bytesPerSecond / sizes.clients,
  );
  try {
    const { report, cost } = await audience(server.url, sizes, process.pid);
    return { report, cpu: cost.cpu };
  } finally {
    server.stop();
  }
}

/** The clients in a process of their own: what they saw, and what it cost the server meanwhile. */
async function audience(
  url: string,
  { clients, seconds }: DashboardSizes,
  serverPid: number,
): Promise<{ report: ClientsReport; cost: Cost }> {
  const [script = ''] = process.argv.slice(1);
  const flags = [
    '--suite',
    'dashboard',
    '--url',
    url,
    '--clients',
    String(clients),
    '--seconds',
    String(seconds),
  ];
  const child = spawn(process.execPath, [script, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  try {
    await lineOf(lines, child);
    const cost = costOf(serverPid, seconds * 1_000);
    const report = JSON.parse(await lineOf(lines, child)) as ClientsReport;
    return { report, cost: await cost };
  } finally {
    child.kill('SIGKILL');
  }
}

async function lineOf(lines: AsyncIterator<string>, child: ChildProcess): Promise<string> {
  const line = await lines.next();
  if (line.done === true)
    throw new Error(`The process of the clients ended (${child.exitCode ?? 'killed'}).`);
  return line.value;
}

interface Cost {
  readonly cpu: number | null;
  readonly memoryMb: number | null;
  readonly peakMemoryMb: number | null;
}

/** What a process uses for some time; null where the system does not tell. */
async function costOf(pid: number, ms: number): Promise<Cost> {
  const before = await usageOf(pid);
  const begun = performance.now();
  await new Promise((resolve) => setTimeout(resolve, ms));
  const after = await usageOf(pid);
  const megabytes = (value: keyof ProcessUsage): number | null =>
    after === null ? null : Math.round(after[value]);
  const cpuSeconds = before === null || after === null ? null : after.cpuSeconds - before.cpuSeconds;
  return {
    cpu: cpuSeconds === null ? null : Math.round((cpuSeconds * 100_000) / (performance.now() - begun)),
    memoryMb: megabytes('memoryMb'),
    peakMemoryMb: megabytes('peakMemoryMb'),
  };
}

function ratio(value: number | null, peer: number | null): number | null {
  return value === null || peer === null || peer === 0 ? null : Math.round((value / peer) * 100) / 100;
}
