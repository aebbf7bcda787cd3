import {
  type Env,
  integer,
  list,
  milliseconds,
  parseConfig,
  text,
  topologyFields,
  url,
} from '@neuraltrade/service';
import type { Venue } from '@neuraltrade/venues';
import { z } from 'zod';

/** The symbols that are read unless SYMBOLS names others; a venue skips those that it does not list. */
export const DEFAULT_SYMBOLS = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'BTC/USD', 'ETH/USD'] as const;

/** The configuration of one venue's adapter; times in ms. */
export type AdapterConfig = z.output<ReturnType<typeof adapterSchema>>;

/** BASE/QUOTE as it is written everywhere. */
export const SYMBOL_PATTERN = /^[A-Z0-9]{1,24}\/[A-Z0-9]{1,24}$/;

const symbolList = {
  pattern: SYMBOL_PATTERN,
  what: 'a comma list of BASE/QUOTE in upper case',
};

/** The environment variables of one venue's adapter; docs/config.md is made of it. */
export function adapterSchema(venue: Venue) {
  const prefix = venue.name.toUpperCase();
  const { heartbeat, title } = venue;
  const webSocket = (description: string) => url({ description, schemes: ['wss', 'ws'], optional: true });
  const rest = (description: string) => url({ description, schemes: ['https', 'http'], optional: true });
  const own = {
    symbols: `${prefix}_SYMBOLS`,
    webSocketUrl: `${prefix}_WS_URL`,
    restUrl: `${prefix}_REST_URL`,
  } as const;
  // Their names differ from venue to venue, so their type cannot name them: they are read by name below.
  const ownFields: object = {
    [own.symbols]: list({
      description: `Symbols to read from ${title}, instead of SYMBOLS; one that it does not list is a fault.`,
      optional: true,
      ...symbolList,
    }),
    [own.webSocketUrl]: webSocket(`Address that the ${title} adapter dials, instead of WS_URL.`),
    [own.restUrl]: rest(`REST address of ${title}, instead of REST_URL.`),
  };
  return z
    .object({
      SYMBOLS: list({
        description: 'Symbols to read; a venue skips those that it does not list, with a line in the log.',
        default: DEFAULT_SYMBOLS,
        ...symbolList,
      }),
      SYMBOLS_FILE: text({
        description:
          'File of the symbols to read, instead of SYMBOLS: one BASE/QUOTE a line, or a comma list. It is read again ' +
          'every few seconds and followed without a restart.',
        optional: true,
      }),
      ADAPTER_INSTANCE: text({
        description:
          'Tells adapters of one venue that run at the same time apart: each needs its own, except for one of them.',
        pattern: /^[a-z0-9]([a-z0-9-]{0,14}[a-z0-9])?$/,
        what: 'up to 16 of a-z, 0-9 and - between them',
        optional: true,
      }),
      SYMBOLS_PER_CONNECTION: integer({
        description:
          'Most symbols of one connection, so that one that fails or lags touches few others; fewer where the venue allows fewer.',
        default: 100,
        min: 1,
        max: 10_000,
      }),
      WS_URL: webSocket('Address that the adapter dials, path included; the venue’s public one by default.'),
      REST_URL: rest('Scheme, host and port of the venue’s REST interface; its public one by default.'),
      ...topologyFields,
      BUFFER_MAX_TICKS: integer({
        description:
          'Most records held for publishing; reading pauses at 80 %, trades are given up at 100 %.',
        default: 50_000,
        min: 10,
      }),
      BATCH_MAX_TICKS: integer({
        description: 'Most records of one raw message.',
        default: 100,
        min: 1,
        max: 10_000,
      }),
      BATCH_FLUSH_MS: milliseconds({
        description: 'Longest wait of a record for its batch to fill.',
        default: 100,
      }),
      RECONNECT_BASE_MS: milliseconds({
        description: 'Upper bound of the wait before the first reconnect; doubles with each failure.',
        default: 1_000,
      }),
      RECONNECT_MAX_MS: milliseconds({
        description: 'Upper bound of every wait before a reconnect.',
        default: 30_000,
      }),
      HEARTBEAT_INTERVAL_MS: milliseconds({
        description: 'Time between pings.',
        default: heartbeat.intervalMs,
      }),
      PING_TIMEOUT_MS: milliseconds({
        description: 'How long a venue may stay mute after a ping before the connection is given up.',
        default: 10_000,
      }),
      STALE_AFTER_MS: milliseconds({
        description:
          'How long no frame may arrive before the connection is given up; of a venue that is silent in quiet markets its trade history decides instead.',
        default: heartbeat.silenceLimitMs,
      }),
      PAUSE_MAX_MS: milliseconds({
        description: 'How long reading may pause before the connection is ended until it can go on.',
        default: 15_000,
      }),
      QUOTE_MAX_AGE_MS: milliseconds({
        description: 'Age beyond which a quote does not go with a trade; 0 = any age.',
        default: venue.quoteMaxAgeMs ?? 0,
        min: 0,
      }),
      GAP_HOLD_MS: milliseconds({
        description:
          'How long live trades wait for a backfill at most; what is fetched later revises candles.',
        default: 60_000,
        min: 0,
      }),
      BACKFILL_MS: milliseconds({
        description: 'How far back the first connection of a symbol reaches, as far as the venue serves it.',
        default: 0,
        min: 0,
      }),
      ...ownFields,
    })
    .superRefine((env, context) => {
      if (env.RECONNECT_MAX_MS < env.RECONNECT_BASE_MS) {
        context.addIssue({
          code: 'custom',
          message: 'RECONNECT_MAX_MS must not be below RECONNECT_BASE_MS.',
        });
      }
      if (env.BATCH_MAX_TICKS > env.BUFFER_MAX_TICKS) {
        context.addIssue({ code: 'custom', message: 'BATCH_MAX_TICKS must not be above BUFFER_MAX_TICKS.' });
      }
    })
    .transform((env) => {
      const ownValue = <T>(name: string): T | undefined =>
        (env as Record<string, unknown>)[name] as T | undefined;
      const ownSymbols = ownValue<readonly string[]>(own.symbols);
      return {
        symbols: ownSymbols ?? env.SYMBOLS,
        // What is named for one venue is not changed by a file for all.
        symbolsFile: ownSymbols === undefined ? (env.SYMBOLS_FILE ?? null) : null,
        instance: env.ADAPTER_INSTANCE ?? '',
        symbolsPerConnection: env.SYMBOLS_PER_CONNECTION,
        strictSymbols: ownSymbols !== undefined,
        webSocketUrl: ownValue<string>(own.webSocketUrl) ?? env.WS_URL ?? venue.webSocketUrl,
        restUrl: ownValue<string>(own.restUrl) ?? env.REST_URL ?? venue.restUrl,
        partitions: env.PARTITIONS,
        queueMaxBytes: env.QUEUE_MAX_BYTES,
        bufferMaxTicks: env.BUFFER_MAX_TICKS,
        batchMaxTicks: env.BATCH_MAX_TICKS,
        batchFlushMs: env.BATCH_FLUSH_MS,
        reconnectBaseMs: env.RECONNECT_BASE_MS,
        reconnectMaxMs: env.RECONNECT_MAX_MS,
        pingIntervalMs: env.HEARTBEAT_INTERVAL_MS,
        pingTimeoutMs: env.PING_TIMEOUT_MS,
        silenceLimitMs: env.STALE_AFTER_MS,
        pauseMaxMs: env.PAUSE_MAX_MS,
        gapHoldMs: env.GAP_HOLD_MS,
        backfillMs: env.BACKFILL_MS,
        quoteMaxAgeMs: env.QUOTE_MAX_AGE_MS === 0 ? null : env.QUOTE_MAX_AGE_MS,
      };
    });
}

/** Reads one venue's adapter configuration from an environment. @throws ConfigError with every fault as a sentence. */
export function adapterConfig(env: Env, venue: Venue): AdapterConfig {
  return parseConfig(adapterSchema(venue), env);
}
