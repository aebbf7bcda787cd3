import { type Clock, type Gap, isClock, isGap, type RawRecord, type RawTick } from '@neuraltrade/contracts';
import { createMetrics, type Metrics } from '@neuraltrade/metrics';
import { type Venue, type VenueLimits, venueNamed } from '@neuraltrade/venues';
import type { AdapterOutput } from '../adapter-output';
import { type AdapterSettings, createExchangeAdapter, type ExchangeAdapter } from '../exchange-adapter';
import type { AdapterState } from '../adapter-state';
import type { Log } from '../log';
import type { Fetch } from '../rest-get';
import { RestScheduler } from '../rest-scheduler';
import type { VenueBudgets } from '../venue-budgets';
import { type VirtualTimers, virtualTimers } from '../virtual-timers';
import { ScriptedTransport } from './scripted-transport';
import { TEST_START } from './venue-frames';

/** The venue of that name; a test that misspells it fails. */
export function testVenue(name: string): Venue {
  const venue = venueNamed(name);
  if (venue === undefined) throw new Error(`There is no venue ${name}.`);
  return venue;
}

/** A log that keeps its sentences. */
export function keptLog(): Log & { readonly sentences: string[] } {
  const sentences: string[] = [];
  const keep = (_fields: object, sentence: string): void => void sentences.push(sentence);
  return { sentences, info: keep, warn: keep, error: keep };
}

/** An adapter under test with a scripted peer, a virtual clock and everything that it gave out. */
export interface AdapterHarness {
  /** Under test. */
  readonly adapter: ExchangeAdapter;
  /** Its peer. */
  readonly transport: ScriptedTransport;
  /** Its clock; begins at TEST_START. */
  readonly timers: VirtualTimers;
  /** Everything that it gave out, in order. */
  readonly records: RawRecord[];
  /** Its log. */
  readonly log: ReturnType<typeof keptLog>;
  /** Its metrics. */
  readonly metrics: Metrics;
  /** Set to false to refuse trades. */
  hasRoom: boolean;
  /** The trades given out. */
  ticks(): RawTick[];
  /** The gap records given out. */
  gaps(): Gap[];
  /** The clock records given out. */
  clocks(): Clock[];
  /** Moves the clock on. */
  pass(ms: number): void;
}

/** What may differ from test to test. */
export interface HarnessOptions {
  /** Default binance. */
  readonly venue?: string;
  /** Default BTC/USDT. */
  readonly symbols?: readonly string[];
  /** Settings that differ from the usual ones. */
  readonly config?: Partial<AdapterSettings>;
  /** Default: none. */
  readonly state?: AdapterState;
  /** Where the venue's history is served; default: nowhere. */
  readonly restUrl?: string;
  /** Sends its requests; default: over the network. */
  readonly fetch?: Fetch;
  /** Limits of the venue that differ from its own. */
  readonly limits?: Partial<VenueLimits>;
  /** Its clock; default: its own, which begins at TEST_START. */
  readonly timers?: VirtualTimers;
  /** What it shares with other adapters. */
  readonly budgets?: VenueBudgets;
  /** Jitter; default 0.5, half of each bound. */
  readonly random?: () => number;
}

/** An adapter that is dialling. */
export function adapterHarness(options: HarnessOptions = {}): AdapterHarness {
  const listed = testVenue(options.venue ?? 'binance');
  const venue = { ...listed, limits: { ...listed.limits, ...options.limits } };
  const timers = options.timers ?? virtualTimers(TEST_START);
  const transport = new ScriptedTransport(timers);
  const records: RawRecord[] = [];
  const log = keptLog();
  const metrics = createMetrics();
  const output: AdapterOutput = {
    tick: (tick) => harness.hasRoom && records.push(tick) > 0,
    backfill: (tick) => output.tick(tick),
    gap: (gap) => void records.push(gap),
    clock: (clock) => void records.push(clock),
  };
  const adapter = createExchangeAdapter({
    venue,
    symbols: options.symbols ?? ['BTC/USDT'],
    transport,
    timers,
    random: options.random ?? (() => 0.5),
    rest:
      options.restUrl === undefined
        ? null
        : new RestScheduler({
            venue,
            restUrl: options.restUrl,
            timers,
            random: options.random ?? (() => 0.5),
            fetch: options.fetch ?? globalThis.fetch,
            log,
            giveUpMs: 300_000,
          }),
    output,
    metrics,
    log,
    config: {
      webSocketUrl: 'ws://venue.test/feed',
      partitions: 8,
      reconnectBaseMs: 1_000,
      reconnectMaxMs: 30_000,
      pingIntervalMs: 20_000,
      pingTimeoutMs: 10_000,
      silenceLimitMs: 60_000,
      pauseMaxMs: 15_000,
      quoteMaxAgeMs: venue.quoteMaxAgeMs,
      ackTimeoutMs: 5_000,
      assumeSubscribed: false,
      gapHoldMs: 60_000,
      backfillMs: 0,
      bufferMaxTicks: 50_000,
      ...options.config,
    },
    ...(options.state === undefined ? {} : { state: options.state }),
    ...(options.budgets === undefined ? {} : { budgets: options.budgets }),
  });
  const harness: AdapterHarness = {
    adapter,
    transport,
    timers,
    records,
    log,
    metrics,
    hasRoom: true,
    ticks: () => records.filter((record): record is RawTick => !isGap(record) && !isClock(record)),
    gaps: () => records.filter(isGap),
    clocks: () => records.filter(isClock),
    pass: (ms) => timers.advanceTo(timers.now() + ms),
  };
  adapter.connect();
  return harness;
}
