import type { Environment } from './find-program';
import { findNativeInflux } from './influx/start-influx';
import { MissingServiceError } from './missing-service-error';
import { containerEngine } from './rabbitmq-container';
import { findNativeRabbitMq, namesRabbitMq } from './rabbitmq-programs';

/** What cannot be started here, RabbitMQ or InfluxDB, a sentence each with how to get it; nothing is started. */
export async function missingServices(env: Environment): Promise<readonly string[]> {
  const hasEngine = (await containerEngine()) !== null;
  const namesInflux = (env['INFLUXD_BIN'] ?? '') !== '';
  return [
    ...(hasEngine && !namesRabbitMq(env) ? [] : whyMissing(() => findNativeRabbitMq(env))),
    ...(hasEngine && !namesInflux ? [] : whyMissing(() => findNativeInflux(env))),
  ];
}

function whyMissing(find: () => unknown): string[] {
  try {
    find();
    return [];
  } catch (error) {
    if (error instanceof MissingServiceError) return [error.message];
    throw error;
  }
}
