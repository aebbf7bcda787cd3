import type { EnvField } from './env-field';
import { choice, milliseconds, port, text } from './fields';
import { LOG_LEVELS } from './logger';
import type { LogLevel } from './logger';

/** What runService needs of every service's configuration. */
export interface ServiceConfig {
  /** Lines below it are not logged. */
  readonly LOG_LEVEL: LogLevel;
  /** Address of the health and metrics server. */
  readonly HTTP_HOST: string;
  /** Port of the health and metrics server, 0 = any free one; undefined = the service serves them itself. */
  readonly HTTP_PORT?: number | undefined;
  /** How long an ordered stop may take, ms. */
  readonly SHUTDOWN_TIMEOUT_MS: number;
}

/** The variables that every service reads; spread it into the service's z.object. */
export function serviceFields({ httpPort }: { httpPort: number }): {
  LOG_LEVEL: EnvField<LogLevel>;
  HTTP_HOST: EnvField<string>;
  HTTP_PORT: EnvField<number>;
  SHUTDOWN_TIMEOUT_MS: EnvField<number>;
} {
  return {
    LOG_LEVEL: choice(LOG_LEVELS, {
      description: 'Log lines below this level are not written.',
      default: 'info',
    }),
    HTTP_HOST: text({
      description: 'Address that health and metrics are served on; 0.0.0.0 in container images.',
      default: '127.0.0.1',
      pattern: /^[0-9A-Za-z.:-]+$/,
      what: 'an IP address or a host name',
    }),
    HTTP_PORT: port({
      description: 'Port that health and metrics are served on; 0 takes any free port and logs it.',
      default: httpPort,
    }),
    SHUTDOWN_TIMEOUT_MS: milliseconds({
      description: 'How long an ordered stop may take before the process leaves with a fault.',
      default: 10_000,
    }),
  };
}
