import { setTimeout as sleep } from 'node:timers/promises';
import type { Influx, RabbitMq } from '@neuraltrade/infra';
import type { BrokerLinks } from './broker-links';
import { consumed, deleteWhenEmpty } from './broker-queues';
import type { ServicesFault } from './fault-list';
import { getText } from './http-answers';
import { readMetrics } from './metrics-page';
import type { ServiceProcess } from './service-process';
import { Turns } from './turns';

/** Whoever is silent for three heartbeats is gone for the broker; a little more, to be sure. */
const PATIENCE_IN_HEARTBEATS = 3.3;
const TAKES_SHARE_WITHIN_MS = 60_000;
const JOINS_AT_MOST = 3;
/** After it has woken up: it finds out that others own its share now. */
const WAKES_MS = 1_000;
const EMPTY_WITHIN_MS = 30_000;
const DECLARED_WITHIN_MS = 60_000;
/**
 * RabbitMQ 3.10 writes down some time after a quorum queue's declaration that it is there. One that was declared within the
 * last second before a kill is broken for good: each consumer is answered with 541 INTERNAL_ERROR, and no client can mend it.
 */
const QUEUE_SETTLES_MS = 5_000;
/** Work passes from one processor to another, or out of a queue, only while the broker is there. */
const ALL_THAT_HANDS_OVER = ['processor', 'broker', 'links'];
const PUBLISHED = 'neuraltrade_messages_published_total{kind="ticks"}';

/** The pipeline that faults are done to. */
export interface FaultyParts {
  /** One of each venue; the name behind 'adapter-' is the venue's. */
  readonly adapters: readonly ServiceProcess[];
  /** Two places for processors, of which the first one runs, save while a fault needs both. */
  readonly processors: [ServiceProcess, ServiceProcess];
  /** The influx-sink. */
  readonly sink: ServiceProcess;
  /** The dashboard. */
  readonly dashboard: ServiceProcess;
  /** The broker. */
  readonly broker: RabbitMq;
  /** The database. */
  readonly influx: Influx;
  /** The connections of services to the broker. */
  readonly links: BrokerLinks;
  /** AMQP_HEARTBEAT_S of the services, ms. */
  readonly heartbeatMs: number;
  /** Number of raw queues. */
  readonly partitions: number;
}

type Carried = Promise<string | null>;

/** Carries out the faults of the services; what concerns the same part happens one after the other. */
export class ServicesFaults {
  readonly #parts: FaultyParts;
  readonly #turns = new Turns();
  readonly #rounds = new Map<string, number>();
  #settling = false;

  /** Does nothing yet. */
  constructor(parts: FaultyParts) {
    this.#parts = parts;
  }

  /** The processor that runs. */
  get processor(): ServiceProcess {
    return this.#parts.processors[0];
  }

  /** To be told that every service is ready: all have declared their queues, which need to settle once. */
  ready(): void {
    if (!this.#settling) void this.#turns.take(['broker'], () => sleep(QUEUE_SETTLES_MS));
    this.#settling = true;
  }

  /** Does one. @param lastsMs how long, where it lasts. @returns the venue that it befell; null = all. */
  carryOut(fault: ServicesFault, lastsMs: number): Carried {
    const { sink, dashboard, broker, influx, links, heartbeatMs } = this.#parts;
    const patienceMs = Math.max(lastsMs, PATIENCE_IN_HEARTBEATS * heartbeatMs);
    switch (fault) {
      case 'kill-adapter':
        return this.#ofNextAdapter(fault, (adapter) => adapter.killAndStart());
      case 'freeze-adapter':
        return this.#ofNextAdapter(fault, (adapter) => adapter.freeze(lastsMs));
      case 'kill-processor':
        return this.#of(['processor'], () => this.processor.killAndStart());
      case 'freeze-processor':
        return this.#of(ALL_THAT_HANDS_OVER, () => this.#freezeOneOfTwo(patienceMs));
      case 'hand-over-processor':
        return this.#of(ALL_THAT_HANDS_OVER, () => this.#handOver());
      case 'kill-sink':
        return this.#of(['sink'], () => sink.killAndStart());
      case 'freeze-sink':
        return this.#of(['sink'], () => sink.freeze(lastsMs));
      case 'kill-dashboard':
        return this.#of(['dashboard'], () => dashboard.killAndStart());
      case 'freeze-dashboard':
        return this.#of(['dashboard'], () => dashboard.freeze(lastsMs));
      case 'restart-broker':
        return this.#of(['broker'], () => restart(broker));
      case 'kill-broker':
        return this.#of(['broker'], () => killAndStart(broker));
      case 'freeze-broker':
        return this.#of(['broker'], () => freeze(broker, lastsMs));
      case 'delete-queue':
        return this.#of(ALL_THAT_HANDS_OVER, () => this.#deleteNextQueue());
      case 'cut-broker-links':
        return this.#of(['links'], () => Promise.resolve(links.cut()));
      case 'half-open-broker-links':
        return this.#of(['links'], () => links.blackhole(patienceMs));
      case 'restart-influx':
        return this.#of(['influx'], () => restart(influx));
      case 'kill-influx':
        return this.#of(['influx'], () => killAndStart(influx));
      case 'freeze-influx':
        return this.#of(['influx'], () => freeze(influx, lastsMs));
    }
  }

  async #of(things: readonly string[], action: () => Promise<void>): Carried {
    await this.#turns.take(things, action);
    return null;
  }

  async #ofNextAdapter(fault: string, action: (adapter: ServiceProcess) => Promise<void>): Carried {
    const { adapters } = this.#parts;
    const adapter = adapters[this.#round(fault) % adapters.length] as ServiceProcess;
    await this.#turns.take([adapter.name], () => action(adapter));
    return adapter.name.replace(/^adapter-/, '');
  }

  /** A second processor joins, and has its share: another one where chance gives it no partition that has trades. */
  async #join(): Promise<ServiceProcess> {
    const second = this.#parts.processors[1];
    for (let left = JOINS_AT_MOST; left > 0; left--) {
      await second.start();
      for (const deadline = Date.now() + TAKES_SHARE_WITHIN_MS; Date.now() < deadline; await sleep(100)) {
        const page = await getText(`${second.url ?? ''}/metrics`).catch(() => '');
        if ((readMetrics(page, [PUBLISHED]).get(PUBLISHED) ?? 0) > 0) return second;
      }
      await stopInOrder(second);
    }
    throw new Error(`none of ${JOINS_AT_MOST} second processors took a share`);
  }

  async #freezeOneOfTwo(forMs: number): Promise<void> {
    const second = await this.#join();
    await this.processor.freeze(forMs);
    await sleep(WAKES_MS);
    await stopInOrder(second);
  }

  async #handOver(): Promise<void> {
    await this.#join();
    const { processors } = this.#parts;
    processors.reverse();
    await stopInOrder(processors[1]);
  }

  async #deleteNextQueue(): Promise<void> {
    const { broker, links, partitions } = this.#parts;
    const queue = `processor.raw.${this.#round('delete-queue') % partitions}`;
    await links.holding('adapters', () => deleteWhenEmpty(broker, queue, EMPTY_WITHIN_MS));
    await consumed(broker, queue, DECLARED_WITHIN_MS);
    await sleep(QUEUE_SETTLES_MS);
  }

  #round(fault: string): number {
    const round = this.#rounds.get(fault) ?? 0;
    this.#rounds.set(fault, round + 1);
    return round;
  }
}

type Server = Pick<Influx, 'start' | 'stop' | 'kill' | 'freeze' | 'thaw'>;

async function restart(server: Server): Promise<void> {
  await server.stop();
  await server.start();
}

async function killAndStart(server: Server): Promise<void> {
  await server.kill();
  await server.start();
}

async function freeze(server: Server, forMs: number): Promise<void> {
  await server.freeze();
  try {
    await sleep(forMs);
  } finally {
    await server.thaw();
  }
}

async function stopInOrder(service: ServiceProcess): Promise<void> {
  const fault = await service.stop();
  if (fault !== null) throw new Error(fault);
}
