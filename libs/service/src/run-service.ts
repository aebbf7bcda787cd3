import { PermanentError } from '@neuraltrade/contracts';
import { collectProcessMetrics, createMetrics } from '@neuraltrade/metrics';
import type { Metrics } from '@neuraltrade/metrics';
import { say } from './console-text';
import type { Env } from './env-field';
import { ConfigError, ExpectedError } from './expected-error';
import { createLogger, stdoutDestination } from './logger';
import type { Logger } from './logger';
import { createOperations } from './operations';
import type { Check, Operations, Page } from './operations';
import { startOperationsServer } from './operations-server';
import { createProcessLife } from './process-life';
import { hideSecrets } from './secrets';
import type { ServiceConfig } from './service-config';
import type { StopStep } from './shutdown';

/** A service as its main.ts describes it. */
export interface ServiceDefinition<C extends ServiceConfig> {
  /** 'processor', 'adapter-binance': the field `name` of every log line. */
  readonly name: string;
  /** Reads the configuration; throws ConfigError, or ExpectedError with exit code 0 for the text of --help. */
  readonly parse: (env: Env, args: readonly string[]) => C;
  /** Builds and starts the service. What it opened it registers with onStop, so that a failed start is cleaned up too. */
  readonly main: (context: ServiceContext<C>) => Promise<RunningService>;
}

/** What a service is given. */
export interface ServiceContext<C extends ServiceConfig> {
  /** What `parse` returned. */
  readonly config: C;
  /** The configuration of this moment: what stands in files may have been renewed. @throws ConfigError as `parse` does. */
  readonly readConfig: () => C;
  /** The service's logger. */
  readonly log: Logger;
  /** The process' metrics, Node's own included. */
  readonly metrics: Metrics;
  /** Answers health and metrics, for a service that also serves them on a port of its own. */
  readonly operations: Operations;
  /** Registers a named part of the ordered stop; the last registered is stopped first. */
  readonly onStop: (step: string, stop: StopStep) => void;
  /** Adds checks that count at once: they say what a start is waiting for. */
  readonly addChecks: (checks: readonly Check[]) => void;
  /** Ends the process in order with exit code 0: the work is done. */
  readonly requestStop: (reason: string) => void;
}

/** A service that has started. */
export interface RunningService {
  /** What being ready means for it, beside the checks that were added while it started. */
  readonly checks: readonly Check[];
  /** Pages of its own beside health and metrics; absent = none. */
  readonly pages?: readonly Page[];
  /** Stop intake, finish, confirm, ack, close. Runs before the steps of onStop. */
  readonly stop?: StopStep;
}

/**
 * Runs a service as this process: configuration, logger, metrics, health, signals, ordered stop. SIGTERM, SIGINT and SIGHUP
 * stop it within SHUTDOWN_TIMEOUT_MS with exit code 0; a hang or an unexpected error gives 1, a wrong configuration 78.
 */
export async function runService<C extends ServiceConfig>(service: ServiceDefinition<C>): Promise<void> {
  const config = parseOrLeave(service);
  let readerLost = (): void => undefined;
  const stdout = stdoutDestination(() => readerLost());
  const log = createLogger({ name: service.name, level: config.LOG_LEVEL, destination: stdout });
  const life = createProcessLife({ name: service.name, log, stdout, timeoutMs: config.SHUTDOWN_TIMEOUT_MS });
  readerLost = () => life.requestStop('nobody reads stdout any more');

  const metrics = createMetrics();
  collectProcessMetrics(metrics);
  const checks: Check[] = [life.check];
  const addChecks = (more: readonly Check[]): void => void checks.push(...more);
  let pages: readonly Page[] = [];
  const operations = createOperations({ metrics, checks: () => checks, pages: () => pages });
  try {
    if (config.HTTP_PORT !== undefined) {
      const server = await startOperationsServer({
        host: config.HTTP_HOST,
        port: config.HTTP_PORT,
        operations,
      });
      life.onStop('health and metrics', () => server.close());
      log.info({ host: config.HTTP_HOST, port: server.port }, 'health and metrics are served');
    }
    const { onStop, requestStop } = life;
    const readConfig = (): C => service.parse(process.env, process.argv.slice(2));
    const running = await service.main({
      ...{ config, readConfig, log, metrics, operations, onStop, addChecks, requestStop },
    });
    addChecks(running.checks);
    pages = running.pages ?? [];
    if (running.stop) life.onStop(service.name, running.stop);
    life.started();
  } catch (error) {
    // What no repetition cures at the start is a wrong setting: of this service, or of what it was pointed at.
    life.startFailed(error instanceof PermanentError ? new ConfigError([error.message]) : error);
  }
}

function parseOrLeave<C extends ServiceConfig>({ name, parse }: ServiceDefinition<C>): C {
  try {
    return parse(process.env, process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    say(
      error.exitCode === 0 ? 1 : 2,
      error.exitCode === 0 ? error.message : hideSecrets(`${name}:\n${error.message}`),
    );
    process.exit(error.exitCode);
  }
}
