import pino from 'pino';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import { capText, sanitizeError, sanitizeFields } from './sanitize';
import { hideSecrets } from './secrets';

/** The levels of LOG_LEVEL, most talkative first. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A structured logger: `log.warn({ venue, silentMs }, 'socket is silent')`; one JSON line each. */
export type Logger = PinoLogger;

/** Where log lines go; `write` gets whole lines and must not keep them. */
export type LogDestination = DestinationStream;

/** What a logger is made of. */
export interface LoggerOptions {
  /** The service, in the field `name` of every line. */
  readonly name: string;
  /** Lines below it are not written. */
  readonly level: LogLevel;
  /** Default: stdout, written synchronously, so that the last line before a crash is not lost. */
  readonly destination?: LogDestination;
}

/** JSON lines without secrets and with foreign texts cut; no worker thread, since its last lines die with the process. */
export function createLogger({ name, level, destination = stdoutDestination() }: LoggerOptions): Logger {
  const clean: LogDestination = { write: (line) => destination.write(hideSecrets(line)) };
  return pino(
    {
      level,
      base: { name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: sanitizeFields },
      serializers: { err: (value: unknown) => (value instanceof Error ? sanitizeError(value) : value) },
      hooks: {
        logMethod(args, method) {
          method.apply(
            this,
            args.map((arg) => (typeof arg === 'string' ? capText(arg) : arg)) as typeof args,
          );
        },
      },
    },
    clean,
  );
}

/** A destination that can be told to drop what follows. */
export interface ClosableDestination extends LogDestination {
  /** Drops every later line. */
  close(): void;
}

/** A synchronous stdout; `onLost` is told once when nobody reads it any more, and lines are dropped from then on. */
export function stdoutDestination(onLost?: () => void): ClosableDestination {
  const stdout = pino.destination({ dest: 1, sync: true });
  let open = true;
  stdout.on('error', () => {
    if (!open) return;
    open = false;
    onLost?.();
  });
  return {
    write: (line) => {
      if (open) stdout.write(line);
    },
    close: () => {
      open = false;
    },
  };
}
