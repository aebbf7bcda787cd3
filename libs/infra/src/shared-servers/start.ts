import { lookForInflux } from '../influx';
import { MissingServiceError } from '../missing-service-error';
import { startRabbitMq } from '../rabbitmq';
import { serveBroker, BROKER_VARIABLE, MISSING_VARIABLE } from './shared-rabbitmq';
import { stopLater } from './running';

/** Starts the servers that all integration tests share; Jest runs it once, before the first of them. */
export default async function start(): Promise<void> {
  await lookForInflux(process.env);
  try {
    const broker = await startRabbitMq({
      env: process.env,
      // Overdue answers are looked for once a minute by default.
      terms: ['{channel_tick_interval, 1000}'],
    });
    stopLater(() => broker.dispose());
    const control = await serveBroker(broker);
    stopLater(() => control.close());
    process.env[BROKER_VARIABLE] = control.url;
  } catch (error) {
    if (!(error instanceof MissingServiceError)) throw error;
    process.env[MISSING_VARIABLE] = error.message;
  }
}
