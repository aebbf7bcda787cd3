import { join } from 'node:path';
import { DEFAULT_PARTITIONS } from '@neuraltrade/contracts';
import { type Influx, type RabbitMq, startInflux, startRabbitMq } from '@neuraltrade/infra';
import { addressEnv, DEFAULT_HISTORY_MS, runningSimulator } from '@neuraltrade/venue-simulator';
import { venues } from '@neuraltrade/venues';
import { BrokerLinks, type LinkGroup } from './broker-links';
import { drained, waitingMessages } from './broker-queues';
import { ownFaults, type ServicesFault } from './fault-list';
import { getText } from './http-answers';
import { influxMarket } from './influx-market';
import { readMetrics } from './metrics-page';
import { PublishedAudit } from './published-audit';
import { ServiceProcess } from './service-process';
import { ServicesFaults } from './services-faults';
import type { StoredMarket } from './stored-market';
import type { Target, TargetProcess, TargetSettings, TargetState } from './target';

const DRAINED_WITHIN_MS = 180_000;
const AUDITED_WITHIN_MS = 30_000;
const PARKED = 'market.parked';
const STORED_TICKS = 'neuraltrade_batch_size_sum{kind="ticks"}';
/** What a service assumes where the environment says nothing. */
const USUAL_HEARTBEAT_S = 5;
const ADAPTERS = venues.map(({ name }) => `adapter-${name}`);
/** What this target says itself is not also read from a file that the environment names. */
const SECRET_FILES = ['AMQP_URLS_FILE', 'INFLUX_TOKEN_FILE'];

/** Projects of this target, to be built before. */
export const SERVICE_PROJECTS: readonly string[] = [...ADAPTERS, 'processor', 'influx-sink', 'dashboard'].map(
  (name) => `apps/${name}`,
);

interface Running {
  readonly broker: RabbitMq;
  readonly influx: Influx;
  readonly links: BrokerLinks;
  readonly audit: PublishedAudit;
  readonly adapters: readonly ServiceProcess[];
  readonly processors: [ServiceProcess, ServiceProcess];
  readonly sink: ServiceProcess;
  readonly dashboard: ServiceProcess;
  readonly faults: ServicesFaults;
}

/** Every service as a process of its own, on a private RabbitMQ and a private InfluxDB. */
export class ServicesTarget implements Target {
  /** See {@link Target.faults}. */
  readonly faults: Target['faults'] = new Map(
    ownFaults('services').map((name) => [
      name,
      (lastsMs: number) => this.#started().faults.carryOut(name as ServicesFault, lastsMs),
    ]),
  );
  readonly #settings: TargetSettings;
  #running: Running | null = null;
  #storedTicks = 0;
  readonly #serversSince = new Map<number, number>();

  /** @param settings where it keeps its data and what it is told. */
  constructor(settings: TargetSettings) {
    this.#settings = settings;
  }

  /** See {@link Target.start}. */
  async start(simulatorUrl: string): Promise<void> {
    const { root, directory, env } = this.#settings;
    const [broker, influx] = await Promise.all([
      startRabbitMq({ env, dataDir: join(directory, 'rabbitmq') }),
      startInflux({ env, dataDir: join(directory, 'influxdb') }),
    ]);
    const links = await BrokerLinks.start(broker.urls[0] ?? '');
    const told = await this.#environment(simulatorUrl, influx);
    const made = (name: string, group: LinkGroup, app = name): ServiceProcess =>
      new ServiceProcess(name, root, directory, { ...told, AMQP_URLS: links.urlOf(group) }, app);
    const parts = {
      broker,
      influx,
      links,
      adapters: ADAPTERS.map((name) => made(name, 'adapters')),
      processors: [made('processor', 'processor'), made('processor-2', 'processor', 'processor')] satisfies [
        ServiceProcess,
        ServiceProcess,
      ],
      sink: made('influx-sink', 'consumers'),
      dashboard: made('dashboard', 'consumers'),
      heartbeatMs: 1_000 * Number(env['AMQP_HEARTBEAT_S'] || USUAL_HEARTBEAT_S),
      partitions: Number(env['PARTITIONS'] || DEFAULT_PARTITIONS),
    };
    const audit = await PublishedAudit.start(broker.urls);
    this.#running = { ...parts, audit, faults: new ServicesFaults(parts) };
    await Promise.all(this.#wanted().map((service) => service.start()));
  }

  /** See {@link Target.state}. */
  async state(): Promise<TargetState> {
    const { audit, faults } = this.#started();
    const [told, trades] = await Promise.all([
      Promise.all(this.#wanted().map((service) => service.fault())),
      this.#ticksStored(),
    ]);
    const reason = told.filter((fault) => fault !== '').join('; ');
    if (reason === '') faults.ready();
    return { ready: reason === '', openGaps: audit.openGaps, trades, reason };
  }

  /** See {@link Target.sinkPage}. */
  get sinkPage(): Target['sinkPage'] {
    const { running, url } = this.#started().sink;
    return running === null || url === null ? null : { pid: running.pid, url };
  }

  /** See {@link Target.dashboardUrl}. */
  get dashboardUrl(): string | null {
    return this.#started().dashboard.pageUrl;
  }

  /** See {@link Target.revisions}. */
  get revisions(): Target['revisions'] {
    return this.#started().audit.revisions;
  }

  /** See {@link Target.processes}. */
  processes(): readonly TargetProcess[] {
    const { broker, influx, adapters, processors, sink, dashboard } = this.#started();
    const services = [...adapters, ...processors, sink, dashboard];
    const servers = [
      { name: 'rabbitmq', pid: broker.pid },
      { name: 'influxdb', pid: influx.pid },
    ];
    return [
      ...services.flatMap(({ running }) => (running === null ? [] : [running])),
      ...servers.flatMap(({ name, pid }) =>
        pid === null ? [] : [{ name, pid, startedAt: this.#serverSince(pid) }],
      ),
    ];
  }

  /** See {@link Target.stop}. Each service is stopped when those before it have handed on everything. */
  async stop(): Promise<string[]> {
    const { broker, links, audit, adapters, processors, sink, dashboard } = this.#started();
    const faults: (string | null)[] = await Promise.all(adapters.map((adapter) => adapter.stop()));
    faults.push(await drained(broker, 'processor.raw.', DRAINED_WITHIN_MS));
    for (const processor of processors) if (processor.running !== null) faults.push(await processor.stop());
    faults.push(await drained(broker, 'influx-sink.', DRAINED_WITHIN_MS));
    faults.push(await sink.stop());
    faults.push(await dashboard.stop());
    await audit.stop(AUDITED_WITHIN_MS);
    const parked = (await waitingMessages(broker, PARKED, 0)).get(PARKED);
    if (parked !== undefined) faults.push(`${parked} messages were set aside in ${PARKED}.`);
    await links.stop();
    await broker.dispose();
    return faults.filter((fault) => fault !== null);
  }

  /** See {@link Target.stored}. The database is stopped when it has been read. */
  stored(): StoredMarket {
    const { influx } = this.#started();
    return influxMarket(influx, () => influx.dispose());
  }

  /** The services that shall run, save while a fault needs more. */
  #wanted(): readonly ServiceProcess[] {
    const { adapters, faults, sink, dashboard } = this.#started();
    return [...adapters, faults.processor, sink, dashboard];
  }

  #serverSince(pid: number): number {
    const since = this.#serversSince.get(pid) ?? Date.now();
    this.#serversSince.set(pid, since);
    return since;
  }

  /** What the sink has stored since its last start; while it is away, what it told last. */
  async #ticksStored(): Promise<number> {
    const page = this.sinkPage;
    const text = page === null ? '' : await getText(`${page.url}/metrics`).catch(() => '');
    return (this.#storedTicks = readMetrics(text, [STORED_TICKS]).get(STORED_TICKS) ?? this.#storedTicks);
  }

  async #environment(simulatorUrl: string, influx: Influx): Promise<Record<string, string>> {
    const { directory, symbols, timeframes, env } = this.#settings;
    const kept = Object.entries(env).filter(([name]) => !SECRET_FILES.includes(name));
    return {
      ...Object.fromEntries(kept),
      BACKFILL_MS: env['BACKFILL_MS'] || String(DEFAULT_HISTORY_MS),
      ...(symbols !== undefined && { SYMBOLS: symbols }),
      ...addressEnv(await runningSimulator(simulatorUrl)),
      MODE: 'simulated',
      TIMEFRAMES: timeframes,
      DATA_DIR: directory,
      // The line that tells the port is one of level info.
      LOG_LEVEL: 'info',
      HTTP_PORT: '0',
      PORT: '0',
      INFLUX_URL: influx.url,
      INFLUX_TOKEN: influx.token,
      INFLUX_ORG: influx.org,
      INFLUX_BUCKET: influx.bucket,
    };
  }

  #started(): Running {
    if (this.#running === null) throw new Error('RabbitMQ and InfluxDB were never started.');
    return this.#running;
  }
}
