import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { findProgram, type Environment } from './find-program';
import { MissingServiceError } from './missing-service-error';

/** Where Debian and the generic package put it; the wrapper on PATH insists on the user rabbitmq. */
const FOLDERS = ['/usr/lib/rabbitmq/bin', '/opt/rabbitmq/sbin', '/opt/homebrew/sbin', '/usr/local/sbin'];

/** What a native broker is run with. */
export interface RabbitMqPrograms {
  /** rabbitmq-server; rabbitmqctl is beside it. */
  readonly server: string;
  /** Erlang's port mapper; any version serves all of them. */
  readonly epmd: string;
}

/** Whether a rabbitmq-server of a certain place is asked for: nothing else may be started instead of it. */
export function namesRabbitMq(env: Environment): boolean {
  return (env['RABBITMQ_SERVER'] ?? '') !== '';
}

/**
 * The programs of the machine's rabbitmq-server, or of the one that RABBITMQ_SERVER names.
 * @throws MissingServiceError when there is none.
 */
export function findNativeRabbitMq(env: Environment): RabbitMqPrograms {
  const named = env['RABBITMQ_SERVER'] ?? '';
  if (named !== '' && !isProgram(named)) {
    throw new MissingServiceError(`RABBITMQ_SERVER names no program: ${named}.`);
  }
  const server = named === '' ? findProgram('rabbitmq-server', env, FOLDERS) : named;
  const epmd = findProgram('epmd', env, named === '' ? [] : [dirname(named)]);
  if (server === null || epmd === null) {
    throw new MissingServiceError(
      'RabbitMQ is missing: no container engine answers, and rabbitmq-server is neither on PATH nor in ' +
        `${FOLDERS[0]}. Start Docker, or install it (Debian: apt-get install rabbitmq-server).`,
    );
  }
  return { server, epmd };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
