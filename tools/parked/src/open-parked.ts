import { join } from 'node:path';
import { infraDirectory, readInfraEnv } from '@neuraltrade/infra';
import { openFileParked, openRabbitMqParked, type ParkedMessages } from '@neuraltrade/messaging';
import { brokerFields, CONFIG_EXIT_CODE, type Env, ExpectedError, parseConfig } from '@neuraltrade/service';
import { storeDirectory } from '@neuraltrade/storage';
import { z } from 'zod';
import type { ParkedRequest } from './arguments';

const brokerConfig = z.object(brokerFields);

/**
 * Opens the parked messages that a request means.
 * @param dataDir DATA_DIR, absolute: below it the broker of npm run infra tells where it is.
 * @param onRepair told in a sentence what was mended in files.
 * @throws ExpectedError, RetryableError or PermanentError with a sentence.
 */
export async function openParked(
  { dataDirectory, mode }: ParkedRequest,
  env: Env,
  dataDir: string,
  onRepair: (sentence: string) => void,
): Promise<ParkedMessages> {
  if (dataDirectory !== null)
    return openFileParked(join(storeDirectory(dataDirectory, mode), 'logs'), onRepair);
  const named = env['AMQP_URLS'] || env['AMQP_URLS_FILE'];
  const infra = named ? {} : await readInfraEnv(infraDirectory(dataDir));
  if (infra === null)
    throw new ExpectedError(
      'There is no RabbitMQ to look at. Set AMQP_URLS, run npm run infra, or name the files of an npm start that does not run with --data-dir.',
      CONFIG_EXIT_CODE,
    );
  const config = parseConfig(brokerConfig, { ...infra, ...env });
  return openRabbitMqParked({
    urls: config.AMQP_URLS,
    heartbeatS: config.AMQP_HEARTBEAT_S,
    connectTimeoutMs: config.AMQP_CONNECT_TIMEOUT_MS,
    ...(config.AMQP_CA_FILE === undefined ? {} : { caFile: config.AMQP_CA_FILE }),
  });
}
