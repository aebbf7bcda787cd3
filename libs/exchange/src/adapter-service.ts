import { coreQueues, RetryableError } from '@neuraltrade/contracts';
import { type MessageBus, sendStatus } from '@neuraltrade/messaging';
import type { Metrics } from '@neuraltrade/metrics';
import { atMost, type Check, ConfigError } from '@neuraltrade/service';
import type { Venue } from '@neuraltrade/venues';
import { type AdapterParts, assembleAdapter, liveSettings } from './adapter-assembly';
import type { AdapterConfig } from './adapter-config';
import type { ExchangeAdapter } from './exchange-adapter';
import { recordAdapter } from './capture-recorder';
import { fetchInstruments } from './instrument-list';
import type { Log } from './log';
import { createRawPublisher, type RawPublisher } from './raw-publisher';
import { ReconnectDelay } from './reconnect-delay';
import type { Recording } from './recording';
import type { Fetch } from './rest-get';
import { StateKeeper } from './state-keeper';
import { NoSymbolListedError, selectSymbols } from './symbol-selection';
import { readSymbolsFile, SymbolsFile } from './symbols-file';
import { repeat, systemTimers, type Timers } from './timers';
import type { Transport } from './transport';
import type { VenueBudgets } from './venue-budgets';
import { webSocketTransport } from './web-socket-transport';

const STATUS_PERIOD_MS = 1_000;

/** What an adapter service is made of. */
export interface AdapterServiceDeps {
  /** Whose market data it publishes. */
  readonly venue: Venue;
  /** Where it publishes; the caller opens and closes it. */
  readonly bus: MessageBus;
  /** Its configuration. */
  readonly config: AdapterConfig;
  /** Where it counts. */
  readonly metrics: Metrics;
  /** Where it reports. */
  readonly log: Log;
  /** Clock and timers; the machine's by default. */
  readonly timers?: Timers;
  /** Opens connections; WebSocket by default. */
  readonly transport?: Transport;
  /** Fetches the instrument list and past trades; the global one by default. */
  readonly fetch?: Fetch;
  /** Draws evenly from [0, 1); Math.random by default. */
  readonly random?: () => number;
  /** What all adapters of this process may use together; its own by default. */
  readonly budgets?: VenueBudgets;
  /**
   * Is told of a wrong setting that only the venue could prove wrong, when it answered after the start; by default the
   * process ends with it.
   */
  readonly onFatal?: (fault: ConfigError) => void;
  /** Where the adapter's inputs are recorded; nowhere by default. */
  readonly recording?: Recording;
}

/** One venue's adapter as a service. */
export interface AdapterService {
  /**
   * Restores the state, asks the venue for its symbols and begins to read. A venue that cannot be reached does not hold
   * the start up: it is asked again in the background.
   * @throws ConfigError when the venue does not list what it must.
   */
  start(): Promise<void>;
  /** Stops reading, publishes what is held (for at most `timeoutMs`, default 5,000) and saves the state (a quarter of it). */
  stop(timeoutMs?: number): Promise<void>;
  /** What must hold for it to do its job. */
  readonly checks: readonly Check[];
}

/** The service of one venue's adapter on a bus. */
export function createAdapterService(deps: AdapterServiceDeps): AdapterService {
  const service = new RunningAdapterService(deps);
  return {
    start: () => service.start(),
    stop: (timeoutMs) => service.stop(timeoutMs),
    checks: [
      { name: deps.venue.name, probe: () => service.venueCheck() },
      { name: `${deps.venue.name}-publisher`, probe: () => service.publisher.health() },
    ],
  };
}

/** Ends the process as a start with this fault would have. */
function throwLater(fault: ConfigError): void {
  setImmediate(() => {
    throw fault;
  });
}

class RunningAdapterService {
  readonly publisher: RawPublisher;
  readonly #deps: AdapterServiceDeps;
  readonly #timers: Timers;
  readonly #random: () => number;
  readonly #component: string;
  readonly #source: string;
  readonly #state: StateKeeper;
  #charges: readonly { readonly at: number; readonly weight: number }[] = [];
  #adapter: ExchangeAdapter | null = null;
  #wanted: readonly string[];
  #symbolsFile: SymbolsFile | null = null;
  #waitingFor = 'The adapter was not started.';
  #stopped = false;
  #cancelSecond: (() => void) | null = null;
  #cancelRetry: (() => void) | null = null;

  constructor(deps: AdapterServiceDeps) {
    const { venue, bus, config, metrics, log } = deps;
    this.#deps = deps;
    this.#wanted = config.symbols;
    this.#timers = deps.timers ?? systemTimers;
    this.#random = deps.random ?? Math.random;
    this.#component = ['adapter', venue.name, config.instance].filter((part) => part !== '').join('-');
    this.#source = `${this.#component}:${this.#timers.now()}:${Math.floor(this.#random() * 1e9)}`;
    this.#state = new StateKeeper(bus, {
      exchange: venue.name,
      instance: config.instance,
      source: this.#source,
      log,
    });
    this.publisher = createRawPublisher({
      bus,
      queues: coreQueues(config.partitions, config.queueMaxBytes),
      timers: this.#timers,
      random: this.#random,
      metrics,
      log,
      exchange: venue.name,
      source: this.#source,
      partitions: config.partitions,
      bufferMaxTicks: config.bufferMaxTicks,
      batchMaxTicks: config.batchMaxTicks,
      batchFlushMs: config.batchFlushMs,
      onConfirmed: (records) => this.#state.confirmed(records),
    });
    this.publisher.onPressure((paused) => {
      if (paused) this.#adapter?.pause();
      else this.#adapter?.resume();
    });
  }

  async start(): Promise<void> {
    const { bus, config } = this.#deps;
    if (config.symbolsFile !== null) this.#wanted = await readSymbolsFile(config.symbolsFile);
    await bus.declare(coreQueues(config.partitions, config.queueMaxBytes));
    await this.#state.restore();
    this.#cancelSecond = repeat(this.#timers, STATUS_PERIOD_MS, () => this.#everySecond());
    const delay = new ReconnectDelay(
      { baseMs: config.reconnectBaseMs, maxMs: config.reconnectMaxMs },
      this.#random,
    );
    await this.#tryToBegin(delay);
    if (config.symbolsFile !== null && !this.#stopped) this.#follow(config.symbolsFile);
  }

  async stop(timeoutMs = 5_000): Promise<void> {
    this.#stopped = true;
    this.#waitingFor = 'The adapter was stopped.';
    this.#cancelRetry?.();
    this.#symbolsFile?.stop();
    this.#adapter?.disconnect();
    const timeUp = new Promise<void>((resolve) => {
      const cancel = this.#timers.schedule(timeoutMs, resolve);
      void this.publisher.drain().then(cancel).then(resolve);
    });
    await timeUp;
    this.publisher.stop();
    this.#cancelSecond?.();
    // What is not saved is told again by the venue: a broker that is away must not keep this process.
    await atMost(timeoutMs / 4, this.#state.close());
    this.#sendStatus();
  }

  venueCheck(): { ok: boolean; reason: string } {
    return this.#adapter?.readiness() ?? { ok: false, reason: this.#waitingFor };
  }

  /** Asks for the symbols and connects; a venue that does not answer is asked again, later and later. */
  async #tryToBegin(delay: ReconnectDelay): Promise<void> {
    const { venue, config, log } = this.#deps;
    const wanted = this.#wanted;
    let symbols: readonly string[];
    try {
      symbols = await this.#listedSymbols(wanted);
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      if (this.#stopped) return;
      const waitMs = Math.max(config.reconnectBaseMs, delay.next());
      this.#waitingFor = `${error.message}.`;
      log.error(
        { exchange: venue.name },
        `${error.message}; trying again in ${Math.ceil(waitMs / 1_000)} s.`,
      );
      this.#cancelRetry = this.#timers.schedule(waitMs, () => void this.#beginLater(delay));
      return;
    }
    await this.#state.begin(symbols, this.#timers.now());
    if (this.#stopped) return;
    // The file may have been changed meanwhile.
    if (wanted === this.#wanted) this.#begin(symbols);
    else await this.#tryToBegin(delay);
  }

  async #beginLater(delay: ReconnectDelay): Promise<void> {
    try {
      await this.#tryToBegin(delay);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#waitingFor = error.message;
      this.#deps.log.error({ exchange: this.#deps.venue.name }, error.message);
      // Other venues may list what this one does not; a symbol that was named for this one is a mistake.
      if (!(error instanceof NoSymbolListedError)) (this.#deps.onFatal ?? throwLater)(error);
    }
  }

  async #listedSymbols(wanted: readonly string[]): Promise<readonly string[]> {
    const { venue, config, log, fetch = globalThis.fetch } = this.#deps;
    this.#charge(venue.instruments.request().weight);
    const instruments = await fetchInstruments(venue, config.restUrl, fetch);
    const { listed, skipped, halted } = selectSymbols(venue, instruments, wanted, config.strictSymbols);
    const exchange = venue.name;
    if (skipped.length > 0) {
      log.warn({ exchange, skipped }, `${venue.title} does not list ${skipped.join(', ')}: skipped.`);
    }
    if (halted.length > 0) {
      log.warn(
        { exchange, halted },
        `${venue.title} does not trade ${halted.join(', ')} now: subscribed all the same.`,
      );
    }
    return listed;
  }

  #follow(path: string): void {
    const { venue, log } = this.#deps;
    this.#symbolsFile = new SymbolsFile({
      path,
      symbols: this.#wanted,
      timers: this.#timers,
      log,
      exchange: venue.name,
      apply: (symbols) => this.#changeTo(symbols),
    });
  }

  /** Goes over to other symbols; before the adapter has begun it only takes note. */
  async #changeTo(symbols: readonly string[]): Promise<void> {
    if (this.#adapter !== null) {
      const listed = await this.#listedSymbols(symbols);
      await this.#state.begin(listed, this.#timers.now());
      if (!this.#stopped) this.#adapter.setSymbols(listed);
    }
    this.#wanted = symbols;
  }

  /** Counts a request sent before the adapter began; those that the venue has forgotten already are dropped. */
  #charge(weight: number): void {
    const at = this.#timers.now();
    const since = at - this.#deps.venue.limits.rest.windowMs;
    this.#charges = [...this.#charges.filter((charge) => charge.at > since), { at, weight }];
  }

  #begin(symbols: readonly string[]): void {
    const { venue, config, metrics, log, recording, fetch = globalThis.fetch } = this.#deps;
    const { maxFrameBytes } = venue.limits;
    const timers = this.#timers;
    const parts: AdapterParts = {
      venue,
      symbols,
      settings: liveSettings(config),
      restUrl: config.restUrl,
      charged: this.#charges.reduce((sum, { weight }) => sum + weight, 0),
      state: this.#state.symbols,
      budgets: this.#deps.budgets,
      transport: this.#deps.transport ?? webSocketTransport({ maxFrameBytes, timers }),
      timers,
      random: this.#random,
      fetch,
      output: this.publisher.output,
      metrics,
      log,
    };
    this.#adapter = recording === undefined ? assembleAdapter(parts) : recordAdapter(parts, recording);
    this.#adapter.connect();
  }

  #everySecond(): void {
    this.#sendStatus();
    this.#state.saveChanges();
  }

  #sendStatus(): void {
    const { bus, metrics } = this.#deps;
    const { depth } = this.publisher;
    metrics.bufferDepth.set({ buffer: this.#component }, depth);
    const venue = this.venueCheck();
    const check = venue.ok ? this.publisher.health() : venue;
    const status = {
      component: this.#component,
      state: this.#stopped ? ('down' as const) : check.ok ? ('up' as const) : ('degraded' as const),
      detail: check.reason,
      figures: { ...this.#adapter?.figures(), bufferDepth: depth },
      timestamp: this.#timers.now(),
    };
    sendStatus(bus, status);
  }
}
