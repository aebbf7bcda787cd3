import type { Metrics } from '@neuraltrade/metrics';
import type { Venue } from '@neuraltrade/venues';
import type { AdapterConfig } from './adapter-config';
import type { AdapterOutput } from './adapter-output';
import type { AdapterState } from './adapter-state';
import { type AdapterSettings, createExchangeAdapter, type ExchangeAdapter } from './exchange-adapter';
import type { Log } from './log';
import type { Fetch } from './rest-get';
import { RestScheduler } from './rest-scheduler';
import type { Timers } from './timers';
import type { Transport } from './transport';
import type { VenueBudgets } from './venue-budgets';

/** How long a topic may stay unanswered before it is asked for again, ms. */
const ACK_TIMEOUT_MS = 5_000;
/** A gap whose trades cannot be fetched for so long is closed as unfillable, ms. */
const BACKFILL_GIVE_UP_MS = 300_000;

/**
 * Everything that a live adapter with its REST requests is made of. What it does depends on nothing else than these parts
 * and what they bring in: that is what can be recorded and replayed.
 */
export interface AdapterParts {
  /** Whose market data it reads. */
  readonly venue: Venue;
  /** BASE/QUOTE symbols, all listed by the venue. */
  readonly symbols: readonly string[];
  /** What the adapter is set to. */
  readonly settings: AdapterSettings;
  /** Scheme, host and port of the venue's REST interface. */
  readonly restUrl: string;
  /** Weight of the REST requests that were sent before and still count against the venue's limit. */
  readonly charged: number;
  /** What was published; it may move on with what is confirmed. */
  readonly state: AdapterState;
  /** What all adapters of this process may use together; absent = the adapter's own. */
  readonly budgets?: VenueBudgets | undefined;
  /** Opens connections. */
  readonly transport: Transport;
  /** Clock and timers. */
  readonly timers: Timers;
  /** Draws evenly from [0, 1). */
  readonly random: () => number;
  /** Sends REST requests. */
  readonly fetch: Fetch;
  /** Where records go. */
  readonly output: AdapterOutput;
  /** Where it counts. */
  readonly metrics: Metrics;
  /** Where it reports. */
  readonly log: Log;
}

/** The settings of a live adapter that follow from a configuration. */
export function liveSettings(config: AdapterConfig): AdapterSettings {
  return { ...config, ackTimeoutMs: ACK_TIMEOUT_MS, assumeSubscribed: false };
}

/** The adapter of these parts with a REST scheduler of its own; nothing happens before it connects. */
export function assembleAdapter(parts: AdapterParts): ExchangeAdapter {
  const { venue, settings, restUrl, charged, timers, random, fetch, log } = parts;
  const rest = new RestScheduler({
    venue,
    restUrl,
    timers,
    random,
    fetch,
    log,
    giveUpMs: BACKFILL_GIVE_UP_MS,
  });
  if (charged > 0) rest.charge(charged);
  const { symbols, transport, output, metrics, state, budgets } = parts;
  return createExchangeAdapter({
    venue,
    symbols,
    transport,
    timers,
    random,
    rest,
    output,
    config: settings,
    metrics,
    log,
    state,
    ...(budgets === undefined ? {} : { budgets }),
  });
}
