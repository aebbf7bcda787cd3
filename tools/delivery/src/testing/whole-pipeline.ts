import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bundles,
  eventually,
  FaultProxy,
  type Influx,
  ServiceProcess,
  type SharedRabbitMq,
  startInflux,
  usageOf,
} from '@neuraltrade/infra';
import {
  addressEnv,
  startVenueSimulator,
  type TruthRecord,
  type VenueSimulator,
} from '@neuraltrade/venue-simulator';
import { nameOf } from './owed-trades';

/** Longest time until everything that the venue told is stored, ms. */
const STORED_WITHIN_MS = 120_000;

/** A busy broker takes its time to make queues, ms. */
const READY_WITHIN_MS = 60_000;

/** How a pipeline is run. */
export interface WholePipelineOptions {
  /** Its services: 'processor', 'adapter-binance'. They are started in this order. */
  readonly services: readonly string[];
  /** Trades a second over all simulated venues. */
  readonly tradesPerSecond: number;
  /** What is traded. */
  readonly symbols: readonly string[];
  /** Further environment of every service. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A trade as the simulator told it. */
export type ToldTrade = Pick<TruthRecord, 'exchange' | 'symbol' | 'tradeId' | 'price' | 'size' | 'timestamp'>;

/**
 * A simulated market, and services as processes of their own on a virtual host of the shared broker and an InfluxDB of their
 * own, from the venue's socket to the stored point. Broker and InfluxDB are reached through proxies that fail on command.
 */
export class WholePipeline {
  readonly #scratch = mkdtempSync(join(tmpdir(), 'neuraltrade-pipeline-'));
  readonly #truth = join(this.#scratch, 'truth.ndjson');
  readonly #options: WholePipelineOptions;
  readonly #running = new Map<string, ServiceProcess>();
  readonly #ended: ServiceProcess[] = [];
  /** The database. */
  influx!: Influx;
  /** What stands in front of the broker. */
  broker!: FaultProxy;
  /** The market. */
  simulator!: VenueSimulator;
  /** The broker's own address. */
  brokerUrl!: string;

  /** Starts nothing yet. */
  constructor(options: WholePipelineOptions) {
    this.#options = options;
  }

  /** Starts everything. The caller owes a {@link dispose}, also when this fails. */
  async start(rabbitMq: SharedRabbitMq): Promise<void> {
    const { services, symbols, tradesPerSecond } = this.#options;
    await bundles(services.map((name) => `apps/${name}`));
    [this.influx, this.brokerUrl] = await Promise.all([
      startInflux({ env: process.env }),
      rabbitMq.takeVirtualHost(),
    ]);
    this.broker = await FaultProxy.start(this.brokerUrl);
    this.simulator = await startVenueSimulator({
      seed: 1,
      tradesPerSecond,
      symbols,
      historyMs: 0,
      truthLog: this.#truth,
    });
    for (const name of services) this.startService(name);
  }

  /** Starts a service, again after it was stopped. */
  startService(name: string, changes: Readonly<Record<string, string>> = {}): ServiceProcess {
    const { symbols, env } = this.#options;
    const { url, token, org, bucket } = this.influx;
    const before = this.#running.get(name);
    if (before !== undefined) this.#ended.push(before);
    const service = new ServiceProcess(`dist/apps/${name}/main.cjs`, {
      HTTP_PORT: '0',
      PORT: '0',
      DATA_DIR: join(this.#scratch, 'data'),
      AMQP_URLS: this.broker.url,
      AMQP_RECONNECT_BASE_MS: '50',
      AMQP_RECONNECT_MAX_MS: '200',
      INFLUX_URL: url,
      INFLUX_TOKEN: token,
      INFLUX_ORG: org,
      INFLUX_BUCKET: bucket,
      SYMBOLS: symbols.join(','),
      PARTITIONS: '1',
      TIMEFRAMES: '5s',
      CHECKPOINT_INTERVAL_MS: '200',
      FLUSH_INTERVAL_MS: '50',
      WRITE_FLUSH_MS: '100',
      RETRY_JITTER_MS: '20',
      MAX_RETRY_DELAY_MS: '200',
      BATCH_FLUSH_MS: '50',
      RECONNECT_BASE_MS: '50',
      RECONNECT_MAX_MS: '500',
      ...addressEnv(this.simulator.endpoints),
      ...env,
      ...changes,
    });
    this.#running.set(name, service);
    return service;
  }

  /** The running process of a service. */
  service(name: string): ServiceProcess {
    const service = this.#running.get(name);
    if (service === undefined) throw new Error(`${name} was never started.`);
    return service;
  }

  /** Every process that runs. */
  get services(): readonly ServiceProcess[] {
    return [...this.#running.values()];
  }

  /** Waits until all services are ready. */
  async isReady(): Promise<void> {
    for (const service of this.services) {
      await eventually(
        async () => (await service.readiness()).status === 200,
        async () =>
          `${service.script} to be ready: ${JSON.stringify(await service.readiness())} ${service.stdout.slice(-2_000)}`,
        READY_WITHIN_MS,
      );
    }
  }

  /** Every trade that the venues have told or served so far. */
  told(): readonly ToldTrade[] {
    return readFileSync(this.#truth, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"tradeId"'))
      .map((line) => JSON.parse(line) as ToldTrade);
  }

  /** 'exchange:symbol:id' of every stored tick, each as often as it is stored. */
  async stored(): Promise<string[]> {
    const rows = await this.query(
      `filter(fn: (r) => r._measurement == "market_ticks" and r._field == "trade_id")
       |> keep(columns: ["exchange", "symbol", "_value"]) |> group()`,
    );
    return rows.map(
      ({ exchange, symbol, _value }) => `${exchange}:${(symbol ?? '').replace('_', '/')}:${_value}`,
    );
  }

  /** The rows of a query over the whole bucket; `flux` follows from() and range(). */
  async query(flux: string): Promise<Record<string, string>[]> {
    const { url, token, org, bucket } = this.influx;
    const answer = await fetch(`${url}/api/v2/query?org=${org}`, {
      method: 'POST',
      headers: { authorization: `Token ${token}`, 'content-type': 'application/vnd.flux' },
      body: `from(bucket: "${bucket}") |> range(start: 0, stop: 2262-01-01T00:00:00Z) |> ${flux}`,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text.split('\r\n\r\n').flatMap((table) => {
      const [header = '', ...lines] = table.split('\r\n').filter((line) => line !== '');
      const names = header.split(',');
      return lines.map((line) =>
        Object.fromEntries(line.split(',').map((value, index) => [names[index] ?? '', value])),
      );
    });
  }

  /** Ends trading and waits until everything that was told is stored. @returns what is missing, and what is stored twice. */
  async settle(withinMs = STORED_WITHIN_MS): Promise<{ told: number; missing: string[]; doubled: string[] }> {
    this.simulator.hold();
    let told: string[] = [];
    let missing: string[] = [];
    let stored: string[] = [];
    await eventually(
      async () => {
        stored = await this.stored();
        told = this.told().map(nameOf);
        const have = new Set(stored);
        missing = told.filter((id) => !have.has(id));
        // Asking for all of it is work for the database, which is to store the rest meanwhile.
        if (missing.length > 0) await new Promise((resolve) => setTimeout(resolve, 500));
        return missing.length === 0;
      },
      'everything that was told to be stored',
      withinMs,
    ).catch(() => undefined);
    const seen = new Set<string>();
    const doubled = stored.filter((id) => seen.size === seen.add(id).size);
    return { told: told.length, missing: few(missing), doubled: few(doubled) };
  }

  /** What the services have told people: nothing, when all went well. */
  get complaints(): string[] {
    return [...this.#ended, ...this.services].map(({ stderr }) => stderr).filter((text) => text !== '');
  }

  /** Ends everything. */
  async dispose(): Promise<void> {
    await this.influx?.thaw();
    await Promise.all(this.services.map((service) => service.stop('SIGKILL')));
    await this.simulator?.stop();
    await this.broker?.stop();
    await this.influx?.dispose();
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}

/** Enough to tell what kind of fault it is. */
function few(ids: readonly string[]): string[] {
  return ids.length <= 5 ? [...ids] : [...ids.slice(0, 5), `and ${ids.length - 5} more`];
}

/** Memory that a process holds, MB. */
export async function memoryOf({ pid }: ServiceProcess): Promise<number> {
  const usage = await usageOf(pid);
  if (usage === null) throw new Error(`Nothing tells of process ${pid}.`);
  return usage.memoryMb;
}
