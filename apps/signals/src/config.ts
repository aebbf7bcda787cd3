import {
  brokerFields,
  choices,
  ConfigError,
  decimal,
  type Env,
  flag,
  influxFields,
  integer,
  list,
  milliseconds,
  parseConfig,
  parseTogether,
  secret,
  serviceFields,
  topologyFields,
  url,
} from '@neuraltrade/service';
import { z } from 'zod';
import type { FilterRules } from './filters/filter-rules';
import type { OutcomeRules } from './outcomes/followed-signals';
import type { WebhookTarget } from './webhook/webhook';

const DAY_MS = 86_400_000;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The environment variables of the signals service. */
export const signalsSchema = z.object({
  QUEUE_MAX_BYTES: topologyFields.QUEUE_MAX_BYTES,
  SIGNAL_MODELS: list({
    description:
      'Model versions whose signals are acted on; absent = all. The others are shadow: followed and judged, never delivered.',
    default: [],
    accepts: (item) => item.length <= 64,
    what: 'a comma list of model versions',
  }),
  SIGNAL_TYPES: choices(['buy', 'hold', 'sell'], {
    description: 'What a signal must say to be acted on.',
    default: ['buy', 'sell'],
  }),
  SIGNAL_RISK_LEVELS: choices(['low', 'medium', 'high', 'critical'], {
    description: 'Risk levels that are acted on.',
    default: ['low', 'medium'],
  }),
  SIGNAL_MIN_CONFIDENCE: decimal({
    description: 'Least confidence of a signal that is acted on.',
    default: 0.5,
    min: 0,
    max: 1,
  }),
  SIGNAL_MAX_AGE_MS: milliseconds({
    description: 'How old a signal may be (event time less its timestamp) to be acted on.',
    default: 60_000,
    max: DAY_MS,
  }),
  SIGNAL_MIN_VENUES: integer({
    description:
      'Venues on which a model must say the same of a symbol and timeframe; 1 = its own is enough.',
    default: 1,
    min: 1,
    max: 64,
  }),
  SIGNAL_AGREEMENT_MS: milliseconds({
    description: 'How far apart the timestamps of signals that agree may be.',
    default: 120_000,
    min: 0,
    max: DAY_MS,
  }),
  SIGNAL_COOLDOWN_MS: milliseconds({
    description:
      'How long behind an accepted signal others of its symbol, model and type are refused; 0 = not at all.',
    default: 300_000,
    min: 0,
    max: DAY_MS,
  }),
  OUTCOME_HORIZON: integer({
    description:
      'Candles of its own timeframe that a signal is judged by; the default is the horizon of the model that comes with the project.',
    default: 5,
    min: 1,
    max: 1_000,
  }),
  OUTCOME_HOLD_BAND_BPS: decimal({
    description:
      'A signal to hold is a hit when the price has moved by no more than this, hundredths of a percent.',
    default: 8,
    min: 0,
    max: 10_000,
  }),
  OUTCOME_ALLOWANCE_MS: milliseconds({
    description:
      'How far a venue’s candles go on behind the horizon before a signal that lacks some is judged by the store’s, or left unjudged.',
    default: 600_000,
    max: DAY_MS,
  }),
  OUTCOME_MAX_FOLLOWED: integer({
    description: 'Most signals that are followed at a time; a further one is unjudged at once.',
    default: 10_000,
    min: 1,
    max: 10_000,
  }),
  SIGNALS_REPAIR_INTERVAL_MS: milliseconds({
    description: 'Time between looks into the store for signals that the queue has dropped.',
    default: 600_000,
    max: DAY_MS,
  }),
  WEBHOOK_URL: url({
    description: 'Where accepted signals are posted to; absent = nowhere. Needs WEBHOOK_SECRET.',
    optional: true,
    secret: true,
    schemes: ['https', 'http'],
  }),
  WEBHOOK_SECRET: secret({
    description:
      'Signs what is posted (HMAC-SHA-256); from WEBHOOK_SECRET_FILE it is read again for each attempt.',
    optional: true,
    minLength: 16,
  }),
  WEBHOOK_ALLOW_HTTP: flag({
    description:
      'Whether WEBHOOK_URL may be http:// to another machine: everybody between can read the signals then.',
    default: false,
  }),
  WEBHOOK_TIMEOUT_MS: milliseconds({
    description: 'Longest time for one attempt to deliver.',
    default: 10_000,
    max: 300_000,
  }),
  WEBHOOK_RETRY_BASE_MS: milliseconds({
    description: 'Upper bound of the wait behind a first failed attempt; doubles with each further one.',
    default: 1_000,
    max: 600_000,
  }),
  WEBHOOK_RETRY_MAX_MS: milliseconds({
    description:
      'Upper bound of every wait before an attempt, unless the receiver asks for more; it is tried for ever.',
    default: 60_000,
    max: 3_600_000,
  }),
  WEBHOOK_MAX_WAITING: integer({
    description: 'Most deliveries that wait; beyond, the one that has waited longest is parked.',
    default: 1_000,
    min: 1,
    max: 2_000,
  }),
});

/** The configuration of the signals service. */
export type SignalsConfig = z.output<typeof signalsSchema>;

/** Reads the configuration of the signals service. @throws ConfigError naming every fault. */
export function signalsConfig(env: Env): SignalsConfig {
  const config = parseConfig(signalsSchema, env);
  const faults = webhookFaults(config);
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

/** Which signals are acted on. */
export function filterRules(config: SignalsConfig): FilterRules {
  return {
    models: config.SIGNAL_MODELS,
    types: config.SIGNAL_TYPES,
    riskLevels: config.SIGNAL_RISK_LEVELS,
    minConfidence: config.SIGNAL_MIN_CONFIDENCE,
    maxAgeMs: config.SIGNAL_MAX_AGE_MS,
    minVenues: config.SIGNAL_MIN_VENUES,
    agreementMs: config.SIGNAL_AGREEMENT_MS,
    cooldownMs: config.SIGNAL_COOLDOWN_MS,
  };
}

/** How outcomes are made. */
export function outcomeRules(config: SignalsConfig): OutcomeRules {
  return {
    horizonCandles: config.OUTCOME_HORIZON,
    holdBandBps: config.OUTCOME_HOLD_BAND_BPS,
    allowanceMs: config.OUTCOME_ALLOWANCE_MS,
    maxFollowed: config.OUTCOME_MAX_FOLLOWED,
  };
}

/** Where accepted signals are delivered; null = nowhere. */
export function webhookTarget(config: SignalsConfig): WebhookTarget | null {
  if (config.WEBHOOK_URL === undefined) return null;
  return {
    url: config.WEBHOOK_URL,
    timeoutMs: config.WEBHOOK_TIMEOUT_MS,
    retryBaseMs: config.WEBHOOK_RETRY_BASE_MS,
    retryMaxMs: config.WEBHOOK_RETRY_MAX_MS,
    maxWaiting: config.WEBHOOK_MAX_WAITING,
  };
}

/** The environment variables of the signals service as a process of its own, on RabbitMQ and InfluxDB. */
export const signalsServiceSchema = z.object({
  ...serviceFields({ httpPort: 9_108 }),
  ...brokerFields,
  ...influxFields,
});

/** The configuration of the signals service as a process of its own. */
export interface SignalsServiceConfig extends z.output<typeof signalsServiceSchema> {
  /** What the service itself takes. */
  readonly signals: SignalsConfig;
}

/** Reads the configuration of the signals service as a process of its own. @throws ConfigError naming every fault. */
export function signalsServiceConfig(env: Env): SignalsServiceConfig {
  const { service, signals } = parseTogether({
    service: () => parseConfig(signalsServiceSchema, env),
    signals: () => signalsConfig(env),
  });
  return { ...service, signals };
}

function webhookFaults({ WEBHOOK_URL, WEBHOOK_SECRET, WEBHOOK_ALLOW_HTTP }: SignalsConfig): string[] {
  if (WEBHOOK_URL === undefined) return [];
  const { protocol, hostname, username, password } = new URL(WEBHOOK_URL);
  const faults: string[] = [];
  if (WEBHOOK_SECRET === undefined) {
    faults.push(
      'WEBHOOK_SECRET is required beside WEBHOOK_URL: give it or WEBHOOK_SECRET_FILE, the receiver checks signatures with it.',
    );
  }
  if (protocol === 'http:' && !LOOPBACK.test(hostname) && !WEBHOOK_ALLOW_HTTP) {
    faults.push(
      `WEBHOOK_URL is http:// to ${hostname}, where everybody between can read it: use https://, or set WEBHOOK_ALLOW_HTTP=true.`,
    );
  }
  if (username !== '' || password !== '')
    faults.push(
      'WEBHOOK_URL must hold no user and password: requests are signed with WEBHOOK_SECRET instead.',
    );
  return faults;
}
