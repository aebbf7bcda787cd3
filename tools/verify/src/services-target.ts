import { join } from 'node:path';
import { type Influx, type RabbitMq, startInflux, startRabbitMq } from '@neuraltrade/infra';
import { addressEnv, DEFAULT_HISTORY_MS, runningSimulator } from '@neuraltrade/venue-simulator';
import { venues } from '@neuraltrade/venues';
import { drained, messagesByQueue } from './broker-queues';
import { getJson, type PipelineSummary, processedTrades } from './http-answers';
import { influxMarket } from './influx-market';
import { ServiceProcess } from './service-process';
import type { StoredMarket } from './stored-market';
import type { Target, TargetProcess, TargetSettings, TargetState } from './target';

const DRAINED_WITHIN_MS = 180_000;
const PARKED = 'market.parked';
const adapterOf = (venue: string): string => `adapter-${venue}`;
const ADAPTERS = venues.map(({ name }) => adapterOf(name));
/** In the order in which they are stopped. */
const SERVICES = [...ADAPTERS, 'processor', 'influx-sink', 'dashboard'] as const;
/** What this target says itself is not also read from a file that the environment names. */
const SECRET_FILES = ['AMQP_URLS_FILE', 'INFLUX_TOKEN_FILE'];

/** Projects of this target, to be built before. */
export const SERVICE_PROJECTS: readonly string[] = SERVICES.map((name) => `apps/${name}`);

/** Every service as a process of its own, on a private RabbitMQ and a private InfluxDB. */
export class ServicesTarget implements Target {
  /** See {@link Target.faults}. */
  readonly faults = new Map<string, () => Promise<string | null>>([
    ['kill-processor', () => this.#kill('processor', null)],
    ['kill-sink', () => this.#kill('influx-sink', null)],
    ['kill-adapter', () => this.#killNextAdapter()],
  ]);
  readonly #settings: TargetSettings;
  #services: readonly ServiceProcess[] = [];
  #servers: { readonly broker: RabbitMq; readonly influx: Influx } | null = null;
  #adapterKills = 0;

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
    this.#servers = { broker, influx };
    const told = await this.#environment(simulatorUrl, broker, influx);
    this.#services = SERVICES.map((name) => new ServiceProcess(name, root, directory, told));
    await Promise.all(this.#services.map((service) => service.start()));
  }

  /** See {@link Target.state}. */
  async state(): Promise<TargetState> {
    const faults = (await Promise.all(this.#services.map((service) => service.fault()))).filter(
      (fault) => fault !== '',
    );
    const unknown = { ready: false, openGaps: 0, trades: 0 };
    const url = this.#services.find(({ name }) => name === 'dashboard')?.url ?? null;
    if (url === null) return { ...unknown, reason: faults.join('; ') || 'the dashboard starts' };
    try {
      const summary = await getJson<PipelineSummary>(`${url}/api/pipeline`);
      return {
        ready: faults.length === 0,
        openGaps: summary.openGaps,
        trades: processedTrades(summary),
        reason: faults.join('; '),
      };
    } catch (error) {
      return { ...unknown, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** See {@link Target.processes}. */
  processes(): readonly TargetProcess[] {
    return this.#services.flatMap(({ running }) => (running === null ? [] : [running]));
  }

  /** See {@link Target.stop}. Each service is stopped when those before it have handed on everything. */
  async stop(): Promise<string[]> {
    const { broker } = this.#started();
    const faults: (string | null)[] = await Promise.all(ADAPTERS.map((name) => this.#service(name).stop()));
    faults.push(await drained(broker, 'processor.raw.', DRAINED_WITHIN_MS));
    faults.push(await this.#service('processor').stop());
    faults.push(await drained(broker, 'influx-sink.', DRAINED_WITHIN_MS));
    faults.push(await this.#service('influx-sink').stop());
    faults.push(await this.#service('dashboard').stop());
    const parked = (await messagesByQueue(broker)).get(PARKED) ?? 0;
    if (parked > 0) faults.push(`${parked} messages were set aside in ${PARKED}.`);
    await broker.dispose();
    return faults.filter((fault) => fault !== null);
  }

  /** See {@link Target.stored}. The database is stopped when it has been read. */
  stored(): StoredMarket {
    const { influx } = this.#started();
    return influxMarket(influx, () => influx.dispose());
  }

  async #environment(
    simulatorUrl: string,
    broker: RabbitMq,
    influx: Influx,
  ): Promise<Record<string, string>> {
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
      AMQP_URLS: broker.urls.join(','),
      INFLUX_URL: influx.url,
      INFLUX_TOKEN: influx.token,
      INFLUX_ORG: influx.org,
      INFLUX_BUCKET: influx.bucket,
    };
  }

  async #kill(name: string, exchange: string | null): Promise<string | null> {
    await this.#service(name).killAndStart();
    return exchange;
  }

  #killNextAdapter(): Promise<string | null> {
    const { name } = venues[this.#adapterKills % venues.length] as (typeof venues)[number];
    this.#adapterKills += 1;
    return this.#kill(adapterOf(name), name);
  }

  #service(wanted: string): ServiceProcess {
    const service = this.#services.find(({ name }) => name === wanted);
    if (service === undefined) throw new Error(`${wanted} was never started.`);
    return service;
  }

  #started(): { readonly broker: RabbitMq; readonly influx: Influx } {
    if (this.#servers === null) throw new Error('RabbitMQ and InfluxDB were never started.');
    return this.#servers;
  }
}
